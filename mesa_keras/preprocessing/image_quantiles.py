"""Quantiles by sorting, which for numbers of 32 bits is faster than selecting."""

import numpy as np


def quantiles(values: np.ndarray, *fractions: float) -> list[float]:
    """The values below which these fractions of all lie, nearest in rank.

    Args:
        values: Numbers of any shape, not empty, without NaN.
        *fractions: Each from 0 to 1.
    """
    ordered = np.sort(values, axis=None)
    return [float(ordered[round(f * (ordered.size - 1))]) for f in fractions]
