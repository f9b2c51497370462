"""What a catalogue row says about its transit, with gaps filled by physics."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.simulation.stars import (
    EARTH_RADIUS_SOLAR,
    SOLAR_LOGG,
    central_intensity,
    quadratic_limb_darkening,
    radius_of_solar_mass,
    scaled_semimajor_axis,
    semimajor_axis_from_duration,
    stellar_density,
    transit_duration,
    typical_logg,
)

# What a transit and its star can be; a value beyond counts as missing.
RANGES = {
    "period": (1e-2, 1e6),
    "duration": (1e-2, 1e4),
    "depth": (1e-2, 999_999.0),
    "planet_radius": (1e-2, 1e6),
    "impact": (0.0, 1e3),
    "stellar_temp": (100.0, 1e6),
    "stellar_radius": (1e-3, 1e4),
    "stellar_logg": (-2.0, 10.0),
    "stellar_mass": (1e-3, 1e3),
    "magnitude": (-2.0, 30.0),
}
COLUMNS = tuple(RANGES)
# The median of Kepler's candidates.
TYPICAL_MAGNITUDE = 14.6
# A companion as large as the star or larger is taken as a little smaller.
LARGEST_RATIO = 0.99
# Closest orbit simulated, in units of the sum of the radii.
CLOSEST_ORBIT = 1.05


@dataclass(frozen=True)
class TransitParameters:
    """A transit on a circular orbit.

    Attributes:
        period: Days.
        duration: Hours from first to last contact.
        radius_ratio: Planet's over star's radius.
        scaled_semimajor_axis: Orbit's radius over the star's.
        impact: Distance of the transit's chord from the disc's centre, stellar radii.
        limb_darkening: u1 and u2.
        depth: Fraction of the light lost at mid-transit; NaN follows from the rest.
        magnitude: Sets the noise.
    """

    period: float
    duration: float
    radius_ratio: float
    scaled_semimajor_axis: float
    impact: float
    limb_darkening: tuple[float, float]
    depth: float
    magnitude: float


def catalogue_columns(frame: Any) -> dict[str, np.ndarray]:
    """Returns the known columns of a table, float64, NaN where absent or impossible."""
    columns = {}
    for name, (low, high) in RANGES.items():
        values = np.full(len(frame), np.nan)
        if name in frame:
            values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        columns[name] = np.where((values >= low) & (values <= high), values, np.nan)
    return columns


def transit_parameters(
    cells: dict[str, float], rng: np.random.Generator
) -> TransitParameters | None:
    """Works out a row's transit.

    The radius ratio follows from the depth and limb darkening; without a depth, and in
    grazing transits, from the two radii. The orbit follows from the stellar density:
    from the surface gravity and the radius or, where one of them is missing, with the
    mass in its place. A transit then lasts as long as the star makes it, whatever
    duration the row gives. Only a row with fewer than two of the three takes the orbit
    from its duration, and without one from a typical star's density. A missing impact
    is drawn evenly from 0 to 1, as chance alignment gives it. Missing temperatures are
    the Sun's, missing magnitudes that of a typical Kepler candidate.

    Args:
        cells: Value of each of `COLUMNS` in its range, NaN where missing.
        rng: Draws a missing impact.

    Returns:
        The transit, or `None` where the period, or the depth and a radius, are missing.
    """
    # Drawn in any case, so that a row's noise does not depend on its gaps.
    drawn = float(rng.uniform())
    period, depth = cells["period"], cells["depth"] / 1e6
    radii = cells["planet_radius"] * EARTH_RADIUS_SOLAR / cells["stellar_radius"]
    if np.isnan(period) or (np.isnan(depth) and np.isnan(radii)):
        return None
    impact = drawn if np.isnan(cells["impact"]) else cells["impact"]
    limb_darkening = quadratic_limb_darkening(cells["stellar_temp"])
    ratio, impact = _geometry(depth, radii, impact, limb_darkening)
    density, duration = _density(cells), cells["duration"]
    if np.isnan(density) and not np.isnan(duration):
        axis = semimajor_axis_from_duration(period, duration, ratio, impact)
    else:
        density = _typical_density(cells) if np.isnan(density) else density
        axis, duration = float(scaled_semimajor_axis(period, density)), np.nan
    axis = max(axis, CLOSEST_ORBIT * (1 + ratio))
    if np.isnan(duration):
        duration = float(transit_duration(period, axis, ratio, impact))
    magnitude = cells["magnitude"]
    return TransitParameters(
        period=period,
        duration=duration,
        radius_ratio=ratio,
        scaled_semimajor_axis=axis,
        impact=impact,
        limb_darkening=limb_darkening,
        depth=depth,
        magnitude=TYPICAL_MAGNITUDE if np.isnan(magnitude) else magnitude,
    )


def _geometry(
    depth: float, radii: float, impact: float, limb_darkening: tuple[float, float]
) -> tuple[float, float]:
    """Returns a radius ratio and an impact at which there is a transit."""
    if not np.isnan(depth):
        inside = min(impact, 0.9)
        ratio = float(np.sqrt(depth / central_intensity(limb_darkening, inside)))
        if impact <= 1 - ratio or np.isnan(radii):
            return ratio, min(impact, max(1 - ratio, 0.0))
    radii = min(radii, LARGEST_RATIO)
    # A chord that misses the star contradicts the detection: it is put on the limb.
    return radii, impact if impact < 1 + radii else 1.0


def rows_with_density(frame: Any) -> np.ndarray:
    """Returns which rows of a table tell the density of their star, boolean."""
    columns = catalogue_columns(frame)
    names = ("stellar_radius", "stellar_logg", "stellar_mass")
    known = np.sum([np.isfinite(columns[name]) for name in names], axis=0)
    return np.asarray(known >= 2)


def _density(cells: dict[str, float]) -> float:
    """Returns g/cm3 by two of radius, gravity and mass; NaN where fewer are known."""
    radius, logg, mass = (
        cells[name] for name in ("stellar_radius", "stellar_logg", "stellar_mass")
    )
    if np.isnan(radius):
        radius = np.sqrt(mass) * float(radius_of_solar_mass(logg))
    if np.isnan(logg):
        logg = SOLAR_LOGG + np.log10(mass / radius**2)
    return float(stellar_density(logg, radius))


def _typical_density(cells: dict[str, float]) -> float:
    radius, logg = cells["stellar_radius"], cells["stellar_logg"]
    if np.isnan(logg):
        logg = SOLAR_LOGG if np.isnan(radius) else float(typical_logg(radius))
    if np.isnan(radius):
        radius = float(radius_of_solar_mass(logg))
    return float(stellar_density(logg, radius))
