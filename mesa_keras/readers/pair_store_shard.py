"""Shards of a store of galaxy pairs: three NumPy files for the same rows."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

DTYPES: dict[str, np.dtype] = {
    "images": np.dtype("<f2"),
    "flux": np.dtype("<f4"),
    "ivar": np.dtype("<f4"),
}


class WrongArrayError(ValueError):
    """A NumPy file is whole, and holds another type or shape than it should."""


def row_shapes(settings: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Shape of a row of each array."""
    bins = (settings["wavelength"]["num"],)
    return {
        "images": (*settings["image_shape"], len(settings["bands"])),
        "flux": bins,
        "ivar": bins,
    }


def array_path(folder: Path, kind: str, shard: str) -> Path:
    """File of one array of a shard."""
    return folder / f"{kind}_{shard}.npy"


def fingerprint_of(array: np.ndarray) -> str:
    """Digest of the values of a contiguous array."""
    return hashlib.blake2b(
        memoryview(array).cast("B"),  # type: ignore[arg-type]
        digest_size=8,
    ).hexdigest()


def data_offset(path: Path, shape: tuple[int, ...], dtype: np.dtype) -> int:
    """Checks header and size of a NumPy file without reading its values.

    Args:
        path: The file.
        shape: Shape that it must have.
        dtype: Type that it must have.

    Returns:
        Byte at which the values begin.

    Raises:
        OSError: If it cannot be read.
        WrongArrayError: If it holds another type or shape.
        ValueError: If it is no whole NumPy file. The messages do not name the file.
    """
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        try:
            version = np.lib.format.read_magic(stream)
            read = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            found, by_columns, kind = read(stream)
        except (ValueError, KeyError, EOFError) as error:
            raise ValueError(f"is no NumPy file of ours, {size:,} bytes") from error
        if found != shape or kind != dtype or by_columns:
            raise WrongArrayError(
                f"must hold {dtype} of shape {shape}, and holds {kind} of shape {found}"
            )
        offset = stream.tell()
    promised = offset + int(np.prod(shape)) * dtype.itemsize
    if size != promised:
        raise ValueError(
            f"its header promises {promised:,} bytes, and the file holds {size:,}"
        )
    return offset


def read_rows(
    path: Path, offset: int, rows: np.ndarray, out: np.ndarray, places: np.ndarray
) -> None:
    """Reads rows of a file into rows of an array.

    Reads of the file, not a memory map: mapped pages would count as memory of the
    process, and a file that shrinks would end it.

    Args:
        path: The file.
        offset: Byte at which its values begin.
        rows: Rows of the file, ascending.
        out: Array of the file's type, C-contiguous, shape `(n, ...)`.
        places: Row of `out` for each of `rows`.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it ends before the rows do.
    """
    if not rows.size:
        return
    into = out.reshape(len(out), -1).view(np.uint8)
    width = into.shape[1]
    # Neighbours in the file that are neighbours in the array are read at once.
    breaks = np.flatnonzero((np.diff(rows) != 1) | (np.diff(places) != 1)) + 1
    starts = np.concatenate([[0], breaks])
    lengths = np.diff(np.concatenate([starts, [rows.size]]))
    handle = os.open(path, os.O_RDONLY)
    try:
        for start, length in zip(starts, lengths, strict=True):
            place = places[start]
            view = into[place : place + length].reshape(-1).data
            position = offset + int(rows[start]) * width
            while len(view):
                read = os.preadv(handle, [view], position)
                if not read:
                    raise ValueError("the file ends before its rows do")
                view, position = view[read:], position + read
    finally:
        os.close(handle)
