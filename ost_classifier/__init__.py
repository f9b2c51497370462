"""OST: classifies raw frames of an observatory's cameras and spectrographs.

`ClassifierService` loads when first used, so that importing the package is cheap.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ost_classifier.service import ClassifierService

__all__ = ["ClassifierService"]


def __getattr__(name: str) -> Any:
    if name == "ClassifierService":
        from ost_classifier.service import ClassifierService

        return ClassifierService
    raise AttributeError(f"module 'ost_classifier' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
