"""Multimodal astronomy models in Keras 3.

Submodules load when first used, so that importing the package is cheap. Where Keras is
loaded already, the layers, losses and metrics are registered at once: a saved model
opens after ``import keras, mesa_keras``.
"""

import importlib
import sys
from typing import Any

from mesa_keras._version import __version__

__all__ = [
    "__version__",
    "branches",
    "evaluation",
    "inference",
    "layers",
    "losses",
    "metrics",
    "pipelines",
    "preprocessing",
    "readers",
    "recipes",
    "report",
    "simulation",
    "training",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return importlib.import_module(f"mesa_keras.{name}")
    raise AttributeError(f"module 'mesa_keras' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)


if "keras" in sys.modules:
    from mesa_keras import layers, losses, metrics
