"""How much less a depth is known than white noise would tell."""

import numpy as np

# A transit is masked somewhat wider than it lasts: durations are uncertain.
MASK_DURATIONS = 1.5
# Variance of a parabola's value in the middle of a gap, in units of that of a mean.
PARABOLA_VARIANCE = 3.0
_SIGMA_OF_MAD = 1.4826


def red_noise_factor(
    time: np.ndarray, flux: np.ndarray, duration_days: float, noise: float
) -> float:
    """Returns by how much means over a duration scatter more than white noise would.

    Args:
        time: Days of points outside transits, ascending.
        flux: Flat relative flux.
        duration_days: Length of the means.
        noise: Standard deviation of a point.

    Returns:
        1 or more; 1 where there are fewer than ten means.

    References:
        Pont, Zucker & Queloz 2006, MNRAS 373, 231; Winn et al. 2008, ApJ 683, 1076
        (their beta).
    """
    number = np.floor(time / duration_days)
    starts = np.flatnonzero(np.diff(number, prepend=np.nan) != 0)
    if starts.size < 10 or not noise > 0:
        return 1.0
    counts = np.diff(np.append(starts, time.size))
    means = np.add.reduceat(flux - 1, starts) / counts
    full = counts >= 0.5 * np.median(counts)
    scaled = (means * np.sqrt(counts))[full]
    if scaled.size < 10:
        return 1.0
    spread = _SIGMA_OF_MAD * np.median(np.abs(scaled - np.median(scaled)))
    return max(float(spread) / noise, 1.0)


def trend_noise_factor(duration_days: float, window: float) -> float:
    """Returns by how much the error of a depth grows by that of the trend under it.

    Args:
        duration_days: Duration of a transit.
        window: Length in days of the window of the trend, of which the masked transit
            is no part.
    """
    beside = max(window - MASK_DURATIONS * duration_days, duration_days)
    return float(np.sqrt(1 + PARABOLA_VARIANCE * duration_days / beside))
