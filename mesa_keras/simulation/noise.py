"""Photometric noise of Kepler by magnitude: typical values, no more.

References:
    Jenkins et al. 2010, ApJ 713, L120: lower envelope of the noise of long-cadence
    data, sqrt(c + 7e6 max(1, Kp / 14)^4) / c, with c = 3.46 * 10^(0.4 (12 - Kp) + 8)
    electrons a cadence.
    Gilliland et al. 2011, ApJS 197, 6: stellar (19.5 ppm) and instrumental (10.8 ppm)
    parts at 6.5 hours of a typical star of magnitude 12.
    Christiansen et al. 2012, PASP 124, 1279: the spread from star to star, which is
    about a factor of two and is not modelled here.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

LONG_CADENCE_DAYS = 29.424 / 60 / 24
LONG_CADENCE_HOURS = 29.424 / 60
KEPLER_SPAN_DAYS = 1470.0
KEPLER_DUTY_CYCLE = 0.88

_ELECTRONS_AT_12 = 3.46e8
_DETECTOR_VARIANCE = 7e6
_FLOOR_PPM = float(np.hypot(19.5, 10.8))
_FLOOR_HOURS = 6.5


def kepler_noise_ppm(
    magnitude: ArrayLike, duration_hours: ArrayLike = LONG_CADENCE_HOURS
) -> Any:
    """Returns the typical noise of Kepler's corrected flux, in ppm.

    Photon and detector noise (Jenkins et al. 2010) and a floor of stellar and
    instrumental noise (Gilliland et al. 2011), both taken as white: it falls as
    1 / sqrt(duration). Approximate; the noise of single stars differs by a factor of 2.

    Args:
        magnitude: Kepler magnitude, about 8 to 17; NaN gives NaN.
        duration_hours: Time over which flux is averaged; one long cadence by default.

    Returns:
        Standard deviation in ppm, shape of the arguments.

    Raises:
        ValueError: If `duration_hours` is not positive.
    """
    hours = np.asarray(duration_hours, dtype=np.float64)
    if not (hours > 0).all():
        raise ValueError(f"`duration_hours` must be positive. Received: {hours}")
    kp = np.asarray(magnitude, dtype=np.float64)
    electrons = _ELECTRONS_AT_12 * 10 ** (0.4 * (12 - kp))
    variance = electrons + _DETECTOR_VARIANCE * np.maximum(1.0, kp / 14) ** 4
    cadence = 1e6 * np.sqrt(variance) / electrons
    floor = _FLOOR_PPM * np.sqrt(_FLOOR_HOURS / LONG_CADENCE_HOURS)
    return np.hypot(cadence, floor) * np.sqrt(LONG_CADENCE_HOURS / hours)


def points_per_bin(
    bin_days: ArrayLike,
    period: ArrayLike,
    *,
    span_days: float = KEPLER_SPAN_DAYS,
    duty_cycle: float = KEPLER_DUTY_CYCLE,
    cadence_days: float = LONG_CADENCE_DAYS,
) -> Any:
    """Returns the mean number of cadences in a bin of a folded light curve.

    Args:
        bin_days: Width of the bin in days.
        period: Period in days.
        span_days: Length of the observation in days, Kepler's whole mission by default.
        duty_cycle: Fraction of the span with usable data.
        cadence_days: Days from one cadence to the next.
    """
    width = np.asarray(bin_days, dtype=np.float64)
    fraction = width / np.asarray(period, dtype=np.float64)
    return fraction * span_days * duty_cycle / cadence_days


def median_noise(sigma: ArrayLike, num_points: ArrayLike) -> Any:
    """Returns the standard deviation of the median of Gaussian values.

    sigma * sqrt(pi / (2 n + pi - 2)): exact for one value and for many, within 2 % for
    odd numbers between, and up to 11 % too much for even ones; fewer than one point
    count as one.
    """
    n = np.maximum(np.asarray(num_points, dtype=np.float64), 1.0)
    return np.asarray(sigma) * np.sqrt(np.pi / (2 * n + np.pi - 2))
