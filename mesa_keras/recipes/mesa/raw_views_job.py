"""Makes the file of views of a table from a folder of raw light curves."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from mesa_keras.atomic_file import check_writable
from mesa_keras.available_cores import available_cores
from mesa_keras.preprocessing.views_settings import ViewSettings
from mesa_keras.readers import CandidateTable, read_candidates
from mesa_keras.readers.light_curve_files import LightCurveFolder, find_light_curves
from mesa_keras.recipes.mesa.raw_views import Event, table_events
from mesa_keras.recipes.mesa.raw_views_output import scalars_path, write_results
from mesa_keras.recipes.mesa.raw_views_parts import ResultParts
from mesa_keras.recipes.mesa.raw_views_paths import light_curve_paths
from mesa_keras.recipes.mesa.raw_views_star import (
    Reading,
    RowResult,
    StarTask,
    star_results,
)
from mesa_keras.recipes.mesa.stars import star_groups, stars_of, table_stars
from mesa_keras.worker_pool import worker_pool

# Rows that a killed run may lose, at most.
ROWS_A_PART = 64
STARS_A_PROCESS = 8


@dataclass(frozen=True, kw_only=True)
class MadeViews:
    """What a run has made.

    Attributes:
        views_path: The file of views, `None` where no row has any.
        scalars_path: The CSV of scalars beside it.
        table: That CSV, a row per candidate in the table's order.
        with_views: Rows whose views are in the file.
        resumed: Rows that an earlier run had made.
        warnings: What a user should know.
    """

    views_path: Path | None
    scalars_path: Path
    table: pd.DataFrame
    with_views: int
    resumed: int
    warnings: tuple[str, ...]


def make_views_file(
    table_path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    light_curves: str | os.PathLike[str] | None = None,
    columns: Mapping[str, str] | None = None,
    settings: ViewSettings | None = None,
    reading: Reading | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> MadeViews:
    """Makes the views and scalars of a table's candidates.

    Rows are joined with files by a column `light_curve` (names relative to the folder
    or the table, several separated by ";"), or by the star in the files' headers or
    names. Results are kept beside the output until it is written: a killed run that is
    called again in the same way goes on.

    Args:
        table_path: Table of candidates; see `read_candidates`.
        output: The `.npz` to write; scalars go to `<name>_scalars.csv` beside it.
        light_curves: Folder of the light curves; may be left out where the column tells
            files relative to the table.
        columns: Our column name to the file's.
        settings: Bins and widths.
        reading: How the files are read.
        workers: Processes; `None` takes one per core.
        progress: Whether to show a progress bar on standard error.

    Returns:
        What was made, and for each row the fault it met.

    Raises:
        FileNotFoundError: If the table or the folder does not exist.
        ImportError: If wotan is not installed.
        OSError: If a file cannot be written.
        ValueError: If an argument or the table is wrong, or no row has a light curve.
    """
    output = _check_output(output)
    if workers is not None and workers < 1:
        raise ValueError(f"`workers` must be 1 or more. Received: {workers}")
    settings, reading = settings or ViewSettings(), reading or Reading()
    table = read_candidates(table_path, columns=columns, require_labels=False)
    folder = None if light_curves is None else find_light_curves(light_curves)
    tasks, failed = _tasks(table, folder, settings, reading)
    if not tasks:
        raise ValueError(f"{table.path}: no row has a light curve. {failed[0].fault}")
    parts = ResultParts(output, _call(table, tasks, settings, reading))
    done = parts.done()
    left = [task for task in (_without(task, done) for task in tasks) if task.events]
    with tqdm(
        desc="making views",
        total=len(table.frame),
        initial=len(done) + len(failed),
        unit=" candidates",
        disable=not progress,
    ) as bar:
        waiting: list[RowResult] = []
        try:
            for results in _run(left, workers):
                waiting += results
                failed += [result for result in results if result.fault]
                bar.update(len(results))
                if len(waiting) >= ROWS_A_PART:
                    parts.write(waiting)
                    waiting = []
        finally:
            parts.write(waiting)
    faults = {result.row: result for result in failed}
    frame = write_results(table, output, parts, faults, settings)
    with_views = len(parts.done()) + sum(bool(result.arrays) for result in failed)
    parts.remove()
    return MadeViews(
        views_path=output if with_views else None,
        scalars_path=scalars_path(output),
        table=frame,
        with_views=with_views,
        resumed=len(done),
        warnings=table.warnings,
    )


def _check_output(output: str | os.PathLike[str]) -> Path:
    path = Path(output)
    if path.suffix != ".npz":
        raise ValueError(f"`output` must end in .npz. Received: {path}")
    for file in (path, scalars_path(path)):
        check_writable("output", file)
    return path


def _tasks(
    table: CandidateTable,
    folder: LightCurveFolder | None,
    settings: ViewSettings,
    reading: Reading,
) -> tuple[list[StarTask], list[RowResult]]:
    """Groups rows by star and files; rows without a file fail."""
    frame = table.frame
    siblings: dict[str, list[Event]] = {}
    groups: dict[tuple[str, tuple[Path, ...]], list[Event]] = {}
    failed = []
    named = frame["light_curve"] if "light_curve" in frame else [""] * len(frame)
    events = table_events(frame, table.epoch_system)
    # A star may be written in two ways; its files are looked for as each row has it.
    column = table_stars(table)
    stars, numbers = star_groups(column), stars_of(column)
    for event, star, written, names in zip(
        events, stars, frame["star_id"], named, strict=True
    ):
        siblings.setdefault(star, []).append(event)
        try:
            paths = light_curve_paths(table, folder, event.object_id, written, names)
        except (OSError, ValueError) as error:
            failed.append(RowResult(row=event.row, fault=str(error)))
            continue
        groups.setdefault((star, tuple(paths)), []).append(event)
    tasks = [
        StarTask(
            events=tuple(group),
            siblings=tuple(siblings[star]),
            paths=paths,
            settings=settings,
            reading=reading,
            star=numbers[group[0].row],
        )
        for (star, paths), group in groups.items()
    ]
    return tasks, failed


def _call(
    table: CandidateTable,
    tasks: list[StarTask],
    settings: ViewSettings,
    reading: Reading,
) -> dict[str, Any]:
    """What determines the results: parts of another call are of no use."""
    files = sorted({path for task in tasks for path in task.paths})
    return {
        "table": table.sha256,
        "settings": asdict(settings),
        "convention": settings.convention,
        "reading": asdict(reading),
        "files": [(str(path), path.stat().st_size) for path in files],
    }


def _without(task: StarTask, done: set[int]) -> StarTask:
    left = tuple(event for event in task.events if event.row not in done)
    return StarTask(**{**vars(task), "events": left})


def _run(tasks: list[StarTask], workers: int | None) -> Iterator[list[RowResult]]:
    # A process takes seconds to load what it needs.
    count = min(workers or available_cores(), len(tasks) // STARS_A_PROCESS)
    if count <= 1:
        yield from map(star_results, tasks)
        return
    with worker_pool(count, _one_thread) as pool:
        yield from pool.map(star_results, tasks)


def _one_thread() -> None:
    """Keeps the libraries of a process to one thread; numba reads this when loaded."""
    os.environ["NUMBA_NUM_THREADS"] = "1"
    threadpool_limits(1)
