"""Logits of the calibration split: what temperature and thresholds are fitted to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file
from ost_classifier.predict import FrameClassifier

_PIXELS = "logits_pixels"


@dataclass(frozen=True)
class CalibrationLogits:
    """Logits of labelled frames that the model was not trained on.

    Attributes:
        logits: Shape `(frames, classes)`.
        labels: Class indices, shape `(frames,)`.
        source: Where they come from, for people to read.
        pixel_logits: Logits from pixels alone, where there are any.
        optimistic: Whether the same frames, or others of their nights, are scored
            afterwards.
        frame_keys: What frames are known by that are no part of the training.
    """

    logits: np.ndarray
    labels: np.ndarray
    source: str
    pixel_logits: np.ndarray | None = None
    optimistic: bool = False
    frame_keys: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


def calibration_path(model_path: str | Path) -> Path:
    """File of the calibration logits that belongs to a model."""
    path = Path(model_path)
    return path.with_name(f"{path.stem}_calibration.npz")


def saved_calibration(classifier: FrameClassifier) -> CalibrationLogits | None:
    """Reads the logits of the calibration split that training saved.

    Args:
        classifier: The model.

    Returns:
        The logits, `None` where the model has no such file.

    Raises:
        ValueError: If the file is damaged or of other classes.
    """
    path = calibration_path(classifier.path)
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            logits = np.asarray(stored["logits"], dtype=np.float64)
            labels = np.asarray(stored["labels"])
            names = tuple(map(str, stored["class_names"]))
            pixels = np.asarray(stored[_PIXELS]) if _PIXELS in stored else None
    except (KeyError, ValueError, OSError, EOFError) as error:
        raise ValueError(f"{path} holds no calibration logits: {error}.") from error
    shape = (len(labels), len(classifier.class_names))
    shapes = {array.shape for array in (logits, pixels) if array is not None}
    if names != classifier.class_names or shapes != {shape}:
        raise ValueError(
            f"{path} is of other classes than {classifier.path.name}: "
            f"{', '.join(names)}."
        )
    known = (labels >= 0) & (labels < shape[1]) & np.isfinite(logits).all(axis=1)
    if not known.any():
        raise ValueError(f"{path} holds no labelled frame.")
    return CalibrationLogits(
        logits[known],
        labels[known].astype(np.int64),
        path.name,
        None if pixels is None else pixels[known],
    )


def write_calibration(
    path: str | Path, calibration: CalibrationLogits, class_names: tuple[str, ...]
) -> None:
    """Writes calibration logits in the form that `saved_calibration` reads.

    Args:
        path: File to write, `*_calibration.npz`; its folder must exist.
        calibration: The logits.
        class_names: Classes in order.
    """
    arrays: dict[str, Any] = {
        "logits": calibration.logits.astype(np.float32),
        "labels": calibration.labels,
        "class_names": np.array(class_names),
    }
    if calibration.pixel_logits is not None:
        arrays[_PIXELS] = calibration.pixel_logits.astype(np.float32)
    with atomic_file(path) as temporary:
        np.savez(temporary, **arrays)
