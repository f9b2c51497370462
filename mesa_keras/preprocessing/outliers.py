"""Outliers of a detrended light curve, found without eating a transit."""

import numpy as np

# Light curves rise above their level by cosmic rays and flares, never by a transit.
UPPER_SIGMA = 3.5
LOWER_SIGMA = 5.0
# Beside a point that is clipped for being low, the star must be back at its level.
NEIGHBOUR_SIGMA = 2.5
# What is low for longer than this part of a transit may be one.
LONGEST_LOW = 0.25
_SIGMA_OF_MAD = 1.4826


def scatter_by_segment(
    flux: np.ndarray, segment: np.ndarray, usable: np.ndarray
) -> np.ndarray:
    """Returns the robust standard deviation of each point's segment.

    Args:
        flux: Detrended relative flux, shape `(cadences,)`.
        segment: Integers from 0 that tell segments apart.
        usable: Which points count; a segment without any takes that of all.

    Returns:
        1.4826 times the median absolute deviation, shape of `flux`.
    """
    scatter = np.full(int(segment.max()) + 1, np.nan)
    ordered = bool((segment[1:] >= segment[:-1]).all())
    borders = np.searchsorted(segment, np.arange(scatter.size + 1))
    for number in range(scatter.size):
        if ordered:
            own = slice(borders[number], borders[number + 1])
            values = flux[own][usable[own]]
        else:
            values = flux[usable & (segment == number)]
        if values.size:
            scatter[number] = np.median(np.abs(values - np.median(values)))
    if np.isfinite(scatter).any():
        scatter[np.isnan(scatter)] = np.nanmedian(scatter)
    return np.asarray(_SIGMA_OF_MAD * scatter[segment])


def outliers(
    time: np.ndarray,
    flux: np.ndarray,
    scatter: np.ndarray,
    *,
    protected: np.ndarray,
    duration_days: float,
    exposure_days: float,
) -> np.ndarray:
    """Returns which points to leave out.

    High points go everywhere. Low points go only outside what is protected, where they
    last at most a quarter of a transit and the points beside them are at the star's
    level: an eclipse that nobody knows of stays.

    Args:
        time: Days, ascending, shape `(cadences,)`.
        flux: Detrended relative flux, level 1; NaN is no outlier.
        scatter: Standard deviation of each point.
        protected: Where no low point may go, as around transits.
        duration_days: Duration of a transit.
        exposure_days: Time from one exposure to the next.

    Returns:
        Boolean array of shape `(cadences,)`.
    """
    with np.errstate(invalid="ignore"):
        away = (flux - 1) / scatter
        found = away > UPPER_SIGMA
        low = away < -LOWER_SIGMA
        level = away > -NEIGHBOUR_SIGMA
    if not low.any():
        return np.asarray(found)
    change = np.flatnonzero(np.diff(low.astype(np.int8), prepend=0, append=0))
    starts, ends = change[::2], change[1::2]
    lasts = time[ends - 1] - time[starts] + exposure_days
    beside = np.where(starts > 0, level[starts - 1], False)
    beside &= np.where(ends < low.size, level[np.minimum(ends, low.size - 1)], False)
    short = lasts <= LONGEST_LOW * duration_days
    for start, end in zip(starts[short & beside], ends[short & beside], strict=True):
        if not protected[start:end].any():
            found[start:end] = True
    return np.asarray(found)
