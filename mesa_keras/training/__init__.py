"""Training that can be interrupted: run state, early stopping, transfer of weights.

Names load when first used, as they bring Keras along.
"""

import importlib
from typing import Any

_MODULES = {
    "EpochProgress": "progress",
    "RunState": "run_state",
    "Transfer": "pretrained",
    "fit": "fitting",
    "load_pretrained": "pretrained",
    "open_model": "model_file",
    "save_model": "model_file",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
