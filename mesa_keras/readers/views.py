"""Folded light curves in a NumPy archive, joined to a table by object id."""

import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mesa_keras.readers.table_file import file_sha256

# Runtime errors: encrypted archives and unknown compression.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
DEFAULT_CONVENTION = "median0_min-1"


@dataclass(frozen=True)
class ViewSet:
    """The views of a list of objects.

    Attributes:
        views: Float32 array of shape `(objects, bins)` by name; a row of NaN where the
            file has no view of that object.
        found: Whether the file lists the object, shape `(objects,)`.
        convention: How the views are scaled; "median0_min-1" where the file is silent.
        path: The file.
        sha256: Fingerprint of the file's bytes.
        warnings: What a user should know about the whole file.
    """

    views: dict[str, np.ndarray]
    found: np.ndarray
    convention: str
    path: Path
    sha256: str
    warnings: tuple[str, ...]


def read_views(path: str | os.PathLike[str], object_ids: Sequence[str]) -> ViewSet:
    """Reads the views of the given objects, in the order given.

    The file holds `object_id` and two-dimensional arrays named `*_view`, whose rows may
    stand in any order, and may hold a text `convention`. One array is in memory at a
    time. Values that are not finite become NaN.

    Args:
        path: A `.npz` file, never one with pickled objects.
        object_ids: Ids of the wanted objects.

    Returns:
        The views.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not an npz archive, is truncated, lacks an array, or
            its arrays do not fit together. The message names file and array.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path}: not a .npz archive, or a truncated one.")
    with path.open("rb") as stream, _archive(stream, path) as archive:
        ids = _ids(archive, path)
        names = [name for name in archive.files if name.endswith("_view")]
        if not names:
            raise ValueError(
                f"{path}: no array named '*_view'; it holds {', '.join(archive.files)}."
            )
        place = {name: row for row, name in enumerate(ids)}
        rows = np.array([place.get(str(name), -1) for name in object_ids], dtype=int)
        views = {name: _view(archive, name, rows, len(ids), path) for name in names}
        convention = DEFAULT_CONVENTION
        if "convention" in archive.files:
            text = _array(archive, "convention", path)
            if text.size != 1:
                raise ValueError(f"{path}: `convention` must be a single text.")
            convention = str(text.item())
    found = rows >= 0
    notes = []
    if not found.all():
        notes.append(
            f"{path.name}: no view of {(~found).sum()} of {found.size} objects"
        )
    return ViewSet(views, found, convention, path, file_sha256(path), tuple(notes))


def _archive(stream: BinaryIO, path: Path) -> Any:
    try:
        archive = np.load(stream, allow_pickle=False)
    except (*_DAMAGE, ValueError) as error:
        raise ValueError(f"{path}: not a .npz archive ({error}).") from error
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise ValueError(f"{path}: not a .npz archive of named arrays.")
    return archive


def _array(archive: Any, name: str, path: Path) -> np.ndarray:
    try:
        return np.asarray(archive[name])
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise ValueError(
                f"{path}: array '{name}' holds Python objects; save it as numbers or "
                "text (dtype str), which need no pickle."
            ) from error
        raise ValueError(f"{path}: array '{name}' is damaged ({error}).") from error
    except _DAMAGE as error:
        raise ValueError(
            f"{path}: array '{name}' is truncated or damaged ({error})."
        ) from error


def _ids(archive: Any, path: Path) -> list[str]:
    if "object_id" not in archive.files:
        raise ValueError(
            f"{path}: no array 'object_id'; it holds {', '.join(archive.files)}."
        )
    array = _array(archive, "object_id", path)
    if array.ndim != 1 or array.dtype.kind not in "USiu":
        raise ValueError(
            f"{path}: `object_id` must be a one-dimensional array of text. "
            f"Received: shape {array.shape}, dtype {array.dtype}"
        )
    if array.dtype.kind == "S":
        try:
            array = np.char.decode(array, "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{path}: `object_id` must be text in UTF-8. Received: {error.object!r}"
            ) from error
    ids = [str(name).strip() for name in array]
    first: dict[str, int] = {}
    for row, name in enumerate(ids):
        if name in first:
            raise ValueError(
                f"{path}: object_id '{name}' stands at places {first[name]} and {row} "
                "of the array; ids must differ."
            )
        first[name] = row
    return ids


def _view(
    archive: Any, name: str, rows: np.ndarray, count: int, path: Path
) -> np.ndarray:
    array = _array(archive, name, path)
    if array.dtype.kind not in "fiu":
        raise ValueError(
            f"{path}: array '{name}' must hold numbers. Received: dtype {array.dtype}"
        )
    if array.ndim != 2 or not array.shape[1]:
        raise ValueError(
            f"{path}: array '{name}' must have shape (objects, bins). "
            f"Received: shape {array.shape}"
        )
    if len(array) != count:
        raise ValueError(
            f"{path}: array '{name}' has {len(array)} rows and `object_id` {count}; "
            "they must agree."
        )
    view = np.full((rows.size, array.shape[1]), np.nan, dtype=np.float32)
    found = rows >= 0
    with np.errstate(over="ignore"):
        view[found] = array[rows[found]].astype(np.float32)
    view[~np.isfinite(view)] = np.nan
    return view
