"""Tables of results on disk, whole or absent."""

import os
from pathlib import Path
from typing import Any

from mesa_keras.atomic_file import atomic_file

SUFFIXES = (".csv", ".csv.gz", ".parquet")


def check_suffix(path: str | os.PathLike[str]) -> None:
    """Raises `ValueError` unless a table can be written to a file of this name."""
    if not Path(path).name.endswith(SUFFIXES):
        raise ValueError(f"{path} must end in .csv, .csv.gz or .parquet.")


def write_table(
    frame: Any, path: str | os.PathLike[str], float_format: str | None = "%.6g"
) -> None:
    """Writes a table as CSV, CSV.gz or Parquet by the suffix, whole or not at all.

    Args:
        frame: `pandas.DataFrame`.
        path: File to write; its folder is made if needed.
        float_format: Format of numbers in CSV; `None` writes all their digits, as
            positions in degrees need.

    Raises:
        ValueError: If the suffix is none of these.
        OSError: If the file cannot be written.
    """
    check_suffix(path)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary:
        if path.suffix == ".parquet":
            # Notes that travel with a table need not be such that Parquet holds them.
            plain = frame.copy(deep=False)
            plain.attrs = {}
            plain.to_parquet(temporary, index=False)
        else:
            frame.to_csv(temporary, index=False, float_format=float_format)
