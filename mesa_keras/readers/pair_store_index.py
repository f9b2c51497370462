"""The index of a store of galaxy pairs: a row per object, checked at the edge."""

from pathlib import Path

import numpy as np
import pandas as pd

from mesa_keras.readers.table_file import read_table

REQUIRED_COLUMNS = (
    *("object_id", "ra", "dec", "redshift"),
    *("image_valid", "spectrum_valid", "reason"),
)
SPLITS = ("train", "validation", "calibration", "test")


def read_index(path: Path) -> pd.DataFrame:
    """Reads and checks `index.parquet`.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it cannot be read or breaks a rule of `check_index`.
    """
    return check_index(read_table(path), str(path))


def check_index(index: pd.DataFrame, where: str = "index") -> pd.DataFrame:
    """Checks an index and gives its columns their types.

    Required are `object_id` (integers, each once), `ra` and `dec` [deg], `redshift`
    (numbers, NaN = unknown), `image_valid`, `spectrum_valid` (booleans) and `reason`
    (text). `split`, where there is one, holds names of `SPLITS`; `source_id` integers.

    Args:
        index: The table.
        where: File or argument that an error names.

    Returns:
        The same rows with int64 ids, float64 numbers and text without gaps.

    Raises:
        ValueError: If a column lacks or holds something else.
    """
    missing = [name for name in REQUIRED_COLUMNS if name not in index.columns]
    if missing:
        raise ValueError(
            f"{where}: column '{missing[0]}' is missing; required are "
            f"{', '.join(REQUIRED_COLUMNS)}."
        )
    if not len(index):
        raise ValueError(f"{where}: the index has no row.")
    result = index.reset_index(drop=True)
    for name in ("object_id", "source_id"):
        if name in result:
            result[name] = _integers(result[name], where)
    for name in ("ra", "dec", "redshift"):
        result[name] = _numbers(result[name], where)
    for name in ("image_valid", "spectrum_valid"):
        result[name] = _booleans(result[name], where)
    result["reason"] = result["reason"].fillna("").astype(str)
    if "split" in result:
        _check_splits(result["split"], where)
    _check_unique(result["object_id"].to_numpy(), where)
    return result


def _integers(column: pd.Series, where: str) -> np.ndarray:
    limits = np.iinfo(np.int64)
    if (
        not pd.api.types.is_integer_dtype(column.dtype)
        or column.isna().any()
        or column.max() > limits.max
    ):
        raise ValueError(
            f"{where}: column '{column.name}' must hold integers of 64 bits with a "
            f"sign, in every row. Received: {_about(column)}"
        )
    return np.asarray(column.to_numpy(dtype=np.int64))


def _numbers(column: pd.Series, where: str) -> np.ndarray:
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind) or not pd.api.types.is_numeric_dtype(kind):
        raise ValueError(
            f"{where}: column '{column.name}' must hold numbers, NaN where unknown. "
            f"Received: {_about(column)}"
        )
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _booleans(column: pd.Series, where: str) -> np.ndarray:
    if not pd.api.types.is_bool_dtype(column.dtype) or column.isna().any():
        raise ValueError(
            f"{where}: column '{column.name}' must be boolean, in every row. "
            f"Received: {_about(column)}"
        )
    return np.asarray(column.to_numpy(dtype=bool))


def _check_splits(column: pd.Series, where: str) -> None:
    wrong = ~column.isin(SPLITS).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{where}: column 'split' must hold {', '.join(SPLITS)}. Received: "
            f"{column.iloc[row]!r} in row {row}"
        )


def _check_unique(ids: np.ndarray, where: str) -> None:
    order = np.argsort(ids, kind="stable")
    twins = np.flatnonzero(np.diff(ids[order]) == 0)
    if twins.size:
        first, second = order[twins[0]], order[twins[0] + 1]
        raise ValueError(
            f"{where}: object_id {ids[first]} stands in rows {first} and {second}; "
            "ids must differ."
        )


def _about(column: pd.Series) -> str:
    gaps = int(column.isna().sum())
    return f"dtype {column.dtype}" + (f" with {gaps} empty rows" if gaps else "")
