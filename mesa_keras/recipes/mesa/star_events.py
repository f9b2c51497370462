"""What else was found on the star of a candidate.

A search finds an eclipsing binary twice, once by each of its eclipses: an event of the
same period elsewhere in the phase is the mark of one. Planets come in systems: events
of other periods speak for one. Both are told by period and epoch alone, as vetters use
them; so a table must hold all events that a search found on a star, or name the counts
in columns of its own.

References:
    Coughlin et al. (2016), ApJS 224, 12 (secondaries found as events of their own),
    https://arxiv.org/abs/1512.06149; Lissauer et al. (2012), ApJ 750, 112 (systems of
    several planets), https://arxiv.org/abs/1201.5424.
"""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mesa_keras.preprocessing.fold import HOURS_PER_DAY
from mesa_keras.readers import CandidateTable
from mesa_keras.recipes.mesa.stars import star_groups, table_stars

Floats: TypeAlias = NDArray[np.float64]

STAR_EVENT_COLUMNS = ("same_period_events", "harmonic_events", "other_period_events")
# Periods that agree so well are one: searches give them to a few parts in ten thousand.
SAME_PERIOD = 1e-3
LARGEST_HARMONIC = 10
# Transits whose centres are nearer, in durations, are the same transits.
SAME_TRANSIT = 0.5


def star_events(table: CandidateTable) -> dict[str, Floats]:
    """Returns the columns `STAR_EVENT_COLUMNS` of a candidate table.

    Args:
        table: Rows with star, period [days], epoch [days] and duration [hours].

    Returns:
        Float64 array of shape `(rows,)` by name. All are NaN in a table in which no
        star has two rows, which cannot tell what else was found; in a row without a
        star or without a period; see `count_events` for the rest.
    """
    rows = len(table.frame)
    counts = {name: np.full(rows, np.nan) for name in STAR_EVENT_COLUMNS}
    stars = star_groups(table_stars(table))
    members: dict[str, list[int]] = {}
    for row, star in enumerate(stars):
        members.setdefault(star, []).append(row)
    if not table.has_star_id or len(members) == rows:
        return counts
    ephemeris = [
        table.frame[name].to_numpy(dtype=np.float64)
        if name in table.frame
        else np.full(rows, np.nan)
        for name in ("period", "epoch", "duration")
    ]
    objects = table.frame["object_id"].to_numpy(dtype=str)
    for star, places in members.items():
        # A row whose star is not named stands under its own name.
        if len(places) == 1 and objects[places[0]] == star:
            continue
        found = count_events(*(values[places] for values in ephemeris))
        for name, values in found.items():
            counts[name][places] = values
    return counts


def with_star_events(table: CandidateTable) -> CandidateTable:
    """Returns a table with the columns `STAR_EVENT_COLUMNS`, its own if it has any."""
    own = {
        name: table.frame[name] for name in STAR_EVENT_COLUMNS if name in table.frame
    }
    return replace(table, frame=table.frame.assign(**{**star_events(table), **own}))


def count_events(
    period: ArrayLike, epoch: ArrayLike, duration: ArrayLike
) -> dict[str, Floats]:
    """Counts for each event of one star its other events by their periods.

    Args:
        period: Periods in days, shape `(events,)`.
        epoch: Times of a transit's centre in days, one reference for all.
        duration: First to last contact in hours.

    Returns:
        Float64 arrays of shape `(events,)`. `same_period_events`: others of the same
        period whose transits are elsewhere in the phase; one on the same transits is
        the event itself, found again, and counts nowhere. `harmonic_events`: others of
        2 to 10 times the period, or of so small a part of it. `other_period_events`:
        the rest. NaN where the event's own period is; `same_period_events` is NaN, too,
        where epochs or durations leave open whether transits are the same.
    """
    days = np.asarray(period, dtype=np.float64)
    days = np.where(days > 0, days, np.nan)
    centre = np.asarray(epoch, dtype=np.float64)
    length = np.asarray(duration, dtype=np.float64) / HOURS_PER_DAY
    other = ~np.eye(len(days), dtype=bool) & np.isfinite(days)
    ratio = days[:, None] / days
    ratio = np.fmax(ratio, 1 / ratio)
    harmonic = np.round(ratio)
    near = other & (np.abs(ratio / harmonic - 1) < SAME_PERIOD)
    same = near & (harmonic == 1)
    integer = near & (harmonic > 1) & (harmonic <= LARGEST_HARMONIC)

    mean = (days[:, None] + days) / 2
    apart = centre[:, None] - centre
    apart = np.abs(apart - np.round(apart / mean) * mean)
    longest = np.fmax(length[:, None], length)
    unknown = same & ~(np.isfinite(apart) & np.isfinite(longest))
    elsewhere = same & (apart >= SAME_TRANSIT * longest)
    rest = other & ~same & ~integer
    known = np.isfinite(days)
    return {
        "same_period_events": np.where(
            known & ~unknown.any(axis=1), elsewhere.sum(axis=1), np.nan
        ),
        "harmonic_events": np.where(known, integer.sum(axis=1), np.nan),
        "other_period_events": np.where(known, rest.sum(axis=1), np.nan),
    }
