"""Lines in a profile: how many stand out, how wide they are and how far apart."""

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import signed_log

# Lines stand out by this many times the profile's noise, and this part of its range.
SIGNIFICANT = 6.0
RELATIVE = 0.03
# How far a trace may move from the middle of a strip to that of all, as a part of the
# axis.
REACH = 0.02
# A strip's own point stands out by this many times its noise.
IN_STRIP = 4.0
NORMAL_QUANTILE = 0.6744897501960817


def highest_bump(fine: np.ndarray, noise: float) -> dict[str, float]:
    """The place that stands out most: the trace of a star, or a bad column.

    Args:
        fine: Strips without their smooth part, shape `(strips, length)`.
        noise: Noise of a point of a strip.

    Returns:
        `bump`, `bump_strips` and `bump_width`.
    """
    smoothed = fine[:, :-2] + fine[:, 1:-1] + fine[:, 2:]
    mean = smoothed.mean(axis=0)
    place = int(np.argmax(mean))
    spread = float(np.median(np.abs(mean))) / NORMAL_QUANTILE
    spread = max(spread, np.sqrt(3.0 / len(fine)) * noise)
    half = mean < mean[place] / 2
    right = int(np.argmax(half[place:])) or mean.size - place
    left = int(np.argmax(half[place::-1])) or place + 1
    reach = max(int(REACH * mean.size), 1)
    near = smoothed[:, max(place - reach, 0) : place + reach + 1].max(axis=1)
    noises = np.median(np.abs(smoothed), axis=1) / NORMAL_QUANTILE
    limit = IN_STRIP * np.maximum(noises, np.sqrt(3.0) * noise)
    return {
        "bump": signed_log(float(mean[place]) / spread),
        "bump_strips": float(np.mean(near > limit)),
        "bump_width": float(np.log2(max(right + left - 1, 1))),
    }


def line_extrema(deviation: np.ndarray, noise: float) -> dict[str, float]:
    """Maxima and minima that stand out, their width and spacing.

    Args:
        deviation: Mean of the strips without its smooth part, shape `(length,)`.
        noise: Noise of a point of it.

    Returns:
        `num_peaks`, `num_dips`, `spacing_scatter` and, if there is one, `peak_width`.
    """
    low, high = np.percentile(deviation, [0.5, 99.5])
    height = max(SIGNIFICANT * noise, RELATIVE * (high - low))
    peaks = _maxima(deviation, height)
    found = {
        "num_peaks": float(np.log2(1 + peaks.size)),
        "num_dips": float(np.log2(1 + _maxima(-deviation, height).size)),
        "spacing_scatter": 2.0,
    }
    if peaks.size:
        found["peak_width"] = float(np.log2(np.median(_widths(deviation, peaks))))
    if peaks.size > 3:
        gaps = np.diff(peaks)
        # Orders drift apart along the axis: a straight line is no scatter.
        steps = np.arange(gaps.size) - (gaps.size - 1) / 2
        slope = (steps * gaps).sum() / max((steps**2).sum(), 1.0)
        trend = gaps.mean() + steps * slope
        found["spacing_scatter"] = float(min((gaps - trend).std() / gaps.mean(), 2.0))
    return found


def _maxima(values: np.ndarray, height: float) -> np.ndarray:
    inner = values[1:-1]
    found = (inner > height) & (inner >= values[:-2]) & (inner > values[2:])
    return np.flatnonzero(found) + 1


def _widths(values: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Full widths at half of each maximum's height, in pixels."""
    widths = []
    for peak in peaks[:: max(peaks.size // 32, 1)]:
        half = values[peak] / 2
        right = np.argmax(values[peak:] < half) or values.size - peak
        left = np.argmax(values[peak::-1] < half) or peak + 1
        widths.append(right + left - 1)
    return np.maximum(widths, 1)
