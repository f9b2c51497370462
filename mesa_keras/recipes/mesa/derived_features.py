"""Features of a transit candidate that follow from physics.

A candidate whose catalogue values do not fit together (a transit too long for its star,
a radius that its depth does not give) is likely no planet. Everything here is plain
NumPy, in the units of the candidate tables; NaN or an impossible value gives NaN.
The star's mass follows from its radius and surface gravity: `M = g R^2 / G`.

References:
    Seager & Mallen-Ornelas (2003), ApJ 585, 1038; Winn (2010), "Transits and
    Occultations", https://arxiv.org/abs/1001.2010; constants: IAU 2015 Resolution B3
    (Prsa et al. 2016, https://arxiv.org/abs/1605.09788) and CODATA 2018.
"""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

GRAVITATIONAL_CONSTANT = 6.67430e-11  # m3 / (kg s2)
SOLAR_RADIUS_M = 6.957e8
EARTH_RADIUS_M = 6.3781e6
ASTRONOMICAL_UNIT_M = 1.495978707e11
SOLAR_TEMPERATURE_K = 5772.0
SECONDS_PER_DAY = 86400.0
HOURS_PER_DAY = 24.0
PPM = 1e-6

Arguments = ParamSpec("Arguments")
Floats: TypeAlias = NDArray[np.float64]

DERIVED_COLUMNS = (
    "expected_duration",
    "duration_ratio",
    "depth_radius",
    "radius_ratio",
    "derived_insolation",
)


def _finite_or_nan(
    function: Callable[Arguments, Floats],
) -> Callable[Arguments, Floats]:
    """Turns what overflows or is undefined into NaN, without warnings."""

    @functools.wraps(function)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Floats:
        with np.errstate(all="ignore"):
            values = function(*args, **kwargs)
        return np.where(np.isfinite(values), values, np.nan)

    return wrapped


def _positive(values: ArrayLike) -> Floats:
    """Returns float64 values, NaN where one is not positive."""
    array = np.asarray(values, dtype=np.float64)
    return np.where(array > 0, array, np.nan)


def _surface_gravity(stellar_logg: ArrayLike) -> Floats:
    """Returns g in m/s2 of log10 of g in cm/s2."""
    return _positive(0.01 * 10.0 ** np.asarray(stellar_logg, dtype=np.float64))


@_finite_or_nan
def stellar_density(stellar_radius: ArrayLike, stellar_logg: ArrayLike) -> Floats:
    """Returns the mean density of a star in g/cm3: `rho = 3 g / (4 pi G R)`.

    Args:
        stellar_radius: Radius in solar radii.
        stellar_logg: log10 of the surface gravity in cm/s2.
    """
    radius = _positive(stellar_radius) * SOLAR_RADIUS_M
    density = 3 * _surface_gravity(stellar_logg)
    density = density / (4 * np.pi * GRAVITATIONAL_CONSTANT * radius)
    return density / 1000.0


@_finite_or_nan
def scaled_semimajor_axis(period: ArrayLike, density: ArrayLike) -> Floats:
    """Returns `a / R = (G rho P^2 / (3 pi))^(1/3)` of a light planet.

    Args:
        period: Orbital period in days.
        density: Mean density of the star in g/cm3.

    References: Winn (2010), eq. 30, without the planet's term.
    """
    period_s = _positive(period) * SECONDS_PER_DAY
    rho = _positive(density) * 1000.0
    return np.cbrt(GRAVITATIONAL_CONSTANT * rho * period_s**2 / (3 * np.pi))


@_finite_or_nan
def expected_duration(
    period: ArrayLike,
    density: ArrayLike,
    impact: ArrayLike = 0.0,
    radius_ratio: ArrayLike = 0.0,
) -> Floats:
    """Returns the duration in hours, first to last contact, on a circular orbit.

    `T14 = P / pi * arcsin(sqrt((1 + k)^2 - b^2) / (a/R sin i))`, `cos i = b / (a/R)`.

    Args:
        period: Orbital period in days.
        density: Mean density of the star in g/cm3.
        impact: Impact parameter `b` in stellar radii; 0 is a central transit.
        radius_ratio: Planet's radius `k` in stellar radii.

    Returns:
        Hours; NaN where the planet misses the star, or the orbit lies inside it.

    References: Seager & Mallen-Ornelas (2003), eq. 3; Winn (2010), eq. 7 and 14.
    """
    axis = scaled_semimajor_axis(period, density)
    b = np.asarray(impact, dtype=np.float64)
    k = np.asarray(radius_ratio, dtype=np.float64)
    sine = np.sqrt((1 + k) ** 2 - b**2) / np.sqrt(axis**2 - b**2)
    hours: Floats = _positive(period) * HOURS_PER_DAY / np.pi * np.arcsin(sine)
    return hours


@_finite_or_nan
def duration_ratio(duration: ArrayLike, expected: ArrayLike) -> Floats:
    """Returns the observed over the expected duration, both in the same unit."""
    return _positive(duration) / _positive(expected)


@_finite_or_nan
def radius_from_depth(depth: ArrayLike, stellar_radius: ArrayLike) -> Floats:
    """Returns the planet's radius in Earth radii: `R_star sqrt(depth)`.

    Args:
        depth: Transit depth in ppm; limb darkening and dilution are left out.
        stellar_radius: Radius of the star in solar radii.

    References: Winn (2010), eq. 22.
    """
    star = _positive(stellar_radius) * SOLAR_RADIUS_M / EARTH_RADIUS_M
    return star * np.sqrt(_positive(depth) * PPM)


@_finite_or_nan
def radius_ratio(depth_radius: ArrayLike, planet_radius: ArrayLike) -> Floats:
    """Returns the radius that the depth gives over that of the catalogue."""
    return _positive(depth_radius) / _positive(planet_radius)


@_finite_or_nan
def semimajor_axis(
    period: ArrayLike, stellar_radius: ArrayLike, stellar_logg: ArrayLike
) -> Floats:
    """Returns the semi-major axis in au: `a^3 = g R^2 P^2 / (4 pi^2)`, Kepler's third.

    Args:
        period: Orbital period in days.
        stellar_radius: Radius in solar radii.
        stellar_logg: log10 of the surface gravity in cm/s2.
    """
    radius = _positive(stellar_radius) * SOLAR_RADIUS_M
    turn = _positive(period) * SECONDS_PER_DAY / (2 * np.pi)
    cube = _surface_gravity(stellar_logg) * radius**2 * turn**2
    return np.cbrt(cube) / ASTRONOMICAL_UNIT_M


@_finite_or_nan
def insolation(
    period: ArrayLike,
    stellar_temp: ArrayLike,
    stellar_radius: ArrayLike,
    stellar_logg: ArrayLike,
) -> Floats:
    """Returns the flux at the planet over that at Earth.

    `S = (R / R_sun)^2 (T / T_sun)^4 / (a / au)^2` on a circular orbit.

    Args:
        period: Orbital period in days.
        stellar_temp: Effective temperature in K.
        stellar_radius: Radius in solar radii.
        stellar_logg: log10 of the surface gravity in cm/s2.
    """
    distance = semimajor_axis(period, stellar_radius, stellar_logg)
    temperature = _positive(stellar_temp) / SOLAR_TEMPERATURE_K
    light: Floats = _positive(stellar_radius) ** 2 * temperature**4 / distance**2
    return light


def derive(frame: Any) -> dict[str, Floats]:
    """Returns the columns `DERIVED_COLUMNS` of a candidate table.

    The expected duration is that of a central transit of a small planet, so that it
    needs no column that a survey may lack; a ratio well above 1 means a star too small,
    or an eclipsing companion.

    Args:
        frame: Table with the known columns; one that is absent counts as NaN.

    Returns:
        Float64 array of shape `(rows,)` by name.
    """
    column = {
        name: np.asarray(frame[name], dtype=np.float64)
        if name in frame
        else np.full(len(frame), np.nan)
        for name in (
            *("period", "duration", "depth", "planet_radius"),
            *("stellar_temp", "stellar_radius", "stellar_logg"),
        )
    }
    star = (column["stellar_radius"], column["stellar_logg"])
    expected = expected_duration(column["period"], stellar_density(*star))
    from_depth = radius_from_depth(column["depth"], column["stellar_radius"])
    return {
        "expected_duration": expected,
        "duration_ratio": duration_ratio(column["duration"], expected),
        "depth_radius": from_depth,
        "radius_ratio": radius_ratio(from_depth, column["planet_radius"]),
        "derived_insolation": insolation(
            column["period"], column["stellar_temp"], *star
        ),
    }
