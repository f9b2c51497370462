"""What all imports of galaxy pairs share: flags, splits, ids, and the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from mesa_keras.evaluation import measured_images, measured_spectra
from mesa_keras.pipelines.split import split_by_group
from mesa_keras.readers.pair_store_index import SPLITS

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
            found["image"] = _image_fault(images[row])
        if not spectrum[row]:
            if np.isnan(flux[row]).all() and not ivar[row].any():
                found["spectrum"] = "no spectrum"
            elif not np.nan_to_num(flux[row]).any():
                found["spectrum"] = "spectrum is all zero"
            else:
                found["spectrum"] = "spectrum has no inverse variance above 0"
        reasons.append(found)
    return image, spectrum, reasons


def _image_fault(image: np.ndarray) -> str:
    if np.isnan(image).all():
        return "no image"
    some = np.nan_to_num(image).any()
    return "image lacks a band" if some else "image holds no flux"


def import_splits(
    object_id: np.ndarray, named: np.ndarray, complete: bool, where: str
) -> tuple[np.ndarray | None, list[str]]:
    """Splits of the rows of an import.

    Args:
        object_id: What must not be shared, shape `(n,)`.
        named: Splits that the data name, empty text where none, shape `(n,)`.
        complete: Whether rows without a split get one; else all have one, or none.
        where: What an error calls the data.

    Returns:
        Splits of all rows, or `None` where they get none; and what a user should know.

    Raises:
        ValueError: If a name is none of `SPLITS`, rows of one object name two splits,
            or only some rows name one and are not to be completed.
    """
    if wrong := sorted(set(named) - {"", *SPLITS}):
        raise ValueError(
            f"{where}: splits must be of {', '.join(SPLITS)}. Received: {wrong[0]!r}"
        )
    first = splits_of_objects(object_id, named)
    other = np.flatnonzero((named != "") & (named != first))
    if other.size:
        row = other[0]
        raise ValueError(
            f"{where}: rows of one object or source must be in one split. Received: "
            f"{first[row]!r} and {named[row]!r} for {object_id[row]}"
        )
    if complete:
        splits = assign_splits(object_id, named)
        return splits, ["too few objects to be split"] if splits is None else []
    missing = int((first == "").sum())
    if 0 < missing < len(first):
        raise ValueError(
            f"{where}: without completing, a split must be named for every row or for "
            f"none. Received: {missing:,} of {len(first):,} rows without one"
        )
    return None if missing else first, []


def assign_splits(object_id: np.ndarray, split: np.ndarray) -> np.ndarray | None:
    """Completes the splits that data name.

    Rows without a split get that of another row of their object, and objects without
    one are drawn; where these are too few, and others have splits, they are for
    training. Where there are tests but nothing to stop training and to calibrate by, a
    tenth of training goes to these.

    Args:
        object_id: What must not be shared, shape `(n,)`.
        split: Splits named, empty text where none, shape `(n,)`.

    Returns:
        Splits of all rows, or `None` where none has one and objects are too few.
    """
    result = np.array(split, dtype=object)
    # Drawn apart from its named rows, an object would stand in two splits.
    result = np.where(result == "", splits_of_objects(object_id, result), result)
    unnamed = np.flatnonzero(result == "")
    if 0 < len(np.unique(object_id[unnamed])) < _FEWEST_OBJECTS:
        if len(unnamed) == len(result):
            return None
        result[unnamed] = "train"
        unnamed = unnamed[:0]
    for name, part in _drawn(object_id, unnamed, SHARES).items():
        result[part] = name
    train = np.flatnonzero(result == "train")
    if {"validation", "calibration"}.isdisjoint(result):
        for name, part in _drawn(object_id, train, TRAIN_SHARES).items():
            result[part] = name
    return result


def splits_of_objects(object_id: np.ndarray, split: np.ndarray) -> np.ndarray:
    """For each row, the first split that a row of its object names, or empty text."""
    _, code = np.unique(object_id, return_inverse=True)
    # The last assignment holds.
    named = np.flatnonzero(np.asarray(split) != "")[::-1]
    found = np.full(code.max(initial=-1) + 1, "", dtype=object)
    found[code[named]] = split[named]
    return np.asarray(found[code])


def _drawn(
    object_id: np.ndarray, rows: np.ndarray, shares: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """Rows by split, drawn by object; nothing where objects are too few."""
    if len(np.unique(object_id[rows])) < _FEWEST_OBJECTS:
        return {}
    parts = split_by_group(object_id[rows], shares)
    return {name: rows[part] for name, part in parts.items()}


def repeated_ids(object_id: np.ndarray) -> np.ndarray:
    """For each row, the first row of the same object, int64 of shape `(n,)`."""
    _, first, inverse = np.unique(object_id, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)
