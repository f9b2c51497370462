"""Mean flux in narrow bins around a phase, for fits."""

from dataclasses import dataclass

import numpy as np

# The window of the bins, and their number, in durations.
WINDOW_DURATIONS = 5.0
BINS_PER_DURATION = 24


@dataclass(frozen=True, kw_only=True)
class FoldedBins:
    """Mean flux in narrow bins around a phase.

    Attributes:
        days: Mean of the points in each bin, days from the phase; the centre where a
            bin is empty.
        lost: 1 - mean flux, 0 in empty bins.
        weight: Number of points over the variance of one.
        width_days: Width of a bin.
        smear_days: Exposure and bin, as one box.
    """

    days: np.ndarray
    lost: np.ndarray
    weight: np.ndarray
    width_days: float
    smear_days: float


def fold_bins(
    phase: np.ndarray,
    flux: np.ndarray,
    *,
    duration_days: float,
    noise: float,
    exposure_days: float,
) -> FoldedBins | None:
    """Bins points around a phase for fits.

    Args:
        phase: Days from the phase, shape `(points,)`; those outside the window do not
            count.
        flux: Relative flux.
        duration_days: Duration that the window is a multiple of.
        noise: Standard deviation of a point, above 0.
        exposure_days: Length of an exposure, 0 or more.

    Returns:
        The bins, `None` where no point is in the window.
    """
    num_bins = int(WINDOW_DURATIONS * BINS_PER_DURATION) | 1
    width = duration_days / BINS_PER_DURATION
    place = np.floor(phase / width + num_bins / 2).astype(np.int64)
    inside = (place >= 0) & (place < num_bins)
    if not inside.any():
        return None
    counts = np.bincount(place[inside], minlength=num_bins)
    filled = np.maximum(counts, 1)
    sums = np.bincount(place[inside], 1 - flux[inside], minlength=num_bins)
    days = np.bincount(place[inside], phase[inside], minlength=num_bins) / filled
    centers = (np.arange(num_bins) - num_bins // 2) * width
    return FoldedBins(
        days=np.where(counts > 0, days, centers),
        lost=sums / filled,
        weight=counts / noise**2,
        width_days=width,
        smear_days=float(np.hypot(exposure_days, width)),
    )
