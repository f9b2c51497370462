"""The files of a folder of embeddings: names, and how each is read and written."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file

FORMAT = "mesa_keras embeddings 1"
IMAGE_FILE = "image_embeddings.npy"
SPECTRUM_FILE = "spectrum_embeddings.npy"
VALID_FILE = "valid_indices.npy"
TABLE_FILE = "embeddings.parquet"
_ABOUT = b"mesa_keras"
_ABOUT_KEYS = frozenset(
    {
        "model_fingerprint",
        "data_fingerprint",
        "image_sha",
        "spectrum_sha",
        "dim",
        "redshift_range",
        "simulated",
        "store",
    }
)
_COLUMNS = frozenset({"row", "object_id", "split", "redshift", "valid", "reason"})


def save_array(path: Path, array: np.ndarray) -> None:
    """Writes an array as `.npy`, whole or not at all."""
    with atomic_file(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)


def checked_array(path: Path, shape: tuple[int, int] | None = None) -> np.ndarray:
    """Memory-maps vectors.

    Args:
        path: File of float32 vectors `(n, dim)`.
        shape: Shape that the array must have; by default any of two axes.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no such array.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file.")
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: not a whole NumPy file ({error}).") from error
    right = array.ndim == 2 and array.dtype == np.float32 and array.size > 0
    if not right or (shape is not None and array.shape != shape):
        wanted = "(n, dim)" if shape is None else shape
        raise ValueError(
            f"{path}: must hold float32 vectors of shape {wanted}. "
            f"Received: {array.dtype} of shape {array.shape}"
        )
    return array


def write_described_table(path: Path, frame: Any, about: str) -> None:
    """Writes a table as Parquet with a text about it in its metadata."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(frame, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), _ABOUT: about.encode()}
    with atomic_file(path) as temporary:
        parquet.write_table(table.replace_schema_metadata(metadata), temporary)


def read_described_table(path: Path) -> tuple[Any, dict[str, Any]]:
    """Returns the table and what its metadata say.

    Raises:
        ValueError: If the file is damaged or no table of embeddings.
    """
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path}: not a whole Parquet file ({reason}).") from error
    about = json.loads((table.schema.metadata or {}).get(_ABOUT, b"{}"))
    missing = sorted((_ABOUT_KEYS - set(about)) | (_COLUMNS - set(table.column_names)))
    if about.get("format") != FORMAT or missing:
        raise ValueError(
            f"{path}: not a table of embeddings of this version ({FORMAT!r}). "
            f"Received: format {about.get('format')!r}, without "
            f"{', '.join(missing) or 'nothing that it needs'}"
        )
    return table.to_pandas(), about


def remove_torch_files(folder: Path) -> None:
    """Removes PyTorch tensors, which a run that writes none would leave of another."""
    for name in (IMAGE_FILE, SPECTRUM_FILE, VALID_FILE):
        (folder / name).with_suffix(".pt").unlink(missing_ok=True)


def write_torch_files(
    folder: Path, image: np.ndarray, spectrum: np.ndarray, indices: np.ndarray
) -> dict[str, Path]:
    """Writes the three arrays as PyTorch tensors, as the published code reads them.

    Raises:
        ImportError: If PyTorch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            "the format pt needs PyTorch: pip install torch, or leave it out."
        ) from error
    files = {}
    for name, file, array in (
        ("images, PyTorch", IMAGE_FILE, image),
        ("spectra, PyTorch", SPECTRUM_FILE, spectrum),
        ("valid rows, PyTorch", VALID_FILE, indices),
    ):
        files[name] = (folder / file).with_suffix(".pt")
        with atomic_file(files[name]) as temporary:
            torch.save(torch.from_numpy(np.array(array)), temporary)
    return files
