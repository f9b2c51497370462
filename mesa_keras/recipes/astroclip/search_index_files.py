"""A similarity index on disk: a folder of plain files, none of them a pickle."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.json_file import write_json
from mesa_keras.readers.table_file import file_sha256, read_table
from mesa_keras.recipes.astroclip.embeddings_files import checked_array, save_array
from mesa_keras.recipes.astroclip.object_groups import object_groups
from mesa_keras.recipes.astroclip.search_cells import Cells, read_cells
from mesa_keras.table_output import write_table

FORMAT = "mesa_keras similarity index 1"
ABOUT_FILE = "index.json"
_VECTORS, _ROWS = "vectors.npy", "rows.npy"
_TABLE, _CELLS = "objects.parquet", "cells.faiss"


@dataclass(frozen=True, eq=False)
class IndexContent:
    """What the files hold.

    Attributes:
        vectors: Memory-mapped float32 `(n, dim)`.
        table: `pandas.DataFrame` with a row per vector.
        groups: Object of each row of the table.
        rows: Rows that may be found.
        cells: Cells of an approximate index.
        about: What the vectors are of.
    """

    vectors: np.ndarray
    table: Any
    groups: np.ndarray
    rows: np.ndarray
    cells: Cells | None
    about: dict[str, Any]


def write_index(
    folder: Path,
    vectors: np.ndarray,
    table: Any,
    rows: np.ndarray,
    cells: Cells | None,
    about: dict[str, Any],
) -> dict[str, Path]:
    """Writes an index; what describes it is written last.

    Raises:
        OSError: If a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ABOUT_FILE).unlink(missing_ok=True)
    files = {"vectors": folder / _VECTORS, "rows": folder / _ROWS}
    save_array(files["vectors"], np.asarray(vectors))
    save_array(files["rows"], rows)
    files["objects"] = folder / _TABLE
    write_table(table, files["objects"])
    if cells is not None:
        files["cells"] = folder / _CELLS
        cells.write(files["cells"])
    facts = {
        **about,
        "format": FORMAT,
        "num_probes": None if cells is None else cells.num_probes,
        "sha256": {path.name: file_sha256(path) for path in files.values()},
    }
    files["about"] = folder / ABOUT_FILE
    write_json(files["about"], facts)
    return files


def read_index(folder: Path) -> IndexContent:
    """Reads what `write_index` wrote.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is damaged or of another index.
        ImportError: If the index is approximate, and FAISS is not installed.
    """
    path = folder / ABOUT_FILE
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist: {folder} holds no index.")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not a JSON file ({error}).") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(f"{path}: does not describe an index of this version.")
    for name, digest in about["sha256"].items():
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder / name} does not exist.")
        if file_sha256(folder / name) != digest:
            raise ValueError(
                f"{folder / name} is not the file that {ABOUT_FILE} beside it was "
                "written with."
            )
    vectors = checked_array(folder / _VECTORS)
    rows = np.load(folder / _ROWS, allow_pickle=False)
    table = read_table(folder / _TABLE)
    groups = object_groups([table])[0]
    cells = None
    if about["num_probes"] is not None:
        cells = read_cells(folder / _CELLS, vectors, rows, groups, about["num_probes"])
    return IndexContent(vectors, table, groups, rows, cells, about)
