"""What a catalogue would say about an event: measured, with errors and gaps."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing import phase_fold
from mesa_keras.simulation.population import Event, Star
from mesa_keras.simulation.stars import (
    EARTH_RADIUS_SOLAR,
    SOLAR_TEMPERATURE_K,
    central_intensity,
    quadratic_limb_darkening,
    scaled_semimajor_axis,
    stellar_density,
)

LABELS = ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")
DETECTION_SNR = 7.1
CORE_DURATIONS = 0.6
AWAY_DURATIONS = 1.5
SOLAR_RADII_PER_AU = 215.032
STARS_WITHOUT_PARAMETERS = 0.01
EVENTS_WITHOUT_FIT = 0.015
VALUES_LOST = 0.01
FIT_COLUMNS = ("depth", "planet_radius", "impact", "model_snr")
STAR_COLUMNS = ("stellar_temp", "stellar_logg", "stellar_radius")
ORBIT_COLUMNS = ("equilibrium_temp", "insolation")
# Chance that a false positive is not recognised, at a signal-to-noise ratio below 30;
# a third of it above. Eclipses of the target itself give themselves away.
PASSES_AS_CANDIDATE = {
    "eclipsing_binary": 0.06,
    "grazing_binary": 0.15,
    "background_binary": 0.25,
    "variability": 0.12,
    "instrument": 0.35,
}


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """An event as its detrended light curve shows it.

    Attributes:
        depth: Fraction of the light lost around mid-transit.
        snr: Depth over its error from the scatter outside.
        num_transits: Number of transits with data.
    """

    depth: float
    snr: float
    num_transits: int


def measure(
    time: np.ndarray, flux: np.ndarray, period: float, epoch: float, duration: float
) -> Measurement:
    """Measures depth and significance of an event in a detrended light curve."""
    phase = np.abs(phase_fold(time, period, epoch)) * 24 / duration
    core = phase < CORE_DURATIONS / 2
    away = (phase > AWAY_DURATIONS / 2) & (phase < 3 * AWAY_DURATIONS)
    if core.sum() < 3 or away.sum() < 10:
        return Measurement(depth=0.0, snr=0.0, num_transits=0)
    level = np.median(flux[away])
    depth = float(level - np.median(flux[core]))
    scatter = 1.4826 * float(np.median(np.abs(flux[away] - level)))
    inside = (phase < 0.5).sum()
    cycles = np.unique(np.round((time[core] - epoch) / period))
    return Measurement(
        depth=depth,
        snr=depth / scatter * float(np.sqrt(inside)),
        num_transits=cycles.size,
    )


def catalogue_star(star: Star, rng: np.random.Generator) -> dict[str, float]:
    """Returns a star's columns with errors: 2.5 % of temperature, 15 % of radius."""
    radius = rng.normal(0.0, 0.15)
    row = {
        "stellar_temp": round(star.temperature * rng.lognormal(0, 0.025)),
        "stellar_logg": round(star.logg - radius + rng.normal(0, 0.05), 3),
        "stellar_radius": round(star.radius * float(np.exp(radius)), 3),
        "magnitude": round(star.magnitude + rng.normal(0, 0.02), 3),
    }
    if rng.uniform() < STARS_WITHOUT_PARAMETERS:
        row |= dict.fromkeys(STAR_COLUMNS, float("nan"))
    return row


def observed_ephemeris(
    event: Event, snr: float, window_days: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Returns period, epoch and duration with errors that fall with significance."""
    timing = 0.3 * event.duration / 24 / snr
    period = event.period * (1 + timing / window_days * rng.normal())
    epoch = event.epoch + timing * rng.normal()
    duration = event.duration * rng.lognormal(0.0, 0.03 + 0.8 / snr)
    return float(period), float(epoch), float(duration)


def catalogue_event(
    star: dict[str, float],
    event: Event,
    ephemeris: tuple[float, float, float],
    measured: Measurement,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Returns the columns of an event: fit, planet's radius, what the star implies.

    A fit knows the impact only where the signal is strong; else it is nearly even from
    0 to 1. The planet's radius follows from depth, impact and the catalogue's star.
    """
    period, epoch, duration = ephemeris
    known = measured.snr / (measured.snr + 60)
    impact = event.impact if rng.uniform() < known else rng.uniform(0.0, 0.95)
    impact = abs(impact + rng.normal(0.0, 0.05 + 1.5 / measured.snr))
    axis = float(
        scaled_semimajor_axis(
            period, stellar_density(star["stellar_logg"], star["stellar_radius"])
        )
    )
    darkening = quadratic_limb_darkening(star["stellar_temp"])
    ratio = np.sqrt(measured.depth / central_intensity(darkening, min(impact, 0.95)))
    # Beyond the limb only a large body can make the depth.
    ratio = max(ratio, impact - 1 + 0.5 * ratio)
    temperature = star["stellar_temp"] / np.sqrt(2 * axis) * 0.7**0.25
    insolation = (star["stellar_temp"] / SOLAR_TEMPERATURE_K) ** 4 * (
        SOLAR_RADII_PER_AU / axis
    ) ** 2
    row = {
        "period": round(period, 9),
        "epoch": round(epoch, 6),
        "duration": round(duration, 4),
        "depth": round(1e6 * measured.depth, 1),
        "planet_radius": round(ratio * star["stellar_radius"] / EARTH_RADIUS_SOLAR, 2),
        "impact": round(impact, 3),
        "equilibrium_temp": round(temperature, 0),
        "insolation": round(insolation, 2),
        "model_snr": round(measured.snr, 1),
    }
    if rng.uniform() < EVENTS_WITHOUT_FIT:
        row |= dict.fromkeys(FIT_COLUMNS, float("nan"))
    lost = rng.uniform(size=len(FIT_COLUMNS)) < VALUES_LOST
    lost_names = [name for name, gone in zip(FIT_COLUMNS, lost, strict=True) if gone]
    return row | dict.fromkeys(lost_names, float("nan"))


def draw_label(
    kind: str, measured: Measurement, siblings: int, rng: np.random.Generator
) -> str:
    """Draws a disposition by what an event is and how well it is seen.

    A planet is confirmed with probability 1 / (1 + exp(-x)), x = 5 log10(snr / 11),
    plus 1.5 beside another planet, less 1.5 with fewer than four transits; of the
    others 6 % are taken for false positives, the rest stay candidates. A false positive
    passes as a candidate by `PASSES_AS_CANDIDATE`; none is confirmed.
    """
    if kind == "planet":
        x = 5 * np.log10(measured.snr / 11) + 1.5 * (siblings > 0)
        x -= 1.5 * (measured.num_transits < 4)
        if rng.uniform() < 1 / (1 + np.exp(-x)):
            return "CONFIRMED"
        return "FALSE POSITIVE" if rng.uniform() < 0.06 else "CANDIDATE"
    chance = PASSES_AS_CANDIDATE[kind] * (1.0 if measured.snr < 30 else 1 / 3)
    return "CANDIDATE" if rng.uniform() < chance else "FALSE POSITIVE"
