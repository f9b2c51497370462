"""The slow trend of a light curve, found outside what is masked."""

import warnings
from typing import Any

import numpy as np

from mesa_keras.missing_extra import missing_extra
from mesa_keras.preprocessing.detrend_local import STEPS, local_quadratic

# The window is this long, or so many durations if that is longer.
WINDOW_DAYS = 1.0
WINDOW_DURATIONS = 3.0
# A gap that is longer begins a new stretch: the instrument may have another level.
GAP_DAYS = 0.5
# What is left by the biweight is an outlier to the parabolas from here on.
OUTLIER_SIGMA = 5.0
_SIGMA_OF_MAD = 1.4826


def window_days(duration_days: float, least: float = WINDOW_DAYS) -> float:
    """Returns the length of the window for transits of a duration."""
    return max(least, WINDOW_DURATIONS * duration_days)


def slow_trend(
    time: np.ndarray,
    flux: np.ndarray,
    *,
    window: float,
    masked: np.ndarray,
    segment: np.ndarray | None = None,
) -> np.ndarray:
    """Returns the slow trend of each stretch between gaps, in each segment.

    Tukey's biweight in a sliding window, of means over a sixteenth of it that leave out
    what is masked; then local parabolas through what it leaves, in windows of the same
    length. A biweight is a
    local mean: at the crests of a rotating star, under a mask, and at the ends of
    stretches it is off by the curvature or slope of the trend, which the parabolas
    follow. wotan compiles itself on the first call on a machine, which takes 10 to
    20 s.

    Args:
        time: Days, finite and ascending, shape `(cadences,)`.
        flux: Finite flux with a positive median.
        window: Length of the window in days.
        masked: Which points do not count, shape `(cadences,)`.
        segment: Integers that tell quarters or sectors apart; `None` where all are one.

    Returns:
        The trend in the unit of the flux; NaN where it is not positive or no unmasked
        point is in the window.

    Raises:
        ImportError: If wotan is not installed.

    References:
        Hippke et al. 2019, AJ 158, 143 (wotan); windows of three durations keep
        transits whole, their section 4. The parabolas are ours: of the scatter that
        a star which turns in 3 or 6 days has over a transit's duration, in units of
        white noise, the biweight alone leaves 2.2, twice the biweight 1.6 to 2.0, and
        the two together 1.4 to 1.7.
    """
    biweight = _import_wotan()
    if segment is not None and segment[0] != segment[-1]:
        # Far apart, segments are stretches of their own.
        apart = time[-1] - time[0] + 10 * (window + GAP_DAYS)
        time = time + (segment - segment[0]) * apart
        order = np.argsort(time, kind="stable")
    else:
        order = np.arange(time.size)
    days, level = time[order], float(np.median(flux))
    left, out = flux[order] / level, masked[order]
    stretch = np.cumsum(np.diff(days, prepend=days[0]) > GAP_DAYS)
    trend = _biweight_trend(biweight, days, left, out, stretch, window)
    rest = left / trend - 1
    usable = np.isfinite(rest) & ~out
    if usable.any():
        scatter = _SIGMA_OF_MAD * np.median(np.abs(rest[usable]))
        with np.errstate(invalid="ignore"):
            usable &= np.abs(rest) <= OUTLIER_SIGMA * scatter
        curve = local_quadratic(
            days, rest, usable=usable, stretch=stretch, window=window
        )
        trend *= 1 + np.where(np.isfinite(curve), curve, 0.0)
    result = np.empty(time.shape)
    result[order] = level * trend
    return result


def _biweight_trend(
    biweight: Any,
    time: np.ndarray,
    flux: np.ndarray,
    masked: np.ndarray,
    stretch: np.ndarray,
    window: float,
) -> np.ndarray:
    """Biweight of means over small steps of the window, interpolated to the points."""
    step = np.floor(time * (STEPS / window)) + stretch
    node = np.cumsum(np.diff(step, prepend=step[0]) != 0)
    size = int(node[-1]) + 1
    weight = np.where(masked, 1e-9, 1.0)
    total = np.bincount(node, weight, size)
    middle, mean = (
        np.bincount(node, weight * values, size) / total for values in (time, flux)
    )
    with warnings.catch_warnings():
        # It warns of points without a trend, which are NaN here.
        warnings.simplefilter("ignore", UserWarning)
        _, trend = biweight(
            middle,
            mean,
            method="biweight",
            window_length=window,
            break_tolerance=GAP_DAYS,
            edge_cutoff=0.0,
            mask=total < 0.5,
            return_trend=True,
        )
    trend = np.where(trend > 0, trend, np.nan)
    known = np.isfinite(trend)
    if not known.any():
        return np.full(time.shape, np.nan)
    # Never from one stretch to the next.
    middle, trend = middle[known], trend[known]
    starts = np.flatnonzero(np.diff(node, prepend=-1))
    own = stretch[starts[known]]
    numbers = np.arange(int(stretch[-1]) + 1)
    first = middle[np.minimum(np.searchsorted(own, numbers), middle.size - 1)]
    last = middle[np.maximum(np.searchsorted(own, numbers, "right") - 1, 0)]
    inside = np.clip(time, first[stretch], np.maximum(first, last)[stretch])
    return np.where(known[node], np.interp(inside, middle, trend), np.nan)


def _import_wotan() -> Any:
    try:
        from wotan import (  # type: ignore[import-untyped]
            flatten as wotan_flatten,
        )
    except ImportError as error:
        raise missing_extra("detrending needs wotan", "lightcurves") from error
    return wotan_flatten
