"""The built-in survey: candidates with light curves, catalogue columns and labels."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.preprocessing import make_views
from mesa_keras.simulation.catalogue import (
    DETECTION_SNR,
    Measurement,
    catalogue_event,
    catalogue_star,
    draw_label,
    measure,
    observed_ephemeris,
)
from mesa_keras.simulation.kinds import KINDS
from mesa_keras.simulation.noise import kepler_noise_ppm
from mesa_keras.simulation.observation import cadences, remove_trend, stellar_noise
from mesa_keras.simulation.population import Event, Star, draw_star
from mesa_keras.simulation.truth import true_parameters

WINDOW_DAYS = 120.0
COLUMNS = (
    *("object_id", "star_id", "period", "epoch", "duration", "depth"),
    *("planet_radius", "impact", "equilibrium_temp", "insolation", "model_snr"),
    *("stellar_temp", "stellar_logg", "stellar_radius", "magnitude", "label"),
)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One object of the survey.

    Attributes:
        star: Number of its star, from 1 on.
        row: Catalogue columns by name, as in `COLUMNS`.
        views: `global_view` `(201,)` and `local_view` `(61,)`, float32.
        truth: Label, kind and true parameters by name, as in `true_parameters`.
        event: What it truly is.
    """

    star: int
    row: dict[str, Any]
    views: dict[str, np.ndarray]
    truth: dict[str, Any]
    event: Event


def simulate_candidates(
    seed: int, *, window_days: float = WINDOW_DAYS
) -> Iterator[Candidate]:
    """Simulates candidates without end, star by star.

    Each star has its own random numbers, from `seed` and its number: the first objects
    are the same, however many are taken. Light curves are half-hour exposures with
    noise by magnitude, spots, granulation and instrument; what is found is detrended,
    folded at the measured ephemeris, and kept if its signal-to-noise ratio reaches 7.1.

    Args:
        seed: Seed of the survey, 0 or more.
        window_days: Length of the observation, 60 or more. The longest period is half.

    Returns:
        Detected candidates in order of their star.

    Raises:
        ImportError: If batman is not installed.
        ValueError: If an argument is out of range.
    """
    if seed < 0:
        raise ValueError(f"`seed` must be 0 or more. Received: {seed}")
    if not 60 <= window_days <= 2000:
        raise ValueError(
            f"`window_days` must be from 60 to 2000 days. Received: {window_days}"
        )
    # Not here: a generator would look at its arguments with the first candidate only.
    return _candidates(seed, window_days)


def _candidates(seed: int, window_days: float) -> Iterator[Candidate]:
    number = 1
    for draw in itertools.count():
        found = _observe(np.random.default_rng([seed, draw]), number, window_days)
        yield from found
        number += bool(found)


def simulate_survey(
    num: int, seed: int, *, window_days: float = WINDOW_DAYS
) -> tuple[pd.DataFrame, dict[str, np.ndarray], pd.DataFrame]:
    """Simulates the first `num` candidates of a survey.

    Args:
        num: Number of candidates, 1 or more.
        seed: Seed of the survey, 0 or more.
        window_days: Length of the observation in days.

    Returns:
        Table with the columns of MESA's data (NaN where a value is missing);
        `global_view` `(num, 201)` and `local_view` `(num, 61)`, float32; and the table
        of what each object truly is, which no model may see.

    Raises:
        ImportError: If batman is not installed.
        ValueError: If an argument is out of range.
    """
    if num < 1:
        raise ValueError(f"`num` must be 1 or more. Received: {num}")
    chosen = list(
        itertools.islice(simulate_candidates(seed, window_days=window_days), num)
    )
    frame = pd.DataFrame([candidate.row for candidate in chosen], columns=list(COLUMNS))
    names = chosen[0].views
    views = {name: np.stack([c.views[name] for c in chosen]) for name in names}
    return frame, views, pd.DataFrame([candidate.truth for candidate in chosen])


def _observe(
    rng: np.random.Generator, number: int, window_days: float
) -> list[Candidate]:
    """Draws a star with its events and returns those that are detected."""
    star = draw_star(rng)
    weights = np.array([weight for _, weight in KINDS.values()])
    kind = rng.choice(list(KINDS), p=weights / weights.sum())
    events = KINDS[kind][0](star, window_days / 2, rng)
    events = [event for event in events if _within_reach(star, event, window_days)]
    if not events:
        return []
    time = cadences(window_days, rng)
    flux = stellar_noise(time, star.magnitude, star.evolved, rng)
    for event in events:
        flux = flux * event.signal.flux(time)
    catalogued = catalogue_star(star, rng)
    found: list[Candidate] = []
    for event in events:
        seen = _detect(event, time, flux, window_days, rng)
        if seen is None:
            continue
        ephemeris, measured, views = seen
        row = {
            "object_id": f"SIM{number:06d}.{len(found) + 1:02d}",
            "star_id": f"SIM{number:06d}",
            **catalogued,
            **catalogue_event(catalogued, event, ephemeris, measured, rng),
            "label": draw_label(event.kind, measured, len(events) - 1, rng),
        }
        truth = {name: row[name] for name in ("object_id", "star_id", "label")}
        truth |= true_parameters(event, star)
        found.append(
            Candidate(star=number, row=row, views=views, truth=truth, event=event)
        )
    return found


def _within_reach(star: Star, event: Event, window_days: float) -> bool:
    """Whether an event is likely to be found, before a light curve is made."""
    if event.kind == "variability":
        return True  # its depth is relative to the rest of the curve
    depth = 1 - float(event.signal.flux(np.array([event.epoch]))[0])
    noise = 1e-6 * kepler_noise_ppm(star.magnitude, event.duration)
    transits = window_days / event.period
    return bool(depth * np.sqrt(transits) > 0.8 * DETECTION_SNR * noise)


def _detect(
    event: Event,
    time: np.ndarray,
    flux: np.ndarray,
    window_days: float,
    rng: np.random.Generator,
) -> tuple[tuple[float, float, float], Measurement, dict[str, np.ndarray]] | None:
    """Returns ephemeris, measurement and views, or `None` below the threshold."""
    true = event.period, event.epoch, event.duration
    first = measure(time, remove_trend(time, flux, *true), *true)
    if first.snr < DETECTION_SNR or first.num_transits < 2:
        return None
    ephemeris = observed_ephemeris(event, first.snr, window_days, rng)
    flat = remove_trend(time, flux, *ephemeris)
    measured = measure(time, flat, *ephemeris)
    views = make_views(time, flat, *ephemeris)
    # A poor ephemeris may lose what the true one had found.
    if measured.snr < DETECTION_SNR or np.isnan(views["local_view"]).all():
        return None
    return ephemeris, measured, views
