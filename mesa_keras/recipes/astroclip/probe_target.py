"""A property or class of a catalogue, joined to embeddings by `object_id`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.recipes.astroclip.embeddings import Embeddings

TASKS = ("auto", "regression", "classification")
# Whole numbers of so few different values are taken for classes.
MOST_WHOLE_NUMBERS = 10
_MOST_CLASSES = 50
# They say which row it is, not what the object is like.
_NO_PROPERTY = ("row", "object_id", "source_id", "split")


@dataclass(frozen=True, eq=False, kw_only=True)
class Target:
    """A value per row of the embeddings.

    Attributes:
        name: Name of the column.
        task: `"regression"` or `"classification"`.
        values: Float64 `(n,)`, NaN = missing; for a classification class indices as
            int64, -1 = missing.
        class_names: Names in the order of the indices; empty for a regression.
        num_unmatched: Rows whose object the catalogue does not have.
    """

    name: str
    task: str
    values: np.ndarray
    class_names: tuple[str, ...]
    num_unmatched: int

    @property
    def known(self) -> np.ndarray:
        """Whether a row has a value, bool `(n,)`."""
        if self.task == "classification":
            return np.asarray(self.values >= 0)
        return np.asarray(np.isfinite(self.values))


def join_target(
    embeddings: Embeddings,
    column: str,
    catalogue: Any = None,
    task: str = "auto",
    catalogue_name: str = "the catalogue",
) -> Target:
    """Finds the value of every row.

    Text, true and false, and whole numbers of at most 10 different values are classes,
    unless `task` says otherwise; all other numbers are properties.

    Args:
        embeddings: Rows to find a value for.
        column: Name of the column.
        catalogue: `pandas.DataFrame` with `object_id` and the column; by default the
            embeddings' own table.
        task: `"auto"`, `"regression"` or `"classification"`.
        catalogue_name: What the catalogue is called in messages.

    Raises:
        ValueError: If the column is missing or no property, the catalogue names an
            object twice or has none of the objects, or values are not what the task
            needs.
    """
    if task not in TASKS:
        raise ValueError(f"`task` must be of {TASKS}. Received: {task!r}")
    if catalogue is None:
        catalogue, catalogue_name = embeddings.table, "the table of the embeddings"
    if column not in catalogue:
        raise ValueError(
            f"`target` must be a column of {catalogue_name}, which has "
            f"{', '.join(map(str, catalogue.columns))}. Received: {column!r}"
        )
    if column in _NO_PROPERTY:
        raise ValueError(
            f"`target` must be a property of the object. Received: {column!r}, which "
            "says which row or split it is in"
        )
    if catalogue is embeddings.table:
        cells, unmatched = catalogue[column].reset_index(drop=True), 0
    else:
        cells, unmatched = _joined(embeddings, catalogue, column, catalogue_name)
    numbers = _numbers(cells)
    if task == "auto":
        task = "regression" if _is_measure(cells, numbers) else "classification"
    if task == "regression":
        if numbers is None:
            raise ValueError(
                f"`target` {column!r} of {catalogue_name} must be numbers for a "
                f"regression. Received: {cells.dropna().iloc[0]!r}"
            )
        return Target(
            name=column,
            task=task,
            values=np.where(np.isfinite(numbers), numbers, np.nan),
            class_names=(),
            num_unmatched=unmatched,
        )
    codes, names = _classes(cells, numbers)
    if len(names) > _MOST_CLASSES:
        raise ValueError(
            f"`target` {column!r} of {catalogue_name} has {len(names):,} different "
            f"values; at most {_MOST_CLASSES} can be classes."
        )
    return Target(
        name=column,
        task=task,
        values=codes,
        class_names=tuple(names),
        num_unmatched=unmatched,
    )


def _joined(
    embeddings: Embeddings, catalogue: Any, column: str, name: str
) -> tuple[Any, int]:
    """The column in the order of the embeddings, and how many were not found."""
    if "object_id" not in catalogue:
        raise ValueError(
            f"{name} must have a column object_id to be joined by. It has "
            f"{', '.join(map(str, catalogue.columns))}."
        )
    ids = _as_ids(catalogue["object_id"], name)
    twice = ids[ids.duplicated()]
    if len(twice):
        raise ValueError(
            f"{name} names {len(twice):,} objects more than once, for example "
            f"{twice.iloc[0]}; a row per object is needed."
        )
    rows = pd.Index(ids).get_indexer(embeddings.table["object_id"])
    found = rows >= 0
    if not found.any():
        raise ValueError(
            f"{name} has none of the {embeddings.num_rows:,} objects of the "
            "embeddings: are these object_id of another survey?"
        )
    cells = catalogue[column].reset_index(drop=True).reindex(np.where(found, rows, -1))
    return cells.reset_index(drop=True), int((~found).sum())


def _as_ids(column: Any, name: str) -> Any:
    """Ids as int64; text, as CSV gives it, is read as whole numbers."""
    try:
        ids = column.astype(np.int64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name}: object_id must be whole numbers ({error})."
        ) from error
    if pd.api.types.is_float_dtype(column):
        # The cast cuts fractions off, and a long id has lost its last digits before.
        wrong = (ids != column) | (ids.abs() >= 1 << 53)
        if wrong.any():
            raise ValueError(
                f"{name}: object_id must be whole numbers, and those of more than 15 "
                f"digits stored as integers. Received: {column[wrong].iloc[0]!r}"
            )
    return ids


def _numbers(cells: Any) -> np.ndarray | None:
    """The column as float64, or `None` where a cell is no number."""
    # Dates would be nanoseconds, and a missing one the lowest number there is.
    if pd.api.types.is_bool_dtype(cells) or cells.dtype.kind in "mM":
        return None
    numbers = pd.to_numeric(cells, errors="coerce")
    if (numbers.isna() & cells.notna()).any():
        return None
    return np.asarray(numbers.to_numpy(dtype=np.float64, na_value=np.nan))


def _is_measure(cells: Any, numbers: np.ndarray | None) -> bool:
    if numbers is None:
        return False
    present = numbers[np.isfinite(numbers)]
    whole = bool((present == np.round(present)).all())
    return not whole or len(np.unique(present)) > MOST_WHOLE_NUMBERS


def _classes(cells: Any, numbers: np.ndarray | None) -> tuple[np.ndarray, list[str]]:
    """Class indices, -1 for missing, and names in order."""
    if numbers is not None:
        present = np.unique(numbers[np.isfinite(numbers)])
        codes = np.searchsorted(present, numbers)
        codes[~np.isfinite(numbers)] = -1
        return codes.astype(np.int64), [
            np.format_float_positional(value, trim="-") for value in present
        ]
    text = cells.astype(object).map(lambda c: str(c).strip(), na_action="ignore")
    text = text.where(text != "", None)
    found, names = pd.factorize(text, sort=True)
    return np.asarray(found, dtype=np.int64), [str(name) for name in names]
