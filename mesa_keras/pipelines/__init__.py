"""From arrays and files to batches: splits, augmentation, datasets.

Names load when first used: splitting is plain NumPy and loads no TensorFlow. The
function `pair_index` is imported from the module of its name, which hides it here.
"""

import importlib
from typing import Any

_MODULES = {
    "CachedFrames": "frame_cache",
    "FrameCache": "frame_cache",
    "augment_images": "image_augment",
    "augment_views": "augment",
    "balanced_weights": "balance",
    "drop_modalities": "augment",
    "drop_values": "augment",
    "evaluation_batches": "dataset",
    "is_present": "pair_index",
    "mix_up": "mixup",
    "rand_augment": "randaugment",
    "split_by_group": "split",
    "training_batches": "dataset",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
