"""Light curves in tables: CSV, ECSV and Parquet with `time`, `flux` and `flux_err`."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.missing_extra import missing_extra
from mesa_keras.readers.light_curve import Cadences, LightCurveSegment
from mesa_keras.readers.light_curve_columns import (
    OWN_TIME_FORMATS,
    days,
    flux_unit,
    plain_column,
    time_values,
)
from mesa_keras.readers.light_curve_time import system_of_numbers, time_system_of
from mesa_keras.readers.row_values import clean_number, clean_text
from mesa_keras.readers.table_file import read_table

ECSV_MAGIC = b"# %ECSV"
# What a table may have; only the first two are needed.
COLUMNS = ("time", "flux", "flux_err", "quality", "segment")


def read_table_cadences(
    path: Path,
    *,
    columns: Mapping[str, str],
    time_system: str | None,
    keep_flagged: bool,
) -> list[Cadences]:
    """Reads a table, one item a segment.

    Args:
        path: CSV, CSV.gz or Parquet, or ECSV, which tells units and time system.
        columns: Our name of `COLUMNS` to the file's. Case makes no difference. Times
            are days, of an ECSV in any unit of time that it names. A row
            whose `quality` is not 0 is left out; `segment` tells quarters or sectors
            apart.
        time_system: "BJD", "BKJD" or "BTJD"; `None` takes what an ECSV says, BJD for
            numbers that only it can have, and else "unknown".
        keep_flagged: Whether `quality` is ignored.

    Raises:
        ValueError: If the file is no such table.
    """
    with path.open("rb") as stream:
        is_ecsv = stream.read(len(ECSV_MAGIC)) == ECSV_MAGIC
    read = _read_ecsv(path, columns) if is_ecsv else (read_table(path), None, "")
    frame, told, unit = read
    frame = _renamed(frame, columns, path)
    notes: list[str] = []
    time = _numbers(frame["time"], path, notes)
    flux = _numbers(frame["flux"], path, notes)
    flux_err = np.full(time.shape, np.nan)
    if "flux_err" in frame:
        flux_err = _numbers(frame["flux_err"], path, notes)
    good = np.ones(time.shape, dtype=bool)
    if "quality" in frame and not keep_flagged:
        good = _numbers(frame["quality"], path, notes) == 0
    system = time_system or told or system_of_numbers(time)
    names = clean_text(frame["segment"]) if "segment" in frame else None
    kinds = [None] if names is None else list(dict.fromkeys(names))
    parts = []
    for kind in kinds:
        rows: Any = slice(None) if names is None else names == kind
        part = LightCurveSegment(
            name=path.name if kind is None else str(kind),
            source=path.name,
            flux_unit=unit or "unknown",
        )
        parts.append(
            Cadences(
                time=time[rows],
                flux=flux[rows],
                flux_err=flux_err[rows],
                good=good[rows],
                part=part,
                time_system=system,
                warnings=tuple(notes),
            )
        )
    return parts


def _numbers(cells: Any, path: Path, notes: list[str]) -> np.ndarray:
    """A column as float64; says how many of its cells are no numbers."""
    faults: list[list[str]] = [[] for _ in range(len(cells))]
    values = clean_number(cells, str(cells.name), faults)
    wrong = [found[0] for found in faults if found]
    if wrong:
        notes.append(f"{path.name}: {len(wrong):,} cells are left out, as {wrong[0]}")
    return values


def _renamed(frame: Any, columns: Mapping[str, str], path: Path) -> Any:
    place = {str(name).lower(): name for name in frame}
    found = {}
    for name in COLUMNS:
        theirs = columns.get(name, name)
        if theirs.lower() in place:
            found[name] = frame[place[theirs.lower()]]
        elif name in columns or name in ("time", "flux"):
            raise ValueError(
                f"{path}: a light curve needs the columns 'time' and 'flux'; "
                f"'{theirs}' is missing."
            )
    return type(frame)(found)


def _read_ecsv(path: Path, columns: Mapping[str, str]) -> tuple[Any, str | None, str]:
    """Returns the table as a data frame, its time system, and the flux's unit."""
    import pandas as pd
    from astropy.table import Table
    from astropy.time import Time

    head = path.read_text(encoding="utf-8", errors="replace")[:20000].lower()
    if any(f"format: {name}" in head for name in OWN_TIME_FORMATS):
        _register_time_formats(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = Table.read(path, format="ascii.ecsv")
    except (LookupError, TypeError, UnicodeDecodeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"{path}: not a readable ECSV table, or a truncated one ({reason})."
        ) from error
    if not len(table):
        raise ValueError(f"{path}: the table has a header but no row.")
    system, unit = None, ""
    reference = table.meta.get("BJDREFI")
    if isinstance(reference, (int, float)):
        system = time_system_of(float(reference))
    cells = {}
    named = {columns.get(name, name).lower(): name for name in ("time", "flux")}
    for name in table.colnames:
        ours = named.get(name.lower())
        column = table[name]
        if isinstance(column, Time):
            values, system = time_values(column)
            cells[name] = values
            continue
        if column.ndim != 1:
            continue
        if ours == "flux":
            unit = flux_unit(column.unit, str(path))
        cells[name] = days(column) if ours == "time" else plain_column(column)
    return pd.DataFrame(cells), system, unit


def _register_time_formats(path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import lightkurve  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as error:
        raise missing_extra(
            f"{path}: its times are in a format of lightkurve", "lightcurves"
        ) from error
