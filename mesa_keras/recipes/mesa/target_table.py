"""Objects of a table of candidates, with their raw light curves."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mesa_keras.readers import (
    CandidateTable,
    read_candidates,
    read_whole_light_curves,
)
from mesa_keras.readers.light_curve_files import find_light_curves
from mesa_keras.recipes.mesa.raw_views import check_star, table_events
from mesa_keras.recipes.mesa.raw_views_paths import light_curve_paths
from mesa_keras.recipes.mesa.raw_views_star import Reading
from mesa_keras.recipes.mesa.star_events import with_star_events
from mesa_keras.recipes.mesa.stars import Star, star_groups, stars_of, table_stars
from mesa_keras.recipes.mesa.target import Target, make_target


def table_targets(
    table_path: str | os.PathLike[str],
    object_ids: Sequence[str],
    *,
    light_curves: str | os.PathLike[str] | None = None,
    columns: Mapping[str, str] | None = None,
    reading: Reading | None = None,
) -> dict[str, Callable[[], Target]]:
    """Finds objects in a table; their light curves are read when they are asked for.

    Args:
        table_path: Table of candidates; see `read_candidates`.
        object_ids: Objects wanted.
        light_curves: Folder of the light curves; may be left out where a column
            `light_curve` names files relative to the table.
        columns: Our column name to the file's.
        reading: How the files are read.

    Returns:
        By object, a function that reads it. It raises `OSError` or `ValueError` where
        it cannot be read.

    Raises:
        FileNotFoundError: If the table or the folder does not exist.
        ValueError: If the table is wrong, or an object is not in it.
    """
    table = with_star_events(
        read_candidates(table_path, columns=columns, require_labels=False)
    )
    folder = None if light_curves is None else find_light_curves(light_curves)
    column = table_stars(table)
    stars, numbers = star_groups(column), stars_of(column)
    rows = {name: row for row, name in enumerate(table.frame["object_id"])}
    absent = [name for name in object_ids if name not in rows]
    if absent or not object_ids:
        raise ValueError(
            f"{table.path}: has no object {', '.join(absent) or '(none was named)'}."
        )

    def reader(row: int) -> Callable[[], Target]:
        siblings = np.flatnonzero(stars == stars[row])
        return lambda: _target(
            table, row, siblings, numbers[row], folder, reading or Reading()
        )

    return {name: reader(rows[name]) for name in object_ids}


def _target(
    table: CandidateTable,
    row: int,
    siblings: np.ndarray,
    number: Star | None,
    folder: Any,
    reading: Reading,
) -> Target:
    frame = table.frame
    star = frame["star_id"].iloc[row]
    events = table_events(frame, table.epoch_system)
    names = frame["light_curve"].iloc[row] if "light_curve" in frame else ""
    paths = light_curve_paths(table, folder, events[row].object_id, star, names)
    curve, faults = read_whole_light_curves(paths, **vars(reading))
    check_star(curve, number)
    return make_target(
        curve,
        events[row],
        star_id=f"{table.star_catalogue} {star}"
        if table.star_catalogue and star.isdigit()
        else star,
        siblings=[events[place] for place in siblings],
        values=_values(table, row),
        notes=[
            *filter(None, [str(table.faults[row])]),
            *(f"left out: {fault}" for fault in faults),
            *curve.warnings,
        ],
    )


def _values(table: CandidateTable, row: int) -> dict[str, float]:
    """Numbers that stand in a row, by column."""
    frame = table.frame
    found = {name: frame[name].iloc[row] for name in frame if _numeric(frame[name])}
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def _numeric(column: Any) -> bool:
    return column.dtype.kind in "fiu"
