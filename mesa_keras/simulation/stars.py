"""Stars as transits see them: densities, orbits, durations and limb darkening.

All functions take and return numbers or arrays that broadcast, and pass NaN on.

References:
    Winn 2010, arXiv:1001.2010 ("Transits and occultations"), equations 2, 4, 14, 30.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

# IAU 2015 resolution B3 and CODATA 2018, SI.
SOLAR_RADIUS_M = 6.957e8
SOLAR_GM_M3_S2 = 1.3271244e20
EARTH_RADIUS_M = 6.3781e6
GRAVITATIONAL_CONSTANT = 6.67430e-11
SECONDS_PER_DAY = 86400.0
SOLAR_TEMPERATURE_K = 5772.0
SOLAR_LOGG = float(np.log10(100 * SOLAR_GM_M3_S2 / SOLAR_RADIUS_M**2))
LARGEST_TYPICAL_MASS = 1.5

EARTH_RADIUS_SOLAR = EARTH_RADIUS_M / SOLAR_RADIUS_M
# Where the relation for limb darkening holds, kelvin.
LIMB_DARKENING_RANGE_K = (3800.0, 7500.0)


def stellar_density(stellar_logg: ArrayLike, stellar_radius: ArrayLike) -> Any:
    """Returns the mean density in g/cm3: 3 g / (4 pi G R).

    Args:
        stellar_logg: log10 of the surface gravity in cm/s2.
        stellar_radius: Radius in solar radii.
    """
    gravity = 10.0 ** (np.asarray(stellar_logg, dtype=np.float64) - 2)
    radius = np.asarray(stellar_radius, dtype=np.float64) * SOLAR_RADIUS_M
    kilograms = 3 * gravity / (4 * np.pi * GRAVITATIONAL_CONSTANT * radius)
    return kilograms / 1000


def typical_logg(stellar_radius: ArrayLike) -> Any:
    """Returns log10 of the gravity in cm/s2 of a typical star of the given solar radii.

    The mass is radius^1.25 in solar units, and at most 1.5: larger stars are mostly
    evolved. A rough guess, for rows without a gravity (0.1 dex near the Sun).
    """
    radius = np.asarray(stellar_radius, dtype=np.float64)
    mass = np.minimum(radius**1.25, LARGEST_TYPICAL_MASS)
    return SOLAR_LOGG + np.log10(mass / radius**2)


def radius_of_solar_mass(stellar_logg: ArrayLike) -> Any:
    """Returns the solar radii of a star of the Sun's mass and the given gravity."""
    return 10.0 ** ((SOLAR_LOGG - np.asarray(stellar_logg, dtype=np.float64)) / 2)


def scaled_semimajor_axis(period: ArrayLike, density: ArrayLike) -> Any:
    """Returns a/R* of a circular orbit: (G rho P^2 / (3 pi))^(1/3).

    Args:
        period: Period in days.
        density: Mean stellar density in g/cm3; the planet's mass is neglected.
    """
    seconds = np.asarray(period, dtype=np.float64) * SECONDS_PER_DAY
    kilograms = np.asarray(density, dtype=np.float64) * 1000
    return np.cbrt(GRAVITATIONAL_CONSTANT * kilograms * seconds**2 / (3 * np.pi))


def transit_duration(
    period: ArrayLike,
    scaled_semimajor_axis: ArrayLike,
    radius_ratio: ArrayLike,
    impact: ArrayLike = 0.0,
) -> Any:
    """Returns hours from first to last contact on a circular orbit.

    T = P / pi * asin(sqrt(((1 + k)^2 - b^2) / (a^2 - b^2))), a and b in stellar radii.
    It is 0 where the planet passes beside the star.
    """
    days, a, k, b = np.broadcast_arrays(
        *(
            np.asarray(value, dtype=np.float64)
            for value in (period, scaled_semimajor_axis, radius_ratio, impact)
        )
    )
    chord = np.clip((1 + k) ** 2 - b**2, 0.0, None)
    height = a**2 - b**2
    sine = np.sqrt(chord / np.where(height > 0, height, np.nan))
    return 24 * days / np.pi * np.arcsin(np.clip(sine, None, 1.0))


def semimajor_axis_from_duration(
    period: float, duration: float, radius_ratio: float, impact: float = 0.0
) -> float:
    """Returns the a/R* with which a transit lasts `duration` hours.

    The inverse of `transit_duration`: a^2 = b^2 + ((1 + k)^2 - b^2) / sin^2(pi T / P).
    """
    sine = np.sin(np.pi * min(duration / 24 / period, 0.5))
    chord = max((1 + radius_ratio) ** 2 - impact**2, 0.0)
    return float(np.sqrt(impact**2 + chord / sine**2))


def quadratic_limb_darkening(stellar_temp: float) -> tuple[float, float]:
    """Returns typical quadratic limb-darkening coefficients in the Kepler band.

    I(mu) / I(1) = 1 - u1 (1 - mu) - u2 (1 - mu)^2, by an approximate linear relation:
    u1 = 0.40 - 0.16 t and u2 = 0.26 + 0.08 t, t = (temperature - 5772 K) / 1000 K,
    for dwarfs of solar composition between 3800 and 7500 K; temperatures beyond are
    taken as the nearer end. Good enough to shape simulated transits; for fits take
    coefficients from a model atmosphere. Gravity and composition, which matter less,
    are left out.

    Args:
        stellar_temp: Effective temperature in kelvin; NaN is taken as the Sun's.

    Returns:
        u1 and u2, with u1 + u2 < 1.

    Raises:
        ValueError: If `stellar_temp` is not positive.

    References:
        Claret & Bloemen 2011, A&A 529, A75, tabulate such coefficients (Kepler band,
        ATLAS models). The relation is ours: it follows the run of their values with
        temperature by rule of thumb, and is no fit to the tables.
    """
    if np.isnan(stellar_temp):
        stellar_temp = SOLAR_TEMPERATURE_K
    if not stellar_temp > 0:
        raise ValueError(
            f"`stellar_temp` must be positive kelvin. Received: {stellar_temp}"
        )
    t = (np.clip(stellar_temp, *LIMB_DARKENING_RANGE_K) - SOLAR_TEMPERATURE_K) / 1000
    return float(0.40 - 0.16 * t), float(0.26 + 0.08 * t)


def central_intensity(
    limb_darkening: tuple[float, float], impact: float = 0.0
) -> float:
    """Returns the surface brightness at `impact` over the mean of the disc.

    A small planet of radius ratio k blocks k^2 times this much light at mid-transit.
    """
    u1, u2 = limb_darkening
    edge = 1 - np.sqrt(max(1 - impact**2, 0.0))
    return float((1 - u1 * edge - u2 * edge**2) / (1 - u1 / 3 - u2 / 6))
