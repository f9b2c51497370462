"""Tables of transit candidates: one row a candidate, our names and units.

Required are a `label` (unless the table is read for prediction) and at least one
feature. Column meanings and units: `KNOWN_COLUMNS`. Faults of the file (missing, no
table, unknown label, an id twice) are errors; faults of a single value are noted in its
row and never stop the rest.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.readers import archive_table
from mesa_keras.readers.row_values import (
    NO_USABLE_VALUE,
    as_floats,
    clean_number,
    clean_text,
)
from mesa_keras.readers.star_catalogue import star_catalogue
from mesa_keras.readers.table_file import file_sha256, read_table
from mesa_keras.readers.table_rules import check_ids, check_labels, quoted

KNOWN_COLUMNS: dict[str, str] = {
    "period": "orbital period [days]",
    "epoch": "time of a mid-transit [days, BKJD or BTJD]",
    "duration": "transit duration, first to last contact [hours]",
    "depth": "transit depth [ppm]",
    "planet_radius": "planet radius [Earth radii]",
    "impact": "impact parameter [stellar radii]",
    "model_snr": "signal-to-noise ratio of the transit model",
    "equilibrium_temp": "equilibrium temperature of the planet [K]",
    "insolation": "insolation flux [that of Earth]",
    "stellar_temp": "effective temperature of the star [K]",
    "stellar_radius": "radius of the star [solar radii]",
    "stellar_logg": "surface gravity of the star [log10 of cm/s2]",
    "stellar_mass": "mass of the star [solar masses]",
    "magnitude": "apparent magnitude in the band of the mission",
}
TEXT_COLUMNS = ("object_id", "star_id", "label", "light_curve")
_EPOCH_SYSTEMS = {"kepler": "BKJD", "k2": "BKJD", "tess": "BTJD"}
_FLUX_COLUMN = re.compile(r"flux_(\d+)$")


@dataclass(frozen=True)
class CandidateTable:
    """A table of candidates as read, rows in the file's order.

    Attributes:
        frame: `pandas.DataFrame` with `object_id`, `star_id` and `label` as text (''
            where there is no label) and every numeric column as float64.
        path: The file.
        sha256: Fingerprint of the file's bytes.
        warnings: What a user should know about the whole file.
        faults: Why values of a row were set to NaN, shape `(rows,)`, '' where none.
        epoch_system: "BKJD" or "BTJD" where the file tells it.
        has_object_id: False where row numbers stand in for ids.
        has_star_id: False where rows count as stars of their own.
        star_catalogue: "KIC", "TIC" or "EPIC" where the file tells of which catalogue
            its star numbers are.
    """

    frame: Any
    path: Path
    sha256: str
    warnings: tuple[str, ...]
    faults: np.ndarray
    epoch_system: str | None = None
    has_object_id: bool = True
    has_star_id: bool = True
    star_catalogue: str | None = None

    def flux_columns(self) -> list[str]:
        """Names of the inline columns `flux_0`, `flux_1`, ... in order of time."""
        names = [c for c in self.frame if _FLUX_COLUMN.match(c)]
        return sorted(names, key=lambda name: int(name.removeprefix("flux_")))


def read_candidates(
    path: str | os.PathLike[str],
    *,
    labels: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    require_labels: bool = True,
    features: Sequence[str] = (),
) -> CandidateTable:
    """Reads a candidate table from CSV, CSV.gz or Parquet.

    The archive's KOI, TOI and K2 tables are recognised by their header. Rows are named
    in messages by their place, the first after the header being row 1.

    Args:
        path: The file.
        labels: Allowed labels; `None` allows any.
        columns: Our column name to the file's, for files with other names.
        require_labels: Whether each row must have an allowed label. Without, for
            prediction, labels are kept as they are, '' where none.
        features: Columns beside the known ones that must hold numbers.

    Returns:
        The table.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no table, a column is absent or doubled, a label is
            missing or unknown, or an `object_id` stands in two rows. The message names
            the file, and the row where one is to blame.
    """
    path = Path(path)
    frame = read_table(path)
    notes: list[str] = []
    archive = archive_table.recognize(list(frame))
    missions = [archive.mission] if archive else _missions(frame)
    catalogue = star_catalogue(list(frame), columns or {}, missions)
    if archive is not None:
        frame, said = archive_table.convert(frame, archive)
        notes += said
    frame = _rename(frame, columns or {}, path)
    faults: list[list[str]] = [[] for _ in range(len(frame))]
    has_object_id, has_star_id = "object_id" in frame, "star_id" in frame
    texts = _texts(frame, notes, faults)
    check_ids(texts["object_id"], path)
    check_labels(texts["label"], "label" in frame, labels, require_labels, path)
    numbers = _numbers(frame, features, faults, path)
    frame = pd.DataFrame({**texts, **numbers, **_others(frame, texts, numbers)})
    return CandidateTable(
        frame=frame,
        path=path,
        sha256=file_sha256(path),
        warnings=tuple(notes),
        faults=np.array(["; ".join(reasons) for reasons in faults], dtype=str),
        epoch_system=_epoch_system(missions),
        has_object_id=has_object_id,
        has_star_id=has_star_id,
        star_catalogue=catalogue,
    )


def _missions(frame: Any) -> list[str]:
    return list(np.unique(clean_text(frame["mission"]))) if "mission" in frame else []


def _epoch_system(missions: Sequence[str]) -> str | None:
    """Time system of the epochs, where all rows are of missions that share one."""
    found = {_EPOCH_SYSTEMS.get(name.casefold()) for name in missions}
    return found.pop() if len(found) == 1 else None


def _rename(frame: Any, columns: Mapping[str, str], path: Path) -> Any:
    absent = [theirs for theirs in columns.values() if theirs not in frame]
    if absent:
        raise ValueError(
            f"{path}: the mapped column '{absent[0]}' is not in the file, which has "
            f"{quoted(list(frame))}."
        )
    return frame.assign(**{ours: frame[theirs] for ours, theirs in columns.items()})


def _texts(
    frame: Any, notes: list[str], faults: list[list[str]]
) -> dict[str, np.ndarray]:
    rows = len(frame)
    texts = {name: clean_text(frame[name]) for name in TEXT_COLUMNS if name in frame}
    texts.setdefault("label", np.full(rows, "", dtype=str))
    numbers = np.array([f"row {row}" for row in range(1, rows + 1)], dtype=str)
    if "object_id" not in texts:
        texts["object_id"] = numbers
        notes.append("no column object_id: row numbers stand in for it")
    for row in np.flatnonzero(texts["object_id"] == ""):
        faults[row].append("object_id is empty: its row number stands in for it")
    texts["object_id"] = np.where(texts["object_id"] == "", numbers, texts["object_id"])
    if "star_id" not in texts:
        texts["star_id"] = texts["object_id"]
        notes.append("no column star_id: each row counts as a star of its own")
    # Integers with gaps are often stored with a decimal point; the star is the same.
    stars = [re.sub(r"^(\d+)\.0+$", r"\1", star) for star in texts["star_id"]]
    alone = np.array([star == "" for star in stars])
    if alone.any():
        notes.append(f"{alone.sum()} rows without star_id count as stars of their own")
    texts["star_id"] = np.where(alone, texts["object_id"], stars)
    return texts


def _numbers(
    frame: Any, features: Sequence[str], faults: list[list[str]], path: Path
) -> dict[str, np.ndarray]:
    flux = [name for name in frame if _FLUX_COLUMN.match(name)]
    wanted = dict.fromkeys([*KNOWN_COLUMNS, *features, *flux])
    numbers = {}
    for name in wanted:
        if name not in frame or name in TEXT_COLUMNS:
            continue
        cells = frame[name]
        if name not in KNOWN_COLUMNS and not _any_number(cells):
            raise ValueError(
                f"{path}: column '{name}' holds no number (row 1: '{cells.iloc[0]}'); "
                "a feature must be numeric."
            )
        numbers[name] = clean_number(cells, name, faults)
    if numbers:
        unusable = np.isnan(np.column_stack(list(numbers.values()))).all(axis=1)
        for row in np.flatnonzero(unusable):
            faults[row].append(NO_USABLE_VALUE)
    return numbers


def _any_number(cells: Any) -> bool:
    return not np.isnan(as_floats(cells)).all() or bool(cells.isna().all())


def _others(
    frame: Any, texts: dict[str, np.ndarray], numbers: dict[str, np.ndarray]
) -> dict[str, Any]:
    """Columns without a meaning to us: numbers where each cell is one, else as read."""
    others = {}
    for name in frame:
        if name in texts or name in numbers:
            continue
        cells = frame[name]
        values = as_floats(cells)
        is_number = bool((~np.isnan(values) | cells.isna()).all())
        others[name] = values if is_number else cells
    return others
