"""What passes for a transiting planet and is none, drawn from rough statistics.

The numbers are ours, chosen so that the false positives resemble Kepler's.

References:
    Raghavan et al. 2010, ApJS 190, 1: binaries' mass ratios are nearly even.
    Bryson et al. 2013, PASP 125, 889: eclipsing binaries behind the target.
"""

import numpy as np

from mesa_keras.simulation.observation import START_DAY
from mesa_keras.simulation.population import (
    CLOSEST_ORBIT,
    SHORTEST_PERIOD,
    Event,
    Star,
    draw_star,
)
from mesa_keras.simulation.signals import (
    EclipsingBinary,
    InstrumentEvents,
    Pulsation,
    Transit,
)
from mesa_keras.simulation.stars import quadratic_limb_darkening


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
