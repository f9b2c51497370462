"""Where the folded light curves of a candidate table come from.

In this order: a `views.npz` beside the table (or named), raw files named in a column
`light_curve`, inline columns `flux_0 ... flux_N`, and, where a file has none of these,
a simulation from the catalogue values of each row.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mesa_keras.preprocessing.views_candidate import CandidateViews
from mesa_keras.preprocessing.views_settings import ViewSettings
from mesa_keras.readers import (
    DEFAULT_CONVENTION,
    CandidateTable,
    read_views,
    read_whole_light_curves,
)
from mesa_keras.recipes.mesa.candidate_views import Views
from mesa_keras.recipes.mesa.raw_views import (
    Event,
    check_star,
    event_views,
    named_views,
    no_views_reason,
    table_events,
)
from mesa_keras.recipes.mesa.stars import Star, star_groups, stars_of, table_stars

VIEWS_FILE = "views.npz"
INLINE_VIEW = "flux"
INLINE_CONVENTION = "as given"
# Between the names of several files of a row, quarters or sectors of its star.
FILE_SEPARATOR = ";"
_OTHER_PIPELINE = (
    "the views were made from raw light curves in the scaling of the published ones, "
    "which another pipeline made: scores may differ from those of its views"
)


def load_views(
    table: CandidateTable,
    *,
    views_path: str | Path | None = None,
    simulate: bool = True,
    seed: int = 0,
    expected: Mapping[str, int] | None = None,
    convention: str | None = None,
) -> Views:
    """Finds the light curves of a table.

    Args:
        table: The candidates.
        views_path: File of views; `None` takes `views.npz` beside the table, if any.
        simulate: Whether to simulate light curves where the data have none.
        seed: Seed of the simulation.
        expected: Steps by name of the views of a model, which raw files are binned to.
        convention: Convention of that model's views, which raw files are scaled by.

    Returns:
        The views, rows in the table's order.

    Raises:
        FileNotFoundError: If `views_path` does not exist.
        ValueError: If the file of views is damaged or does not hold views.
    """
    beside = table.path.parent / VIEWS_FILE
    if views_path is not None or beside.exists():
        read = read_views(views_path or beside, table.frame["object_id"])
        return Views(read.views, "views", read.convention, read.sha256, read.warnings)
    if "light_curve" in table.frame and (table.frame["light_curve"] != "").any():
        return _from_files(table, expected, convention)
    if columns := table.flux_columns():
        return _inline(table, columns)
    if simulate:
        return _simulated(table, seed)
    return Views({}, "none", warnings=("no light curves in the data",))


def file_names(names: str) -> list[str]:
    """Returns the files that a cell or an option names, between or before `;`.

    Raises:
        ValueError: If it names none.
    """
    found = [name.strip() for name in names.split(FILE_SEPARATOR) if name.strip()]
    if not found:
        raise ValueError(f"'{names}' names no light-curve file.")
    return found


def _simulated(table: CandidateTable, seed: int) -> Views:
    from mesa_keras.simulation.catalogue_rows import rows_with_density
    from mesa_keras.simulation.transits import simulate_views_from_rows

    arrays = simulate_views_from_rows(table.frame, seed)
    known = int(rows_with_density(table.frame).sum())
    note = (
        "no light curves in the data: they are simulated from the table's rows, the "
        f"orbit from the density of the star in {known:,} rows, which tell two of its "
        "radius, gravity and mass, and in the others from the transit's duration or a "
        "typical star"
    )
    return Views(arrays, "simulated", DEFAULT_CONVENTION, warnings=(note,))


def _inline(table: CandidateTable, columns: list[str]) -> Views:
    if columns != [f"{INLINE_VIEW}_{step}" for step in range(len(columns))]:
        raise ValueError(
            f"{table.path}: inline columns must be flux_0, flux_1, ... without a gap. "
            f"Received: {len(columns)} columns, the last {columns[-1]}"
        )
    flux = table.frame[columns].to_numpy(dtype=np.float32)
    return Views({INLINE_VIEW: flux}, "inline", INLINE_CONVENTION)


def _from_files(
    table: CandidateTable,
    expected: Mapping[str, int] | None,
    convention: str | None,
) -> Views:
    """Views from the raw files that the rows name, folded star by star."""
    settings = settings_for(expected)
    events = table_events(table.frame, table.epoch_system)
    siblings: dict[str, list[Event]] = {}
    column = table_stars(table)
    stars, numbers = star_groups(column), stars_of(column)
    for event, star in zip(events, stars, strict=True):
        siblings.setdefault(star, []).append(event)
    faults: dict[int, str] = {}
    notes: dict[str, None] = {}
    arrays: dict[str, np.ndarray] = {}
    for event, names in zip(events, table.frame["light_curve"], strict=True):
        if not names:
            continue
        others = siblings[stars[event.row]]
        try:
            paths = [table.path.parent / name for name in file_names(names)]
            star = numbers[event.row]
            views, said, wrong = _fold_files(paths, event, others, star, settings)
        except (OSError, ValueError) as error:
            faults[event.row] = f"light curve: {error}"
            continue
        if wrong:
            faults[event.row] = f"light curve: {'; '.join(wrong)}"
        notes.update(dict.fromkeys(said))
        for view, values in named_views(views, convention).items():
            if view not in arrays:
                shape = (len(table.frame), len(values))
                arrays[view] = np.full(shape, np.nan, dtype=np.float32)
            arrays[view][event.row] = values
    return raw_views(arrays, settings, convention, tuple(notes), faults)


def raw_views(
    arrays: dict[str, np.ndarray],
    settings: ViewSettings,
    convention: str | None,
    notes: tuple[str, ...] = (),
    faults: dict[int, str] | None = None,
) -> Views:
    """Describes views that were made from raw light curves for a model.

    Args:
        arrays: What `named_views` made for that convention, a row per candidate.
        settings: How they were made.
        convention: Convention of the model's views, `None` without a model.
        notes: What a user should know.
        faults: Why a row has none, by row number.
    """
    own = settings.convention
    if convention == DEFAULT_CONVENTION:
        own = DEFAULT_CONVENTION
        notes = (*notes, _OTHER_PIPELINE) if arrays else notes
    return Views(arrays, "raw", own, _sha256(arrays), notes, faults or {})


def _sha256(arrays: Mapping[str, np.ndarray]) -> str:
    """Of the views themselves: a light-curve file may change under its name."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def settings_for(expected: Mapping[str, int] | None) -> ViewSettings:
    """Bins as the model has them, ours where there is none."""
    bins = {
        f"{name}_bins": int((expected or {})[f"{name}_view"])
        for name in ("global", "local")
        if f"{name}_view" in (expected or {})
    }
    return ViewSettings(**bins)


def _fold_files(
    paths: Sequence[Path],
    event: Event,
    siblings: Sequence[Event],
    star: Star | None,
    settings: ViewSettings,
) -> tuple[CandidateViews, tuple[str, ...], list[str]]:
    """Returns the views of a row, notes, and what is wrong."""
    curve, faults = read_whole_light_curves(paths)
    check_star(curve, star)
    try:
        views = event_views(curve, event, siblings, settings)
    except ValueError as error:
        raise ValueError(f"{paths[0].name}: {error}") from error
    missing = no_views_reason(curve, event, views)
    if missing is not None:
        faults = [f"{paths[0].name}: {missing}", *faults]
    return views, curve.warnings, faults
