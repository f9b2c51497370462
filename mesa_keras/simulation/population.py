"""Stars and what is found around them, drawn from rough statistics of Kepler's.

The numbers are ours, chosen so that the catalogue resembles the published one in
periods, depths and durations; they are no measurement of how common planets are.

References:
    Howard et al. 2012, ApJS 201, 15, and Fressin et al. 2013, ApJ 766, 81: planets are
    even in log period beyond about a week and rarer within; small ones prevail.
    Raghavan et al. 2010, ApJS 190, 1: binaries' mass ratios are nearly even.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.observation import START_DAY
from mesa_keras.simulation.signals import (
    EclipsingBinary,
    InstrumentEvents,
    Pulsation,
    Signal,
    Transit,
)
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
        kind: Name of what it truly is, one of `KINDS`.
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


def draw_detached(star: Star, longest: float, rng: np.random.Generator) -> list[Event]:
    """Draws an eclipsing binary whose eclipses are full or deep."""
    ratio = rng.uniform(0.1, 1.0)
    impact = rng.uniform(0.0, max(1 - ratio / 2, 0.3))
    return _binary("eclipsing_binary", star, ratio, impact, 1.0, longest, rng)


def draw_grazing(star: Star, longest: float, rng: np.random.Generator) -> list[Event]:
    """Draws a binary of which only the limbs touch: shallow and V-shaped."""
    ratio = rng.uniform(0.15, 1.0)
    impact = rng.uniform(1 - ratio / 4, 1 + 0.9 * ratio)
    return _binary("grazing_binary", star, ratio, impact, 1.0, longest, rng)


def draw_background(
    star: Star, longest: float, rng: np.random.Generator
) -> list[Event]:
    """Draws a faint eclipsing binary whose light falls into the star's aperture."""
    behind = draw_star(rng)
    ratio = rng.uniform(0.1, 1.0)
    impact = rng.uniform(0.0, 1 + 0.7 * ratio)
    light = 10 ** rng.uniform(-3.2, -0.6)
    return _binary("background_binary", behind, ratio, impact, light, longest, rng)


def _binary(
    kind: str,
    star: Star,
    ratio: float,
    impact: float,
    light: float,
    longest: float,
    rng: np.random.Generator,
) -> list[Event]:
    period = float(np.exp(rng.normal(np.log(4.0), 1.2)))
    mass = ratio**1.15
    axis = star.orbit(period, mass)
    if axis < CLOSEST_ORBIT * (1 + ratio) or not SHORTEST_PERIOD < period < longest:
        return []
    # Tides make close orbits circular.
    ellipticity = 0.0 if period < 6 else min(rng.rayleigh(0.15), 0.6)
    shift = 2 / np.pi * ellipticity * np.cos(rng.uniform(0, 2 * np.pi))
    primary = Transit(
        period=period,
        epoch=START_DAY + period * rng.uniform(),
        radius_ratio=ratio,
        scaled_semimajor_axis=axis,
        impact=impact,
        limb_darkening=quadratic_limb_darkening(star.temperature),
    )
    brightness = mass**2.5 * rng.uniform(0.85, 1.1)
    signal = EclipsingBinary(
        primary=primary,
        surface_brightness=brightness,
        secondary_phase=float(np.clip(0.5 + shift, 0.25, 0.75)),
        ellipsoidal=min(1.2 * mass / axis**3, 0.15),
        light_fraction=light,
    )
    alike = brightness > 0.7 and shift == 0 and rng.uniform() < 0.6
    return [
        Event(
            kind=kind,
            period=period / 2 if alike else period,
            epoch=primary.epoch,
            duration=min(primary.duration(), 12 * period),
            impact=impact,
            signal=signal,
        )
    ]


def draw_variability(
    star: Star, longest: float, rng: np.random.Generator
) -> list[Event]:
    """Draws a pulsation, or spots on a fast rotator, whose minima pass for transits."""
    period = min(float(np.exp(rng.uniform(np.log(0.5), np.log(6.0)))), longest)
    signal = Pulsation(
        period=period,
        epoch=START_DAY + period * rng.uniform(),
        amplitude=rng.lognormal(np.log(2.5e-4), 1.2) * star.evolved,
        harmonic=rng.uniform(-0.2, 0.8),
        beat_days=rng.uniform(8.0, 90.0),
        beat=rng.uniform(0.0, 0.8),
    )
    return [
        Event(
            kind="variability",
            period=period,
            epoch=signal.epoch,
            duration=24 * period * rng.uniform(0.06, 0.25),
            impact=rng.uniform(),
            signal=signal,
        )
    ]


def draw_instrument(
    star: Star, longest: float, rng: np.random.Generator
) -> list[Event]:
    """Draws a few steps or dark bands that line up in time by chance."""
    duration = rng.lognormal(np.log(6.0), 0.6)
    period = longest * rng.uniform(0.35, 0.98)
    sudden = bool(rng.uniform() < 0.5)
    # Steps recover within twice the time that they pass for a transit.
    length = duration / 24 * (0.7 if sudden else 1.3)
    first = START_DAY + period * rng.uniform()
    count = 1 + int((START_DAY + 2 * longest - first) / period)
    starts = first + period * np.arange(count) + rng.normal(0, 0.15, count) * length
    depths = rng.lognormal(np.log(6e-4), 0.9) * rng.uniform(0.3, 1.7, count)
    return [
        Event(
            kind="instrument",
            period=period,
            epoch=first + duration / 48 if sudden else first + length / 2,
            duration=duration,
            impact=rng.uniform(),
            signal=InstrumentEvents(
                times=tuple(map(float, starts)),
                depths=tuple(map(float, depths)),
                length=length,
                sudden=sudden,
            ),
        )
    ]


Draw = Callable[[Star, float, np.random.Generator], list[Event]]
# How to draw each kind, and how often a star is given it. Not all are detected.
KINDS: dict[str, tuple[Draw, float]] = {
    "planet": (draw_planets, 0.52),
    "eclipsing_binary": (draw_detached, 0.13),
    "grazing_binary": (draw_grazing, 0.08),
    "background_binary": (draw_background, 0.15),
    "variability": (draw_variability, 0.06),
    "instrument": (draw_instrument, 0.06),
}
