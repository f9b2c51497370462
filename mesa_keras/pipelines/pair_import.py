"""What all imports of galaxy pairs share: flags, splits, ids, and the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from mesa_keras.evaluation import measured_images, measured_spectra
from mesa_keras.pipelines.split import split_by_group

# Shares of objects where the data name no splits; the second where they name tests.
SHARES = {"train": 0.7, "validation": 0.05, "calibration": 0.05, "test": 0.2}
TRAIN_SHARES = {"train": 0.9, "validation": 0.05, "calibration": 0.05}
_FEWEST_OBJECTS = 40


@dataclass(frozen=True)
class PairImport:
    """What became of an import.

    Attributes:
        folder: The store.
        index: Its index.
        faults: What could not be read, and why, by file.
        warnings: What a user should know.
    """

    folder: Path
    index: pd.DataFrame
    faults: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def array_flags(
    images: np.ndarray, flux: np.ndarray, ivar: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[dict[str, str]]]:
    """Tells which images and spectra hold anything, and why others do not.

    Args:
        images: Shape `(n, height, width, bands)`, NaN = missing.
        flux: Shape `(n, bins)`.
        ivar: Inverse variance, same shape.

    Returns:
        Booleans of shape `(n,)` for images and for spectra, and for each row the reason
        by `image` or `spectrum` of what is not there.
    """
    image, spectrum = measured_images(images), measured_spectra(flux, ivar)
    reasons = []
    for row in range(len(images)):
        found: dict[str, str] = {}
        if not image[row]:
            missing = np.isnan(images[row]).all()
            found["image"] = "no image" if missing else "image holds no flux"
        if not spectrum[row]:
            if np.isnan(flux[row]).all() and not ivar[row].any():
                found["spectrum"] = "no spectrum"
            elif not np.nan_to_num(flux[row]).any():
                found["spectrum"] = "spectrum is all zero"
            else:
                found["spectrum"] = "spectrum has no inverse variance above 0"
        reasons.append(found)
    return image, spectrum, reasons


def assign_splits(object_id: np.ndarray, split: np.ndarray) -> np.ndarray | None:
    """Completes the splits that data name.

    Rows without a split get one by their object, at random. Where there are tests but
    nothing to stop training and to calibrate by, a tenth of training goes to these.

    Args:
        object_id: What must not be shared, shape `(n,)`.
        split: Splits named, empty text where none, shape `(n,)`.

    Returns:
        Splits of all rows, or `None` where objects are too few to be split.
    """
    result = np.array(split, dtype=object)
    for rows, shares in (
        (np.flatnonzero(result == ""), SHARES),
        (np.flatnonzero(result == "train"), TRAIN_SHARES),
    ):
        if shares is TRAIN_SHARES and {"validation", "calibration"} & set(result):
            continue
        if not rows.size:
            continue
        if len(np.unique(object_id[rows])) < _FEWEST_OBJECTS:
            if shares is SHARES:
                return None
            continue
        for name, part in split_by_group(object_id[rows], shares).items():
            result[rows[part]] = name
    return result


def repeated_ids(object_id: np.ndarray) -> np.ndarray:
    """For each row, the first row of the same object, int64 of shape `(n,)`."""
    _, first, inverse = np.unique(object_id, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)
