"""Opening HDF5 files: whole ones, or one sentence that says what is wrong."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mesa_keras.missing_extra import missing_extra
from mesa_keras.readers.galaxy_file_error import GalaxyFileError

# What h5py raises on damaged files.
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError)


@contextlib.contextmanager
def open_hdf5(path: Path) -> Iterator[Any]:
    """Opens an HDF5 file for the time of a `with` block.

    Args:
        path: The file.

    Yields:
        The `h5py.File`.

    Raises:
        GalaxyFileError: If it is no HDF5 file, is truncated or damaged; also for what
            goes wrong with its data within the block.
        ImportError: If h5py is not installed.
    """
    try:
        import h5py  # type: ignore[import-untyped]
    except ImportError as error:
        raise missing_extra("HDF5 files need h5py", "galaxies") from error
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise GalaxyFileError(
            path, f"no HDF5 file, or a truncated one ({error})"
        ) from error
    with file:
        try:
            yield file
        except GalaxyFileError:
            raise
        except _DAMAGE as error:
            raise GalaxyFileError(path, f"damaged HDF5 file ({error})") from error
