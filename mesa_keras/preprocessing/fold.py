"""Phase folding."""

import numpy as np
from numpy.typing import ArrayLike


def phase_fold(time: ArrayLike, period: float, epoch: float) -> np.ndarray:
    """Folds times at a period.

    phase = (time - epoch + period / 2) mod period - period / 2

    Args:
        time: Times in days, of any shape. Values that are not finite become NaN.
        period: Period in days.
        epoch: Time of a transit's centre, in days since the same reference as `time`.

    Returns:
        Days from the nearest transit, in [-period / 2, period / 2), shape of `time`.

    Raises:
        ValueError: If `period` is not positive, or `epoch` is not finite.
    """
    check_ephemeris(period, epoch)
    days = np.asarray(time, dtype=np.float64)
    days = np.where(np.isfinite(days), days, np.nan)
    half = period / 2
    phase = np.mod(days - epoch + half, period) - half
    # The remainder of a tiny negative number rounds up to the whole period.
    return np.where(phase >= half, -half, phase)


def check_ephemeris(period: float, epoch: float) -> None:
    """Raises `ValueError` unless the period is positive and both are finite."""
    if not (np.isfinite(period) and period > 0):
        raise ValueError(f"`period` must be positive days. Received: {period}")
    if not np.isfinite(epoch):
        raise ValueError(f"`epoch` must be a finite time in days. Received: {epoch}")
