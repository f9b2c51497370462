"""Epoch and duration of an object from its light curve, where they are not known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mesa_keras.preprocessing.detrend_noise import MASK_DURATIONS
from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.fold_others import other_planets
from mesa_keras.preprocessing.transit_search import find_transit
from mesa_keras.preprocessing.views_candidate import candidate_views
from mesa_keras.readers import LightCurve
from mesa_keras.recipes.mesa.raw_views import Event, other_ephemerides

# An event of such a period may be the same signal found again: it is searched, too.
_SAME_SIGNAL = (0.5, 1.0, 2.0)
_SAME_PART = 0.01


def measured_event(
    curve: LightCurve, event: Event, siblings: Sequence[Event] = ()
) -> tuple[Event, str]:
    """Returns the event with epoch and duration, and what a user should know of them.

    Args:
        curve: The star's light curve.
        event: What is known of the object, its period at least.
        siblings: All events of the star, this one perhaps among them. A deeper transit
            of another planet is not taken for its own.

    Raises:
        ImportError: If wotan is not installed.
        ValueError: If no transit stands out.
    """
    period, duration, epoch = event.period, event.duration, None
    if np.isfinite(event.epoch):
        epoch = event.epoch_in(curve)
    others = other_ephemerides(curve, event, siblings)
    seen = _beside(curve.time, period, others)
    box = find_transit(
        curve.time[seen],
        curve.flux[seen],
        period,
        epoch=epoch,
        segment=curve.segment[seen],
        exposure_days=curve.exposure_days(),
    )
    said = []
    if epoch is None:
        # The transit nearest to the middle is known best.
        middle = float(np.median(curve.time))
        epoch = box.epoch + period * round((middle - box.epoch) / period)
        said.append(f"epoch {epoch:.4f} {curve.time_system}")
    if not np.isfinite(duration):
        start = Ephemeris(period=period, epoch=epoch, duration=box.duration)
        duration = _fitted_duration(curve, start, others)
        said.append(f"duration {duration:.2f} h")
    found = replace(
        event, epoch=epoch, duration=duration, epoch_system=curve.time_system
    )
    return found, f"{' and '.join(said)}: estimated from the light curve"


def _beside(time: np.ndarray, period: float, others: Sequence[Ephemeris]) -> np.ndarray:
    """Returns which cadences are in no transit of another planet."""
    seen = np.ones(time.shape, dtype=bool)
    for other in others:
        ratio = other.period / period
        if min(abs(ratio / same - 1) for same in _SAME_SIGNAL) > _SAME_PART:
            seen &= ~other.near(time, MASK_DURATIONS)
    return seen if seen.any() else np.ones_like(seen)


def _fitted_duration(
    curve: LightCurve, start: Ephemeris, others: Sequence[Ephemeris]
) -> float:
    """Duration of the fitted transit; twice, as the first window may be too short."""
    for _ in range(2):
        views = candidate_views(
            curve.time,
            curve.flux,
            start,
            segment=curve.segment,
            others=other_planets(start, others, curve.time[0], curve.time[-1]),
            exposure_days=curve.exposure_days(),
        )
        fitted = views.scalars["measured_duration"]
        if not np.isfinite(fitted) or fitted / 24 >= start.period:
            break
        start = replace(start, duration=fitted)
    return start.duration
