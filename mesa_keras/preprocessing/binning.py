"""Medians in bins."""

import numpy as np
from numpy.typing import ArrayLike


def bin_median(x: ArrayLike, y: ArrayLike, edges: ArrayLike) -> np.ndarray:
    """Returns the median of `y` in each bin of `x`.

    A point belongs to bin i where edges[i] <= x < edges[i + 1]. Points that are not
    finite, or outside, belong to none.

    Args:
        x: Places of the points, shape `(points,)`.
        y: Their values, shape `(points,)`.
        edges: Ascending edges of the bins, shape `(num_bins + 1,)`.

    Returns:
        Medians of shape `(num_bins,)`, NaN where a bin is empty.

    Raises:
        ValueError: If the shapes do not fit, or the edges do not ascend.
    """
    places, values = (np.asarray(array, dtype=np.float64) for array in (x, y))
    borders = np.asarray(edges, dtype=np.float64)
    if places.ndim != 1 or places.shape != values.shape:
        raise ValueError(
            "`x` and `y` must be one-dimensional and of one length. "
            f"Received: shapes {places.shape} and {values.shape}"
        )
    if borders.ndim != 1 or borders.size < 2 or not (np.diff(borders) > 0).all():
        raise ValueError(
            "`edges` must be two or more ascending numbers. "
            f"Received: shape {borders.shape}"
        )
    num_bins = borders.size - 1
    bins = np.searchsorted(borders, places, side="right") - 1
    inside = (bins >= 0) & (bins < num_bins) & np.isfinite(places) & np.isfinite(values)
    bins, values = bins[inside], values[inside]
    counts = np.bincount(bins, minlength=num_bins)
    medians = np.full(num_bins, np.nan)
    filled = np.flatnonzero(counts)
    if filled.size:
        values = _sorted_within(values, bins)
        starts = np.cumsum(counts)[filled] - counts[filled]
        lower = values[starts + (counts[filled] - 1) // 2]
        upper = values[starts + counts[filled] // 2]
        # Halved first: the sum of two huge values may overflow.
        medians[filled] = lower / 2 + upper / 2
    return medians


def _sorted_within(values: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """Returns the values in order of bins, ascending in each."""
    order = np.argsort(values)
    # NumPy sorts small integers by counting, in linear time.
    small = np.min_scalar_type(int(bins.max()))
    return values[order[np.argsort(bins[order].astype(small), kind="stable")]]
