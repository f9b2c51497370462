"""Public names of a package whose modules load when a name is first used."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy_exports(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Returns `__getattr__` and `__dir__` of a package.

    Keras, Matplotlib and scikit-learn take seconds to load, which `--help` and plain
    NumPy work must not pay.

    Args:
        package: Its `__name__`.
        modules: Module of the package by public name.

    Example:
        In an `__init__.py`:

            _MODULES = {"fit": "fitting"}
            __all__ = sorted(_MODULES)
            __getattr__, __dir__ = lazy_exports(__name__, _MODULES)
    """

    def load(name: str) -> Any:
        if name in modules:
            module = importlib.import_module(f"{package}.{modules[name]}")
            return getattr(module, name)
        raise AttributeError(f"module '{package}' has no attribute '{name}'")

    def names() -> list[str]:
        return sorted(modules)

    return load, names
