"""Embeddings of a survey on disk: two arrays, and a table that says what each row is.

Row i of the arrays is row i of the split that was embedded, always: rows that cannot be
used stay and are marked. The table names the bytes of both arrays, so that files of two
runs are never taken for one.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.table_file import file_sha256
from mesa_keras.recipes.astroclip.embeddings_files import (
    FORMAT,
    IMAGE_FILE,
    SPECTRUM_FILE,
    TABLE_FILE,
    VALID_FILE,
    checked_array,
    read_described_table,
    remove_torch_files,
    save_array,
    write_described_table,
    write_torch_files,
)
from mesa_keras.recipes.astroclip.embeddings_rows import mark_rows, missing_rows


@dataclass(frozen=True, eq=False, kw_only=True)
class Embeddings:
    """Both views of every object of a split in one space.

    Attributes:
        image: Unit vectors, float32 `(n, dim)`; a row of NaN where there is no image.
        spectrum: Unit vectors, float32 `(n, dim)`; as `image`.
        table: `pandas.DataFrame` of `n` rows with `row`, `object_id`, `split` (empty
            where there is none), `redshift` (NaN where unknown), `image_valid`,
            `spectrum_valid`, `valid`, `reason`, and further columns of the catalogue.
        model_fingerprint: What tells the model from others.
        data_fingerprint: What tells the data from others.
        simulated: Whether the data are simulated.
        store: Folder of the images and spectra; empty where not known.
        redshift_range: Lowest and highest redshift of a valid row, inclusive.
    """

    image: np.ndarray
    spectrum: np.ndarray
    table: Any
    model_fingerprint: str
    data_fingerprint: str
    simulated: bool = False
    store: str = ""
    redshift_range: tuple[float, float] = (0.0, 0.8)

    @property
    def num_rows(self) -> int:
        """Number of objects, valid or not."""
        return len(self.image)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.image.shape[1])

    @property
    def valid(self) -> np.ndarray:
        """Whether a row has image, spectrum and a redshift in range; bool `(n,)`."""
        return np.asarray(self.table["valid"], dtype=bool)

    @property
    def valid_indices(self) -> np.ndarray:
        """Sorted row numbers of the valid rows, int64."""
        return np.flatnonzero(self.valid).astype(np.int64)


def open_embeddings(folder: str | Path) -> Embeddings:
    """Opens what `save_embeddings` or `finish_embeddings` wrote.

    The arrays are memory-mapped; their bytes are compared with what the table says.

    Args:
        folder: Folder of the four files.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is damaged or belongs to another run.
    """
    folder = Path(folder)
    for name in (TABLE_FILE, IMAGE_FILE, SPECTRUM_FILE, VALID_FILE):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{folder / name} does not exist. `python -m cli.generate_embeddings` "
                "writes it; a run that was stopped goes on with the same command."
            )
    table, about = read_described_table(folder / TABLE_FILE)
    shape = (len(table), int(about["dim"]))
    arrays = {}
    for name, key in ((IMAGE_FILE, "image_sha"), (SPECTRUM_FILE, "spectrum_sha")):
        if file_sha256(folder / name) != about[key]:
            raise ValueError(
                f"{folder / name} is not the file that {TABLE_FILE} beside it was "
                "written with: the folder mixes the files of two runs, or one changed."
            )
        arrays[name] = checked_array(folder / name, shape)
    found = Embeddings(
        image=arrays[IMAGE_FILE],
        spectrum=arrays[SPECTRUM_FILE],
        table=table,
        model_fingerprint=about["model_fingerprint"],
        data_fingerprint=about["data_fingerprint"],
        simulated=bool(about["simulated"]),
        store=about["store"],
        redshift_range=(about["redshift_range"][0], about["redshift_range"][1]),
    )
    indices = np.load(folder / VALID_FILE, allow_pickle=False)
    if not np.array_equal(indices, found.valid_indices):
        raise ValueError(
            f"{folder / VALID_FILE} names other rows than the column valid of "
            f"{TABLE_FILE} beside it: the folder mixes the files of two runs."
        )
    return found


def save_embeddings(
    folder: str | Path, embeddings: Embeddings, formats: Collection[str] = ("npy",)
) -> dict[str, Path]:
    """Writes embeddings that are held in memory.

    Args:
        folder: Folder to write, made if needed.
        embeddings: What to write. Its table needs no `row`, `valid` and `reason`.
        formats: `"npy"`, always written; `"pt"` for PyTorch files as well.

    Returns:
        Paths by what they hold.

    Raises:
        ValueError: As `finish_embeddings`.
        ImportError: If `"pt"` is wanted without PyTorch.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # A table that describes the arrays before they change would be wrong meanwhile.
    (folder / TABLE_FILE).unlink(missing_ok=True)
    save_array(folder / IMAGE_FILE, embeddings.image)
    save_array(folder / SPECTRUM_FILE, embeddings.spectrum)
    return finish_embeddings(
        folder,
        embeddings.table,
        model_fingerprint=embeddings.model_fingerprint,
        data_fingerprint=embeddings.data_fingerprint,
        redshift_range=embeddings.redshift_range,
        simulated=embeddings.simulated,
        store=embeddings.store,
        formats=formats,
    )


def finish_embeddings(
    folder: str | Path,
    table: Any,
    *,
    model_fingerprint: str,
    data_fingerprint: str,
    redshift_range: tuple[float, float] = (0.0, 0.8),
    simulated: bool = False,
    store: str = "",
    formats: Collection[str] = ("npy",),
) -> dict[str, Path]:
    """Describes two arrays that stand in `folder`; the table is written last.

    Args:
        folder: Folder with `image_embeddings.npy` and `spectrum_embeddings.npy`.
        table: `pandas.DataFrame` with a row per embedding, at least `object_id`,
            `redshift`, `image_valid` and `spectrum_valid`. Where it has no column
            `valid`, validity follows from these; a row without one of its vectors is
            never valid.
        model_fingerprint: What tells the model from others.
        data_fingerprint: What tells the data from others.
        redshift_range: Lowest and highest redshift of a valid row, inclusive.
        simulated: Whether the data are simulated.
        store: Folder of the images and spectra.
        formats: `"npy"`; `"pt"` for PyTorch files as well.

    Returns:
        Paths by what they hold.

    Raises:
        ValueError: If arrays and table do not fit, a vector has not unit length, a
            row is NaN in part, or a format is unknown.
        ImportError: If `"pt"` is wanted without PyTorch.
    """
    if not set(formats) <= {"npy", "pt"}:
        raise ValueError(f"`formats` must be npy or pt. Received: {', '.join(formats)}")
    folder = Path(folder)
    image = checked_array(folder / IMAGE_FILE)
    spectrum = checked_array(folder / SPECTRUM_FILE)
    if not image.shape == spectrum.shape == (len(table), image.shape[1]):
        raise ValueError(
            f"{folder}: arrays and table must have a row per object and one dim. "
            f"Received: image {image.shape}, spectrum {spectrum.shape}, table "
            f"{len(table)} rows"
        )
    missing = {
        "no embedding of the image": missing_rows(image, IMAGE_FILE),
        "no embedding of the spectrum": missing_rows(spectrum, SPECTRUM_FILE),
    }
    marked = mark_rows(table, missing, redshift_range)
    about = {
        "format": FORMAT,
        "model_fingerprint": model_fingerprint,
        "data_fingerprint": data_fingerprint,
        "image_sha": file_sha256(folder / IMAGE_FILE),
        "spectrum_sha": file_sha256(folder / SPECTRUM_FILE),
        "dim": int(image.shape[1]),
        "redshift_range": [float(limit) for limit in redshift_range],
        "simulated": bool(simulated),
        "store": str(store),
    }
    files = {"images": folder / IMAGE_FILE, "spectra": folder / SPECTRUM_FILE}
    files["valid rows"] = folder / VALID_FILE
    indices = np.flatnonzero(marked["valid"]).astype(np.int64)
    save_array(files["valid rows"], indices)
    remove_torch_files(folder)
    if "pt" in formats:
        files |= write_torch_files(folder, image, spectrum, indices)
    files["table"] = folder / TABLE_FILE
    write_described_table(files["table"], marked, json.dumps(about))
    return files


def check_same_model(first: Embeddings, second: Embeddings, names: str) -> None:
    """Raises `ValueError` unless both are of one model, hence in one space.

    Args:
        first: Embeddings.
        second: Embeddings used together with them.
        names: What both are called, as in `"a and b"`.
    """
    same = first.model_fingerprint == second.model_fingerprint
    if not same or first.dim != second.dim:
        raise ValueError(
            f"{names} are embeddings of two models, which share no space: fingerprints "
            f"{first.model_fingerprint[:12]} and {second.model_fingerprint[:12]}, dim "
            f"{first.dim} and {second.dim}. Embed both with one model."
        )
