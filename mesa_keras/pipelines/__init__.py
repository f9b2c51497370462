"""From arrays and files to batches: splits, augmentation, datasets.

Names load when first used: splitting is plain NumPy and loads no TensorFlow.
"""

import importlib
from typing import Any

_MODULES = {"split_by_group": "split"}

__all__ = ["split_by_group"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
