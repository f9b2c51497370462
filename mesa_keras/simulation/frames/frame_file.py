"""Frames as FITS and TIFF files, the same bytes every time."""

import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from astropy.io import fits

from mesa_keras.atomic_file import atomic_file
from mesa_keras.simulation.frames.header_facts import Verbatim
from mesa_keras.simulation.frames.randomness import chance, pick

FITS_SUFFIXES = {
    ".fits": 6.0,
    ".fit": 3.0,
    ".fts": 0.7,
    ".FIT": 0.3,
    ".fits.gz": 0.6,
    ".fits.fz": 0.5,
}
TIFF_SUFFIXES = {".tif": 1.0, ".tiff": 0.3}
_TIFF_FRACTION, _COLOUR_TIFF_FRACTION = 0.05, 0.6
_TIFF_TYPES = ("uint8", "uint16", "float32")


def draw_suffix(rng: np.random.Generator, pixels: np.ndarray) -> str:
    """A file format in which a capture program would store these values."""
    fraction = _COLOUR_TIFF_FRACTION if pixels.ndim == 3 else _TIFF_FRACTION
    fits_or_tiff = TIFF_SUFFIXES if chance(rng, fraction) else FITS_SUFFIXES
    if str(pixels.dtype) not in _TIFF_TYPES:
        fits_or_tiff = FITS_SUFFIXES
    suffix = pick(rng, fits_or_tiff)
    # Packed floats hold the time of packing: their bytes change from run to run.
    is_packed_float = suffix == ".fits.fz" and pixels.dtype.kind == "f"
    return ".fits" if is_packed_float else suffix


def write_frame(
    path: Path,
    pixels: np.ndarray,
    cards: Sequence[tuple[str, Any]],
    *,
    in_extension: bool = False,
) -> None:
    """Writes a frame in the format that the suffix names.

    Args:
        path: Final name.
        pixels: `(height, width)` or `(height, width, 3)`.
        cards: Header of a FITS file; a TIFF file keeps none of it.
        in_extension: Whether the image follows an empty first part of a FITS file,
            which holds the header, as at large observatories.
    """
    with atomic_file(path) as temporary:
        if path.suffix in TIFF_SUFFIXES:
            _write_tiff(temporary, pixels)
        else:
            raw = _fits_bytes(path.name, pixels, cards, in_extension)
            temporary.write_bytes(raw)


def _write_tiff(path: Path, pixels: np.ndarray) -> None:
    photometric = "rgb" if pixels.ndim == 3 else "minisblack"
    with path.open("wb") as file:
        tifffile.imwrite(
            file, pixels, photometric=photometric, software="", metadata=None
        )


def _fits_bytes(
    name: str,
    pixels: np.ndarray,
    cards: Sequence[tuple[str, Any]],
    in_extension: bool,
) -> bytes:
    header = fits.Header()
    for key, value in cards:
        header.append(
            _placeholder(key) if isinstance(value, Verbatim) else (key, value)
        )
    data = np.moveaxis(pixels, -1, 0) if pixels.ndim == 3 else pixels
    buffer = io.BytesIO()
    if name.endswith(".fz"):
        hdu = fits.CompImageHDU(data, header, compression_type="RICE_1")
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(buffer)
    elif in_extension:
        first = fits.PrimaryHDU(header=header)
        fits.HDUList([first, fits.ImageHDU(data, name="IM1")]).writeto(buffer)
    else:
        fits.PrimaryHDU(data, header).writeto(buffer)
    raw = buffer.getvalue()
    for key, value in cards:
        if isinstance(value, Verbatim):
            written = f"{key:<8}= {value:>20}".ljust(80)
            raw = raw.replace(_placeholder(key).image.encode(), written.encode(), 1)
    # A fixed time in the archive keeps the bytes the same from run to run.
    return gzip.compress(raw, 1, mtime=0) if name.endswith(".gz") else raw


def _placeholder(key: str) -> fits.Card:
    """A valid card where one will stand that the standard does not allow."""
    return fits.Card(key, "verbatim")
