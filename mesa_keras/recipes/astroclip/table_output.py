"""Tables of results on disk."""

from pathlib import Path
from typing import Any

from mesa_keras.atomic_file import atomic_file

SUFFIXES = (".csv", ".csv.gz", ".parquet")


def write_table(frame: Any, path: str | Path) -> None:
    """Writes a table as CSV, CSV.gz or Parquet by the suffix, whole or not at all.

    Args:
        frame: `pandas.DataFrame`.
        path: File to write; its folder must exist.

    Raises:
        ValueError: If the suffix is none of these.
        OSError: If the file cannot be written.
    """
    path = Path(path)
    if not path.name.endswith(SUFFIXES):
        raise ValueError(f"{path} must end in .csv, .csv.gz or .parquet.")
    with atomic_file(path) as temporary:
        if path.suffix == ".parquet":
            frame.to_parquet(temporary, index=False)
        else:
            frame.to_csv(temporary, index=False, float_format="%.6g")
