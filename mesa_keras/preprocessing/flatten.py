"""Detrending of raw light curves."""

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.detrend_light_curve import detrend_light_curve
from mesa_keras.preprocessing.fold import Ephemeris


def flatten(
    time: ArrayLike,
    flux: ArrayLike,
    period: float,
    epoch: float,
    duration: float,
) -> np.ndarray:
    """Divides a light curve by its slow trend, found outside the transits.

    The short form of `detrend_light_curve`: no cadence is left out as an outlier.

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
    """
    ephemeris = Ephemeris(period=period, epoch=epoch, duration=duration)
    flat = detrend_light_curve(time, flux, ephemeris)
    return np.asarray(np.asarray(flux, dtype=np.float64) / flat.trend)
