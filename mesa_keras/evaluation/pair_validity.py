"""Which pairs of image and spectrum count: all keep their rows, some are left out."""

import math

import numpy as np
import pandas as pd

_NEEDED = ("image_valid", "spectrum_valid", "redshift")


def pair_validity(
    index: pd.DataFrame, redshift_range: tuple[float, float] = (0.0, 0.8)
) -> tuple[np.ndarray, list[str]]:
    """Tells valid pairs from others, and why.

    A pair is valid if its spectrum and its image are, and its redshift is known and
    within the range. `np.flatnonzero(valid)` are the valid indices.

    Args:
        index: Table with boolean `image_valid` and `spectrum_valid`, `redshift`, NaN =
            unknown, and `reason`, where there is one, that says why a flag is false.
        redshift_range: Lowest and highest redshift, both included, also as float32
            rounds them.

    Returns:
        Boolean array of shape `(rows,)`, and a reason per row, empty where valid.

    Raises:
        ValueError: If a column lacks, a flag is not boolean, or the range is empty.
    """
    low, high = check_redshift_range(redshift_range)
    for name in _NEEDED:
        if name not in index:
            raise ValueError(f"`index` must have a column '{name}'.")
    image, spectrum = _flag(index, "image_valid"), _flag(index, "spectrum_valid")
    redshift = index["redshift"].to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(redshift)
    # Many catalogues hold float32, in which 0.8 is a little more.
    rounded = redshift.astype(np.float32)
    within = known & (rounded >= np.float32(low)) & (rounded <= np.float32(high))
    valid = image & spectrum & within
    reasons = [""] * len(index)
    given = index["reason"] if "reason" in index else pd.Series([""] * len(index))
    given = given.fillna("").astype(str).to_numpy()
    for row in np.flatnonzero(~valid):
        found = []
        if not (image[row] and spectrum[row]):
            found.append(given[row] or _flag_reason(image[row], spectrum[row]))
        if not known[row]:
            found.append("redshift is unknown")
        elif not within[row]:
            found.append(f"redshift {redshift[row]:.4f} is outside {low:g} to {high:g}")
        reasons[row] = "; ".join(found)
    return valid, reasons


def check_redshift_range(redshift_range: tuple[float, float]) -> tuple[float, float]:
    """Returns the lowest and the highest redshift.

    Raises:
        ValueError: If they are not finite, or the range is empty.
    """
    low, high = map(float, redshift_range)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(
            "`redshift_range` must be a lowest and a highest redshift. "
            f"Received: {tuple(redshift_range)}"
        )
    return low, high


def measured_images(images: np.ndarray) -> np.ndarray:
    """Which images are there: every band has a finite value other than 0 somewhere.

    Where a survey has no exposure in a band, its cut-outs are 0 there, which is no flux
    of 0: the colour would be that of no galaxy.

    Args:
        images: Shape `(n, height, width, bands)`, NaN = missing.

    Returns:
        Boolean array of shape `(n,)`.
    """
    found = np.zeros(len(images), dtype=bool)
    middle = images.shape[1] // 2 if images.ndim > 1 else 0
    # Nearly always a row through the middle tells, at a hundredth of the cost.
    for part in (images[:, middle : middle + 1], images):
        rows = np.flatnonzero(~found)
        if rows.size:
            values = part[rows]
            measured = np.isfinite(values) & (values != 0)
            found[rows] = measured.any(axis=(1, 2)).all(axis=-1)
    return found


def measured_spectra(flux: np.ndarray, ivar: np.ndarray) -> np.ndarray:
    """Which spectra hold anything: a finite flux other than 0 that was measured.

    Args:
        flux: Shape `(n, bins)`, NaN = missing.
        ivar: Inverse variance, same shape; 0 = no measurement.

    Returns:
        Boolean array of shape `(n,)`.
    """
    found = np.zeros(len(flux), dtype=bool)
    for part in (slice(None, None, 101), slice(None)):
        rows = np.flatnonzero(~found)
        if rows.size:
            values, weight = flux[rows][:, part], ivar[rows][:, part]
            measured = np.isfinite(values) & (values != 0) & (weight > 0)
            found[rows] = measured.any(axis=1)
    return found


def _flag(index: pd.DataFrame, name: str) -> np.ndarray:
    column = index[name]
    if not pd.api.types.is_bool_dtype(column.dtype) or column.isna().any():
        raise ValueError(
            f"column '{name}' of `index` must be boolean, in every row. "
            f"Received: dtype {column.dtype}"
        )
    return np.asarray(column.to_numpy(dtype=bool))


def _flag_reason(image: bool, spectrum: bool) -> str:
    faults = [
        f"{name} is not valid"
        for name, fine in (("image", image), ("spectrum", spectrum))
        if not fine
    ]
    return "; ".join(faults)
