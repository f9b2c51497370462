"""The views of all candidates of one star, for a process of its own."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mesa_keras.preprocessing.views_candidate import CandidateViews
from mesa_keras.preprocessing.views_settings import ViewSettings
from mesa_keras.readers import LightCurve, read_whole_light_curves
from mesa_keras.recipes.mesa.raw_views import (
    Event,
    check_star,
    event_views,
    no_views_reason,
)
from mesa_keras.recipes.mesa.stars import Star
from mesa_keras.recipes.mesa.transit_notes import transit_notes

FACTS = ("mission", "time_system", "cadences", "segments", "crowding", "files")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How light-curve files are read; see `read_light_curve`."""

    flux_column: str | None = None
    quality: str = "recommended"
    time_system: str | None = None


@dataclass(frozen=True, kw_only=True)
class StarTask:
    """What one process has to do.

    Attributes:
        events: Candidates whose views are wanted.
        siblings: All events of the star.
        paths: Its files.
        settings: Bins and widths.
        reading: How the files are read.
        star: Catalogue and number of the star; `None` where the table names none.
    """

    events: tuple[Event, ...]
    siblings: tuple[Event, ...]
    paths: tuple[Path, ...]
    settings: ViewSettings
    reading: Reading
    star: Star | None = None


@dataclass(frozen=True, kw_only=True)
class RowResult:
    """What became of one row of the table.

    Attributes:
        row: The row, from 0.
        arrays: What the file of views keeps of it, by name; none where it failed.
        scalars: Measured numbers by name.
        facts: Texts and numbers of `FACTS`.
        fault: What could not be read, '' where nothing.
        notes: What a user should know.
    """

    row: int
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    scalars: dict[str, float] = field(default_factory=dict)
    facts: dict[str, str | float] = field(default_factory=dict)
    fault: str = ""
    notes: str = ""


def star_results(task: StarTask) -> list[RowResult]:
    """Reads the files of a star once and makes the views of its candidates."""
    try:
        curve, faults = read_whole_light_curves(task.paths, **vars(task.reading))
        check_star(curve, task.star)
    except ValueError as error:
        return [RowResult(row=event.row, fault=str(error)) for event in task.events]
    reasons = "; ".join(faults)
    return [_result(task, event, curve, reasons) for event in task.events]


def _result(task: StarTask, event: Event, curve: LightCurve, reasons: str) -> RowResult:
    try:
        views = event_views(curve, event, task.siblings, task.settings)
    except ValueError as error:
        return RowResult(
            row=event.row, fault="; ".join(filter(None, [str(error), reasons]))
        )
    names = [part.source for part in curve.segments]
    missing = no_views_reason(curve, event, views)
    notes = list(curve.warnings)
    if missing is None:
        notes += transit_notes(event.ephemeris(curve), views.scalars)
    return RowResult(
        row=event.row,
        arrays=kept_arrays(views) if missing is None else {},
        scalars=views.scalars,
        facts={
            "mission": curve.mission,
            "time_system": curve.time_system,
            "cadences": float(views.flat.flux.size),
            "segments": ", ".join(part.name for part in curve.segments),
            "crowding": curve.crowding(),
            "files": ", ".join(dict.fromkeys(names)),
        },
        fault="; ".join(filter(None, [missing, reasons])),
        notes="; ".join(notes),
    )


def kept_arrays(views: CandidateViews) -> dict[str, np.ndarray]:
    """Returns what a file of views keeps of a candidate, by the array's name.

    `*_view` is over the depth, which is `scale`; `*_flux` is not; `*_scatter` and
    `*_count` are of the points of each bin. Of single transits there are
    `unfolded_transits`, over the depth, and `unfolded_flux`.
    """
    arrays = {
        f"{name}_{kind}": values
        for kind, group in (
            ("view", views.normalized()),
            ("flux", views.flux),
            ("scatter", views.scatter),
            ("count", views.count),
        )
        for name, values in group.items()
    }
    return arrays | {
        "unfolded_transits": (views.unfolded / views.scale).astype(np.float32),
        "unfolded_flux": views.unfolded,
        "scale": np.asarray(views.scale),
    }
