"""One object that a user names: a star, a period, and its light-curve files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from mesa_keras.evaluation import check_no_leak
from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.readers import (
    LEAKING_ARCHIVE_COLUMNS,
    LightCurve,
    read_light_curves,
    star_number,
    to_time_system,
)
from mesa_keras.readers.row_values import clean_number
from mesa_keras.recipes.mesa.raw_views import Event
from mesa_keras.recipes.mesa.raw_views_star import Reading
from mesa_keras.recipes.mesa.star_events import count_events
from mesa_keras.recipes.mesa.target_ephemeris import measured_event


@dataclass(frozen=True, kw_only=True)
class Target:
    """One object with its light curve.

    Attributes:
        object_id: Its name.
        star_id: Its star.
        curve: The star's light curve.
        event: Period, epoch and duration.
        siblings: All events of the star that are known, this one perhaps among them.
        values: Catalogue values of planet and star by column, in the table's units.
        given: Columns whose value a user named, which must be of use to a model.
        notes: What a user should know.
    """

    object_id: str
    star_id: str
    curve: LightCurve
    event: Event
    siblings: tuple[Event, ...] = ()
    values: Mapping[str, float]
    given: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def ephemeris(self) -> Ephemeris:
        """Returns when the transits are, in the time system of the light curve."""
        return self.event.ephemeris(self.curve)


def read_target(
    name: str,
    paths: Sequence[str | Path],
    *,
    period: float,
    epoch: float | None = None,
    epoch_system: str | None = None,
    duration: float | None = None,
    others: Sequence[Ephemeris] = (),
    features: Mapping[str, float] | None = None,
    reading: Reading | None = None,
) -> Target:
    """Reads the light curve of an object; what is not given of it is measured.

    Args:
        name: The object: "TIC 261136679", "KIC 757450", a number, or any name.
        paths: Its light-curve files, quarters or sectors of one star.
        period: Period in days.
        epoch: Time of a transit's centre; `None` searches for it.
        epoch_system: "BJD", "BKJD" or "BTJD"; `None` is that of the files.
        duration: First to last contact in hours; `None` measures it.
        others: Other events of the star, their epochs as `epoch`; those that are no
            second finding of this one are masked, and all are counted in the columns
            `STAR_EVENT_COLUMNS`, which are missing without any.
        features: Catalogue values by column; the file's header fills in the star's.
        reading: How the files are read.

    Raises:
        FileNotFoundError: If a file does not exist.
        ImportError: If wotan is not installed.
        ValueError: If a file or a value is wrong, the files are of another star, or no
            transit is in them.
    """
    given = dict(features or {})
    _check_values(given)
    for word, value in (("epoch", epoch), ("duration", duration)):
        if value is not None and not np.isfinite(value):
            raise ValueError(f"`{word}` must be a finite number. Received: {value}")
    curve = read_light_curves(paths, **vars(reading or Reading()))
    notes = [*curve.warnings, *_star_notes(name, curve)]
    if epoch is not None:
        epoch = _converted(epoch, epoch_system, curve)
    event = Event(
        row=0,
        object_id=name,
        period=period,
        epoch=np.nan if epoch is None else epoch,
        duration=np.nan if duration is None else duration,
        epoch_system=None,
    )
    target = make_target(
        curve,
        event,
        siblings=[event, *_events(others, epoch_system, curve)],
        star_id=name if star_number(name) else curve.star_id or name,
        values=given,
        notes=notes,
    )
    counts = _counts(target) if others else {}
    return replace(target, given=tuple(given), values={**counts, **target.values})


def make_target(
    curve: LightCurve,
    event: Event,
    *,
    star_id: str,
    siblings: Sequence[Event] = (),
    values: Mapping[str, float],
    notes: Sequence[str] = (),
) -> Target:
    """Fills in what is not known of an object: its ephemeris, and values of its star.

    Args:
        curve: The star's light curve.
        event: Period and, where they are known, epoch and duration.
        star_id: The star.
        siblings: All events of the star.
        values: Catalogue values that are known, by column.
        notes: What a user should know already.

    Raises:
        ValueError: If epoch or duration are not known and cannot be measured.
    """
    said = list(notes)
    if (
        np.isfinite(event.period)
        and not np.isfinite([event.epoch, event.duration]).all()
    ):
        event, note = measured_event(curve, event, siblings)
        said.append(note)
    filled = [name for name in curve.star_values if name not in values]
    if filled:
        said.append(f"{', '.join(filled)}: from the header of the light curve")
    own = {"period": event.period, "duration": event.duration}
    return Target(
        object_id=event.object_id,
        star_id=star_id,
        curve=curve,
        event=event,
        siblings=tuple(siblings) or (event,),
        values={**curve.star_values, **own, **values},
        notes=tuple(said),
    )


def _counts(target: Target) -> dict[str, float]:
    """Counts the other events of a star, where the periods tell what they are."""
    events = [target.event, *(one for one in target.siblings if one.row)]
    found = count_events(
        *(
            [getattr(one, name) for one in events]
            for name in ("period", "epoch", "duration")
        )
    )
    return {name: float(n[0]) for name, n in found.items() if np.isfinite(n[0])}


def _check_values(features: Mapping[str, float]) -> None:
    """Holds values that a user names to the rules of a table's cells.

    Raises:
        ValueError: If one gives the label away, or its column cannot hold it.
    """
    check_no_leak(list(features), extra=LEAKING_ARCHIVE_COLUMNS)
    for name in ("period", "epoch", "duration"):
        if name in features:
            raise ValueError(
                f"`{name}` must be given as such: the light curve is folded by it. "
                f"Received: {name}={features[name]:g} among `features`"
            )
    faults: list[list[str]] = [[]]
    for name, value in features.items():
        clean_number(pd.Series([value]), name, faults)
    if faults[0]:
        raise ValueError(
            f"`features` must be values that a table may hold: {'; '.join(faults[0])}."
        )


def _star_notes(name: str, curve: LightCurve) -> list[str]:
    """Says where the file's star cannot be compared with the name.

    Raises:
        ValueError: If the file is of another star.
    """
    if not curve.star_id:
        return ["the light curve does not tell its star"]
    asked, held = star_number(name), star_number(curve.star_id)
    if asked is None or held is None or (asked[0] and held[0] and asked[0] != held[0]):
        return [f"the light curve is of {curve.star_id}, which {name} is taken to be"]
    if asked[1] != held[1]:
        source = curve.segments[0].source
        raise ValueError(f"{source}: is of {curve.star_id}, and not of {name}.")
    return []


def _events(
    others: Sequence[Ephemeris], epoch_system: str | None, curve: LightCurve
) -> list[Event]:
    return [
        Event(
            row=row,
            object_id=f"other {row}",
            period=other.period,
            epoch=_converted(other.epoch, epoch_system, curve),
            duration=other.duration,
            epoch_system=None,
        )
        for row, other in enumerate(others, start=1)
    ]


def _converted(epoch: float, system: str | None, curve: LightCurve) -> float:
    if system is not None and curve.time_system == "unknown":
        raise ValueError(
            f"{curve.segments[0].source}: the reference of its times is not stated, so "
            f"an epoch in {system} cannot be converted; name it with --time_system."
        )
    return to_time_system(epoch, system or curve.time_system, curve.time_system)
