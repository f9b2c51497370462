"""Numbers of a candidate table: what cannot be used becomes NaN, with a reason."""

from typing import Any

import numpy as np
import pandas as pd

POSITIVE_COLUMNS = frozenset({"period", "stellar_temp", "stellar_radius"})
NON_NEGATIVE_COLUMNS = frozenset(
    {
        "depth",
        "duration",
        "planet_radius",
        "impact",
        "equilibrium_temp",
        "insolation",
        "stellar_mass",
    }
)
NO_USABLE_VALUE = "no usable value"


def clean_number(cells: Any, name: str, faults: list[list[str]]) -> np.ndarray:
    """Returns a column as float64 and notes each cell that cannot be used.

    Args:
        cells: The column, text or numbers.
        name: Our name of the column; says which values are possible.
        faults: A list of reasons per row, appended to.

    Returns:
        Float64 array of shape `(rows,)`: NaN where a cell is empty, not a number,
        infinite, or outside what the column can hold.
    """
    values = as_floats(cells)
    empty = _is_empty(cells)
    rules = [(np.isnan(values) & ~empty, "is not a number")]
    rules.append((np.isinf(values), "is not finite"))
    with np.errstate(invalid="ignore"):
        if name in POSITIVE_COLUMNS:
            rules.append(((values <= 0) & np.isfinite(values), "is not positive"))
        elif name in NON_NEGATIVE_COLUMNS:
            rules.append(((values < 0) & np.isfinite(values), "is negative"))
    for bad, rule in rules:
        for row in np.flatnonzero(bad):
            faults[row].append(f"{name}={_shown(cells.iloc[row])} {rule}")
        values[bad] = np.nan
    return values


def as_floats(cells: Any) -> np.ndarray:
    """Returns a column as float64, NaN where a cell is no number, as no date is."""
    if cells.dtype == object or isinstance(cells.dtype, pd.CategoricalDtype):
        # Parquet cells may be lists or records, which pandas refuses to convert.
        cells = cells.astype(object).map(lambda c: c if np.isscalar(c) else None)
    elif cells.dtype.kind in "mM":
        # Dates would come as nanoseconds, and a missing one as the least integer.
        return np.full(len(cells), np.nan)
    numbers = pd.to_numeric(cells, errors="coerce")
    values: np.ndarray = numbers.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    return values


def _is_empty(cells: Any) -> np.ndarray:
    empty = np.array(pd.isna(cells), dtype=bool)
    if cells.dtype == object:
        empty |= np.array([isinstance(c, str) and not c.strip() for c in cells])
    return empty


def _shown(cell: Any) -> str:
    text = str(cell).strip()
    return text if len(text) <= 20 else f"{text[:17]}..."


def clean_text(cells: Any) -> np.ndarray:
    """Returns a column as text without outer blanks, '' where a cell is empty.

    Whole numbers lose no digit and gain none: 892772.0, as a column with gaps is often
    stored, is "892772".
    """
    if pd.api.types.is_float_dtype(cells):
        values = as_floats(cells)
        return np.array(
            [
                "" if np.isnan(v) else f"{int(v)}" if v.is_integer() else str(v)
                for v in values.tolist()
            ],
            dtype=str,
        )
    empty = np.array(pd.isna(cells), dtype=bool)
    return np.array(
        ["" if gone else str(c).strip() for c, gone in zip(cells, empty, strict=True)],
        dtype=str,
    )
