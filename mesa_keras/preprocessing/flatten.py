"""Detrending of raw light curves."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.fold import phase_fold
from mesa_keras.preprocessing.views import HOURS_PER_DAY

# A transit is masked somewhat wider than it lasts: durations are uncertain.
MASK_DURATIONS = 1.5
WINDOW_DAYS = 1.0
WINDOW_DURATIONS = 3.0
GAP_DAYS = 0.5


def flatten(
    time: ArrayLike,
    flux: ArrayLike,
    period: float,
    epoch: float,
    duration: float,
) -> np.ndarray:
    """Divides a light curve by its slow trend, found outside the transits.

    The trend is Tukey's biweight in a sliding window of one day or three durations,
    whichever is longer, in each stretch between gaps of half a day; transits do not
    enter it. wotan compiles itself on the first call on a machine, which takes about
    20 s; later calls take a fraction of a second.

    Args:
        time: Times in days, shape `(cadences,)`, in any order.
        flux: Flux in any unit with a positive median, shape `(cadences,)`.
        period: Period in days.
        epoch: A transit's centre, in the time system of `time`.
        duration: Transit duration in hours.

    Returns:
        Flux over trend, near 1, shape `(cadences,)`; NaN where time or flux is not
        finite, or where no trend is known (a stretch wholly in transit).

    Raises:
        ImportError: If wotan is not installed.
        ValueError: If an argument is out of range, or no point is outside a transit.

    References:
        Hippke et al. 2019, AJ 158, 143 (wotan); windows of three durations keep
        transits whole, their section 4.
    """
    days, values = (np.asarray(array, dtype=np.float64) for array in (time, flux))
    if days.ndim != 1 or days.shape != values.shape:
        raise ValueError(
            "`time` and `flux` must be one-dimensional and of one length. "
            f"Received: shapes {days.shape} and {values.shape}"
        )
    if not (np.isfinite(duration) and duration > 0):
        raise ValueError(f"`duration` must be positive hours. Received: {duration}")
    length = duration / HOURS_PER_DAY
    phase = phase_fold(days, period, epoch)
    good = np.flatnonzero(np.isfinite(days) & np.isfinite(values))
    good = good[np.argsort(days[good], kind="stable")]
    masked = np.abs(phase[good]) < MASK_DURATIONS * length / 2
    if masked.all():
        raise ValueError(
            "`flux` must have finite points outside the transits. "
            f"Received: {good.size} finite points, period={period} days, "
            f"duration={duration} hours"
        )
    level = np.median(values[good])
    if not level > 0:
        raise ValueError(
            "`flux` must have a positive median to be divided by its trend. "
            f"Received: {level}"
        )
    biweight = _import_wotan()
    flattened = np.full(days.shape, np.nan)
    flattened[good] = biweight(
        days[good],
        values[good] / level,
        method="biweight",
        window_length=max(WINDOW_DAYS, WINDOW_DURATIONS * length),
        break_tolerance=GAP_DAYS,
        edge_cutoff=0.0,
        mask=masked,
    )
    return flattened


def _import_wotan() -> Any:
    try:
        from wotan import (  # type: ignore[import-untyped]
            flatten as wotan_flatten,
        )
    except ImportError as error:
        raise ImportError(
            "Detrending needs the package wotan; install the extra 'lightcurves' "
            "(`pip install mesa-keras[lightcurves]`)."
        ) from error
    return wotan_flatten
