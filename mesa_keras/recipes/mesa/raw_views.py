"""Views of a table's candidates from raw light curves, star by star."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesa_keras.preprocessing.fold import Ephemeris, no_transit
from mesa_keras.preprocessing.fold_others import other_planets
from mesa_keras.preprocessing.views import normalize_view
from mesa_keras.preprocessing.views_candidate import CandidateViews, candidate_views
from mesa_keras.preprocessing.views_settings import ViewSettings
from mesa_keras.readers import (
    DEFAULT_CONVENTION,
    LightCurve,
    star_number,
    to_time_system,
)
from mesa_keras.recipes.mesa.stars import Star

_NEEDED = ("period", "epoch", "duration")
# No mission's light curve and no transit known to fit it are further apart.
FARTHEST_EPOCH_DAYS = 20_000.0


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a table says about one candidate, picklable and small.

    Attributes:
        row: Its row in the table, from 0.
        object_id: Its id.
        period: Days, NaN where the table has none.
        epoch: Days in `epoch_system`.
        duration: Hours.
        epoch_system: "BKJD" or "BTJD", `None` where the table does not tell.
    """

    row: int
    object_id: str
    period: float
    epoch: float
    duration: float
    epoch_system: str | None

    def ephemeris(self, curve: LightCurve) -> Ephemeris:
        """Returns when the transits are, in the time system of a light curve.

        Raises:
            ValueError: If a value is missing or cannot be.
        """
        for name in _NEEDED:
            if not np.isfinite(getattr(self, name)):
                raise ValueError(f"cannot be folded: its {name} is missing.")
        return Ephemeris(
            period=self.period,
            epoch=self.epoch_in(curve),
            duration=self.duration,
        )

    def epoch_in(self, curve: LightCurve) -> float:
        """Returns the epoch in the time system of a light curve, NaN if it is missing.

        Raises:
            ValueError: If that is decades away from the light curve: the epoch is of
                another time system then, and would fold it at a random phase.
        """
        epoch = to_time_system(self.epoch, self.epoch_system, curve.time_system)
        first, last = float(curve.time[0]), float(curve.time[-1])
        if max(first - epoch, epoch - last) > FARTHEST_EPOCH_DAYS:
            raise ValueError(
                f"its epoch {epoch:.12g} must be of the time system of the light "
                f"curve, which lasts from day {first:.3f} to {last:.3f} "
                f"({curve.time_system}): give full BJD, or name both systems."
            )
        return epoch


def table_events(frame: Any, epoch_system: str | None) -> list[Event]:
    """Returns the events of a table of candidates, in order of its rows."""
    columns = {
        name: frame[name].to_numpy(dtype=np.float64)
        if name in frame
        else np.full(len(frame), np.nan)
        for name in _NEEDED
    }
    return [
        Event(
            row=row,
            object_id=str(name),
            epoch_system=epoch_system,
            **{key: float(values[row]) for key, values in columns.items()},
        )
        for row, name in enumerate(frame["object_id"])
    ]


def check_star(curve: LightCurve, star: Star | None) -> None:
    """Raises `ValueError` if a light curve is of another star than its row.

    Only numbers of one catalogue are compared: a user may number stars as he likes, and
    a TIC number and a KIC number may be one star's.

    Args:
        curve: The light curve.
        star: Catalogue and number of the row's star; `None` where it names none.
    """
    held = star_number(curve.star_id)
    if star is None or held is None or held[0] is None or held[0] != star[0]:
        return
    if held[1] != star[1]:
        source = curve.segments[0].source
        asked = " ".join(map(str, star))
        raise ValueError(f"{source}: is of {curve.star_id}, and not of {asked}.")


def event_views(
    curve: LightCurve,
    event: Event,
    siblings: Sequence[Event],
    settings: ViewSettings,
) -> CandidateViews:
    """Makes the views of one candidate; other planets of its star are left out.

    Args:
        curve: The star's light curve.
        event: The candidate.
        siblings: All events of the star, the candidate perhaps among them. What is the
            same signal found again stays; so does one without an ephemeris.
        settings: Bins and widths.

    Raises:
        ImportError: If wotan is not installed.
        ValueError: If the light curve cannot be folded.
    """
    own = event.ephemeris(curve)
    others = other_ephemerides(curve, event, siblings)
    return candidate_views(
        curve.time,
        curve.flux,
        own,
        segment=curve.segment,
        centroid=curve.centroid,
        others=other_planets(own, others, curve.time[0], curve.time[-1]),
        exposure_days=curve.exposure_days(),
        settings=settings,
    )


def other_ephemerides(
    curve: LightCurve, event: Event, siblings: Sequence[Event]
) -> list[Ephemeris]:
    """Returns the ephemerides of a star's other events, where they are known.

    Args:
        curve: The star's light curve.
        event: The candidate.
        siblings: All events of the star, the candidate perhaps among them.
    """
    others = []
    for sibling in siblings:
        if sibling.row == event.row:
            continue
        try:
            others.append(sibling.ephemeris(curve))
        except ValueError:
            continue
    return others


def no_views_reason(
    curve: LightCurve, event: Event, views: CandidateViews
) -> str | None:
    """Says why all views of a candidate are NaN, `None` where they are not.

    Views are over the depth, which needs data in and beside the transits.

    Args:
        curve: The star's light curve.
        event: The candidate.
        views: What `event_views` made of them.
    """
    if views.fit is not None:
        return None
    own = event.ephemeris(curve)
    seen = curve.time[np.isfinite(curve.flux)]
    if (np.abs(own.phase(seen)) < own.duration_days / 2).any():
        return "too little is seen beside its transits to tell a dip from the level."
    return no_transit(curve.time, own.period, own.epoch, curve.time_system)


def named_views(views: CandidateViews, convention: str | None) -> dict[str, np.ndarray]:
    """Returns views as a model takes them, `global_view`, `local_view`, ….

    Args:
        views: A candidate's views.
        convention: That of the model: ours, or that of the published views, which were
            made by another pipeline from the same stars' light; `None` is ours. Of any
            other the views are ours, which such a model refuses.
    """
    if convention != DEFAULT_CONVENTION:
        return {f"{name}_view": view for name, view in views.normalized().items()}
    return {
        f"{name}_view": normalize_view(view).astype(np.float32)
        for name, view in views.flux.items()
        if name != "centroid"
    }
