"""The two files that raw light curves become: views, and a CSV of scalars."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from mesa_keras.atomic_file import atomic_file
from mesa_keras.preprocessing.transit_scalars import SCALARS
from mesa_keras.preprocessing.views_settings import ViewSettings
from mesa_keras.readers import CandidateTable
from mesa_keras.recipes.mesa.raw_views_parts import ResultParts, write_archive
from mesa_keras.recipes.mesa.raw_views_star import FACTS, RowResult


def scalars_path(views_path: Path) -> Path:
    """Returns where the scalars of a file of views are: `<name>_scalars.csv`."""
    return views_path.with_name(f"{views_path.stem}_scalars.csv")


def write_results(
    table: CandidateTable,
    output: Path,
    parts: ResultParts,
    failed: dict[int, RowResult],
    settings: ViewSettings,
) -> pd.DataFrame:
    """Writes the views of all rows that have them, and the scalars of all rows.

    Args:
        table: The candidates.
        output: File of views.
        parts: Rows without a fault.
        failed: Rows with one, some of them with views, by row.
        settings: How the views were made.

    Returns:
        The scalars, a row per candidate in the table's order, with `fault` and `notes`.
    """
    told = {result.row: result for result in parts.told()} | failed
    frame = _scalars(table, told)
    kept = sorted(parts.done())
    partly = [row for row in sorted(failed) if failed[row].arrays]
    rows = np.array(kept + partly, dtype=np.int64)
    ids = table.frame["object_id"].to_numpy(dtype=str)

    def arrays() -> Iterator[tuple[str, np.ndarray]]:
        yield "object_id", ids[rows]
        yield "convention", np.array(settings.convention)
        names = parts.names() or list(failed[partly[0]].arrays)
        for name in names:
            pieces = [failed[row].arrays[name] for row in partly]
            whole = parts.array(name, np.array(kept, dtype=np.int64))
            extra = np.stack(pieces) if pieces else None
            joined = [piece for piece in (whole, extra) if piece is not None]
            yield name, np.concatenate(joined)

    # The CSV first: a file of views then always has its scalars.
    with atomic_file(scalars_path(output)) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.7g")
    if rows.size:
        write_archive(output, arrays())
    return frame


def _scalars(table: CandidateTable, told: dict[int, RowResult]) -> pd.DataFrame:
    rows = []
    for row in range(len(table.frame)):
        result = told[row]
        rows.append(
            {
                "object_id": table.frame["object_id"].iloc[row],
                "star_id": table.frame["star_id"].iloc[row],
                **{name: result.scalars.get(name, np.nan) for name in SCALARS},
                **{name: result.facts.get(name, np.nan) for name in FACTS},
                "fault": _fault(result, str(table.faults[row])),
                "notes": result.notes,
            }
        )
    return pd.DataFrame(rows)


def _fault(result: RowResult, cells: str) -> str:
    """Why a row failed, and what stood in those of its cells that are no values.

    A period is not just missing where it was negative. Of a row that has its views and
    no fault of its own the other cells do not matter here.
    """
    return "; ".join(filter(None, [result.fault, cells])) if result.fault else ""
