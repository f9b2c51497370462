"""Opening FITS files of galaxies: whole ones, or a sentence on what is wrong."""

import contextlib
import gzip
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.fits_frame import DAMAGE, FITS_MAGIC, GZIP_MAGIC
from mesa_keras.readers.galaxy_file_error import GalaxyFileError


@contextlib.contextmanager
def galaxy_hdus(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Opens a FITS file, plain or gzipped, for the time of a `with` block.

    Args:
        path: The file.

    Yields:
        Its `HDUList`, of which no part is missing.

    Raises:
        FileNotFoundError: If there is no such file.
        GalaxyFileError: If it is no FITS file, is truncated or damaged; also for what
            goes wrong with its data within the block.
    """
    from astropy.io import fits

    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    if path.is_dir():
        raise GalaxyFileError(path, "is a folder")
    with path.open("rb") as stream:
        start = stream.read(len(FITS_MAGIC))
    if not start.startswith((FITS_MAGIC, GZIP_MAGIC)):
        size = path.stat().st_size
        raise GalaxyFileError(path, f"no FITS file, by its first bytes ({size} bytes)")
    packed = start.startswith(GZIP_MAGIC)
    try:
        with warnings.catch_warnings():
            # Odd cards do no harm, and truncated files are found by their length.
            warnings.simplefilter("ignore")
            length = _unpacked_length(path) if packed else path.stat().st_size
            with fits.open(path, memmap=False) as hdus:
                _check_whole(path, hdus, length)
                yield hdus
    except GalaxyFileError:
        raise
    except (*DAMAGE, fits.VerifyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise GalaxyFileError(
            path, f"damaged or truncated FITS file ({reason})"
        ) from error


def find_table(path: Path, hdus: Any, *columns: str) -> Any:
    """The first table that has all of the columns, whatever their case.

    Args:
        path: File that an error names.
        hdus: The `HDUList`.
        *columns: Names of columns.

    Raises:
        GalaxyFileError: If there is none.
    """
    for hdu in hdus:
        names = {n.upper() for n in getattr(getattr(hdu, "columns", None), "names", ())}
        if names.issuperset(name.upper() for name in columns):
            return hdu
    raise GalaxyFileError(path, f"holds no table with the columns {', '.join(columns)}")


def numbers(column: Any) -> np.ndarray:
    """A column or image as float64 in native byte order."""
    return np.asarray(column, dtype=np.float64)


def text(value: Any) -> str:
    """A cell of text without blanks around it."""
    return str(value).strip()


def _unpacked_length(path: Path) -> int:
    """Reads through a gzipped file, since its end tells whether it is whole."""
    with gzip.open(path) as stream:
        return sum(len(chunk) for chunk in iter(lambda: stream.read(1 << 20), b""))


def _check_whole(path: Path, hdus: Any, length: int) -> None:
    for number, hdu in enumerate(hdus):
        place = hdu.fileinfo()
        if place is not None and place["datLoc"] + hdu.size > length:
            raise GalaxyFileError(
                path,
                f"truncated: HDU {number} should end at byte "
                f"{place['datLoc'] + hdu.size}, and the file has {length}",
            )
