"""Tables on disk: CSV, gzipped CSV and Parquet, told apart by their first bytes."""

import csv
import gzip
import hashlib
import itertools
import os
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

PARQUET_MAGIC = b"PAR1"
GZIP_MAGIC = b"\x1f\x8b"
# Above it not every whole number has a float64 of its own.
_LARGEST_EXACT = 2**53


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a file's bytes in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_table(path: str | os.PathLike[str]) -> Any:
    """Reads a whole table; every column that holds text stays text.

    Leading lines that start with `#`, as the NASA Exoplanet Archive writes them, are
    skipped, and so is a byte order mark. CSV cells come as text, so that an identifier
    such as `000892667-01` keeps its zeros; empty cells are NaN. Text that Parquet holds
    as bytes, as astropy writes it, is decoded.

    Args:
        path: A CSV (UTF-8, comma or, as a fallback, tab or semicolon), CSV.gz or
            Parquet file. The first bytes decide, not the name.

    Returns:
        `pandas.DataFrame` with the file's column names, stripped of blanks.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is empty, truncated, not a table, or names a column
            twice.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path}: is a folder; a table is a CSV or Parquet file.")
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    with path.open("rb") as stream:
        start = stream.read(4)
    if not start:
        raise ValueError(f"{path}: the file is empty (0 bytes).")
    frame = _read_parquet(path) if start == PARQUET_MAGIC else _read_csv(path)
    if not len(frame):
        raise ValueError(f"{path}: the table has a header but no row.")
    return frame


def _unique_columns(names: list[str], path: Path) -> list[str]:
    names = [str(name).strip() for name in names]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{path}: column '{name}' stands twice in the header.")
        seen.add(name)
    return names


def _read_parquet(path: Path) -> Any:
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.ParquetFile(path).read()
        names = table.column_names
        # Columns are named by place, since two may share a name.
        table = table.rename_columns([str(i) for i in range(len(names))])
        frame = table.to_pandas(ignore_metadata=True)
        for place, column in enumerate(table.columns):
            exact = _exact(column)
            if exact is not None:
                frame[str(place)] = exact
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"{path}: not a readable Parquet file, or a truncated one ({reason})."
        ) from error
    frame.columns = _unique_columns(names, path)
    return frame.reset_index(drop=True)


def _exact(column: Any) -> Any:
    """A Parquet column that pandas alone would spoil; `None` for all others."""
    from pyarrow import ArrowInvalid, string, types

    kind = column.type
    if types.is_integer(kind) and column.null_count:
        # With gaps they become floats, and catalogues count stars beyond 2**53.
        whole = column.to_pandas(integer_object_nulls=True)
        return whole if (whole.dropna().abs() > _LARGEST_EXACT).any() else None
    if types.is_binary(kind) or types.is_large_binary(kind):
        try:
            return column.cast(string()).to_pandas()
        except ArrowInvalid:
            return None
    return None


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    """Opens plain or gzipped text and says in one sentence why it cannot be read."""
    with path.open("rb") as stream:
        packed = stream.read(2) == GZIP_MAGIC
    options: dict[str, Any] = {"encoding": "utf-8-sig", "newline": ""}
    try:
        with (gzip.open if packed else open)(path, "rt", **options) as text:
            yield text
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: not a table in UTF-8 text: it holds the byte "
            f"0x{error.object[error.start]:02x}."
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path}: the gzip file is truncated or damaged.") from error


def _header(path: Path) -> tuple[list[str], int, str]:
    """Returns the column names, the line after the header, and the separator."""
    with _text(path) as text:
        for skipped, line in enumerate(text):
            if "\0" in line:
                raise ValueError(
                    f"{path}: not a table: it holds binary data, where a CSV, CSV.gz "
                    "or Parquet file is expected."
                )
            if line.startswith("#") or not line.strip():
                continue
            separator = max(",\t;", key=line.count)
            reader = csv.reader(itertools.chain([line], text), delimiter=separator)
            try:
                names = next(reader)
            except csv.Error as error:
                raise ValueError(f"{path}: not a table ({error}).") from error
            return _unique_columns(names, path), skipped + reader.line_num, separator
    raise ValueError(f"{path}: the file has no header line.")


def _read_csv(path: Path) -> Any:
    columns, first_line, separator = _header(path)
    _check_rows(path, columns, first_line, separator)
    with _text(path) as text, warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        # Not by `skiprows`: pandas would let a quote in a comment swallow lines.
        for _ in range(first_line):
            next(text)
        try:
            return pd.read_csv(
                text,
                sep=separator,
                header=None,
                names=columns,
                index_col=False,
                dtype=str,
            )
        except pd.errors.EmptyDataError:
            return pd.DataFrame(columns=columns, dtype=str)
        except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
            raise ValueError(f"{path}: not a table ({error}).") from error


def _check_rows(
    path: Path, columns: list[str], first_line: int, separator: str
) -> None:
    """Raises `ValueError` unless every row has a cell per column.

    pandas would fill up short rows, such as the last one of a truncated file.
    """
    with _text(path) as text:
        lines = itertools.islice(text, first_line, None)
        cells = csv.reader(lines, delimiter=separator)
        rows = (row for row in cells if len(row) > 1 or "".join(row).strip())
        try:
            for number, row in enumerate(rows, start=1):
                if len(row) != len(columns):
                    raise ValueError(
                        f"{path}: not a table with {len(columns)} cells in every row: "
                        f"row {number} has {len(row)}."
                    )
        except csv.Error as error:
            raise ValueError(f"{path}: not a table ({error}).") from error
