"""Stars and planets, drawn from rough statistics of Kepler's.

The numbers are ours, chosen so that the catalogue resembles the published one in
periods, depths and durations; they are no measurement of how common planets are.

References:
    Howard et al. 2012, ApJS 201, 15, and Fressin et al. 2013, ApJ 766, 81: planets are
    even in log period beyond about a week and rarer within; small ones prevail.
"""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.observation import START_DAY
from mesa_keras.simulation.signals import Signal, Transit
from mesa_keras.simulation.stars import (
    EARTH_RADIUS_SOLAR,
    SOLAR_LOGG,
    SOLAR_TEMPERATURE_K,
    quadratic_limb_darkening,
    scaled_semimajor_axis,
    stellar_density,
)

# Closest orbit drawn, in units of the sum of the radii.
CLOSEST_ORBIT = 1.4
SHORTEST_PERIOD = 0.6


@dataclass(frozen=True, kw_only=True)
class Star:
    """A star as it is, not as a catalogue has it.

    Attributes:
        temperature: Effective temperature, kelvin.
        radius: Solar radii.
        logg: log10 of the surface gravity in cm/s2.
        magnitude: Kepler magnitude.
        evolved: Radius over that of an unevolved star of its mass.
    """

    temperature: float
    radius: float
    logg: float
    magnitude: float
    evolved: float

    def orbit(self, period: float, companion_mass: float = 0.0) -> float:
        """Returns a/R* of a companion; its mass is in units of the star's."""
        axis = scaled_semimajor_axis(period, stellar_density(self.logg, self.radius))
        return float(axis * np.cbrt(1 + companion_mass))


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a search would find around a star.

    Attributes:
        kind: Name of what it truly is, a key of `kinds.KINDS`.
        period: Period in days at which it is found; half the true one, where eclipses
            look alike.
        epoch: Centre of an event, days.
        duration: Hours that it seems to last.
        impact: Impact that a fit of a transit would tend to.
        signal: The light curve.
    """

    kind: str
    period: float
    epoch: float
    duration: float
    impact: float
    signal: Signal


def draw_star(rng: np.random.Generator) -> Star:
    """Draws a star as Kepler observed them: mostly dwarfs, some subgiants."""
    temperature = float(np.clip(rng.normal(5700, 620), 3500, 7300))
    mass = (temperature / SOLAR_TEMPERATURE_K) ** 1.8
    evolved = float(np.exp(abs(rng.normal(0.0, 0.12))))
    if rng.uniform() < 0.12:
        evolved *= rng.uniform(1.2, 2.4)
    radius = mass**0.88 * evolved
    return Star(
        temperature=temperature,
        radius=radius,
        logg=float(SOLAR_LOGG + np.log10(mass) - 2 * np.log10(radius)),
        magnitude=float(np.clip(15.9 - rng.exponential(1.7), 9.0, None)),
        evolved=evolved,
    )


def draw_planets(star: Star, longest: float, rng: np.random.Generator) -> list[Event]:
    """Draws the transiting planets of a star: one, or several in coplanar orbits."""
    count = 1 + int(min(rng.geometric(0.75) - 1, 4))
    period = _planet_period(longest, rng)
    impact = rng.uniform()
    events = []
    for _ in range(count):
        ratio = _planet_radius(period, rng) * EARTH_RADIUS_SOLAR / star.radius
        axis = star.orbit(period)
        chord = impact * (1 + ratio)
        if axis > CLOSEST_ORBIT * (1 + ratio) and period < longest:
            events.append(_planet(star, period, ratio, axis, chord, rng))
        period *= rng.uniform(1.3, 3.0)
        impact = float(np.clip(impact + rng.normal(0.0, 0.15), 0.0, 0.98))
    return events


def _planet(
    star: Star,
    period: float,
    ratio: float,
    axis: float,
    chord: float,
    rng: np.random.Generator,
) -> Event:
    transit = Transit(
        period=period,
        epoch=START_DAY + period * rng.uniform(),
        radius_ratio=ratio,
        scaled_semimajor_axis=axis,
        impact=chord,
        limb_darkening=quadratic_limb_darkening(star.temperature),
    )
    return Event(
        kind="planet",
        period=period,
        epoch=transit.epoch,
        duration=transit.duration(),
        impact=chord,
        signal=transit,
    )


def _planet_period(longest: float, rng: np.random.Generator) -> float:
    period = float(np.exp(rng.normal(np.log(9.0), 1.05)))
    return float(np.clip(period, SHORTEST_PERIOD, 0.98 * longest))


def _planet_radius(period: float, rng: np.random.Generator) -> float:
    """Returns Earth radii: two peaks of small planets, and giants."""
    kind = rng.uniform()
    if kind < 0.12:
        return float(rng.lognormal(np.log(10.5), 0.3))
    # Few Neptunes survive within a few days.
    large = 0.15 if period < 3 else 0.55
    if kind < 0.12 + 0.88 * large:
        return float(rng.lognormal(np.log(2.6), 0.28))
    return float(rng.lognormal(np.log(1.45), 0.25))
