"""FITS files to pixels: the first image of two dimensions, in the camera's own numbers.

The headers are astropy's work. The pixels of plain images are read and scaled here:
a frame of 16-bit unsigned numbers stays one, which costs a tenth of the time and a
quarter of the memory of the way through floats.
"""

import io
import math
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mesa_keras.readers.fits_frame_header import header_dict
from mesa_keras.readers.fits_frame_scale import scaled
from mesa_keras.readers.frame_error import FrameError
from mesa_keras.readers.frame_layout import (
    MAX_FRAME_BYTES,
    check_size,
    chosen_shape,
    colour_last,
    layout_note,
)

GZIP_MAGIC = b"\x1f\x8b"
FITS_MAGIC = b"SIMPLE  ="
END_CARD = b"END     "
CARD_BYTES = 80
BLOCK_BYTES = 2880
# Far more than any camera or survey writes.
MAX_HEADER_BYTES = 4 << 20
CHUNK_BYTES = 1 << 20
# Bytes of headers and extensions that a gzipped file may hold besides its image.
EXTRA_BYTES = 1 << 26
FITS_DTYPES = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
# What astropy raises on headers and tables with damaged bytes.
DAMAGE = (
    *(OSError, EOFError, zlib.error, MemoryError),
    *(ArithmeticError, AssertionError, AttributeError),
    *(LookupError, TypeError, ValueError),
)


def read_fits_pixels(path: Path) -> tuple[np.ndarray, dict[str, Any], list[str]]:
    """Reads the first image of two dimensions of a FITS file.

    Args:
        path: The file; plain, gzipped or tile-compressed.

    Returns:
        Pixels of shape `(height, width)` or `(height, width, 3)`, the header, and
        warnings.

    Raises:
        FrameError: If there is no such image, or it cannot be read.
    """
    raw, header, notes = _stored(path)
    pixels = scaled(path, raw, header)
    # The next step may copy the pixels, and memory is for two arrays of them at most.
    del raw
    return colour_last(pixels), header, notes


def _stored(path: Path) -> tuple[np.ndarray, dict[str, Any], list[str]]:
    """The numbers as they are stored; of the file nothing stays in memory."""
    from astropy.io import fits

    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            # Odd cards do no harm, and truncated files are found by their length.
            warnings.simplefilter("ignore")
            source, length = _plain_bytes(path, stream)
            _check_header_ends(path, source)
            with fits.open(
                source, memmap=False, do_not_scale_image_data=True, lazy_load_hdus=True
            ) as hdus:
                hdu = _first_image(path, hdus)
                header = header_dict(hdu.header, hdus[0].header)
                _check_length(path, hdu, length)
                if isinstance(hdu, fits.CompImageHDU):
                    raw = _compressed_plane(hdu)
                else:
                    raw = _raw_plane(path, source, hdu)
                note = layout_note(hdu.shape)
    except FrameError:
        raise
    except (*DAMAGE, fits.VerifyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise FrameError(path, f"damaged or truncated FITS file ({reason})") from error
    return raw, header, [] if note is None else [f"{path.name}: {note}"]


def _plain_bytes(path: Path, stream: BinaryIO) -> tuple[BinaryIO, int]:
    """The FITS file itself, unpacked where it is gzipped, and its length."""
    magic = stream.read(2)
    stream.seek(0)
    if magic != GZIP_MAGIC:
        return stream, path.stat().st_size
    unpacked = io.BytesIO()
    unzip = zlib.decompressobj(wbits=31)
    limit = MAX_FRAME_BYTES + EXTRA_BYTES
    while chunk := stream.read(CHUNK_BYTES):
        while chunk:
            unpacked.write(unzip.decompress(chunk, limit + 1 - unpacked.tell()))
            if unpacked.tell() > limit:
                raise FrameError(path, f"unpacks to more than {limit >> 20} MB")
            chunk = unzip.unconsumed_tail
            if unzip.eof:
                chunk = unzip.unused_data
                unzip = zlib.decompressobj(wbits=31)
                if not chunk.startswith(GZIP_MAGIC):
                    break
    length = unpacked.tell()
    unpacked.seek(0)
    return unpacked, length


def _check_header_ends(path: Path, stream: BinaryIO) -> None:
    """Refuses a file whose header does not end, before all of it is read as one."""
    place = 0
    while place < MAX_HEADER_BYTES and (block := stream.read(BLOCK_BYTES)):
        if place == 0 and not block.startswith(FITS_MAGIC):
            raise FrameError(path, "no FITS file, by its first bytes once unpacked")
        place += len(block)
        cards = range(0, len(block), CARD_BYTES)
        if any(block.startswith(END_CARD, card) for card in cards):
            stream.seek(0)
            return
    raise FrameError(path, f"its header has no END card within {place} bytes")


def _first_image(path: Path, hdus: Any) -> Any:
    """The first HDU with an image of two dimensions, none of them empty."""
    from astropy.io import fits

    for hdu in hdus:
        if isinstance(hdu, fits.GroupsHDU) or not getattr(hdu, "is_image", False):
            continue
        if len(hdu.shape) >= 2 and min(hdu.shape) > 0:
            return hdu
    raise FrameError(path, "holds no image of two dimensions")


def _check_length(path: Path, hdu: Any, length: int) -> None:
    """Refuses what the file cannot hold, before memory is taken for it."""
    from astropy.io import fits

    size = np.dtype(_dtype(path, hdu.header)).itemsize
    place = hdu.fileinfo()
    if isinstance(hdu, fits.CompImageHDU):
        tiles = math.prod(
            -(-n // tile) for n, tile in zip(hdu.shape, hdu.tile_shape, strict=True)
        )
        # Data are padded to whole blocks, and some writers forget the padding.
        needed = place["datLoc"] + place["datSpan"] - BLOCK_BYTES + 1
        rows = len(hdu.compressed_data) if length >= needed else 0
        if rows < tiles:
            raise FrameError(
                path, f"its header promises {tiles} tiles, and the file holds {rows}"
            )
    else:
        promised = math.prod(hdu.shape) * size
        held = max(length - place["datLoc"], 0)
        if held < promised:
            raise FrameError(
                path,
                f"its header promises {promised} bytes of pixels, and the file holds "
                f"{held}",
            )
    check_size(path, chosen_shape(hdu.shape), size)


def _dtype(path: Path, header: Mapping[str, Any]) -> str:
    bits = header.get("BITPIX")
    if bits not in FITS_DTYPES:
        raise FrameError(path, f"BITPIX must be 8, 16, 32, 64, -32 or -64, not {bits}")
    return FITS_DTYPES[bits]


def _raw_plane(path: Path, stream: BinaryIO, hdu: Any) -> np.ndarray:
    """Reads the stored numbers of an uncompressed image in native byte order."""
    dtype = np.dtype(_dtype(path, hdu.header))
    shape = chosen_shape(hdu.shape)
    pixels = np.empty(math.prod(shape), dtype.newbyteorder("="))
    buffer = np.empty(CHUNK_BYTES // dtype.itemsize, dtype)
    stream.seek(hdu.fileinfo()["datLoc"])
    # By pieces that stay in the processor's cache, so that the bytes are turned round
    # on their way and memory is taken once.
    for start in range(0, pixels.size, buffer.size):
        piece = buffer[: pixels.size - start]
        if _fill(stream, piece.view(np.uint8).data) < piece.nbytes:
            raise FrameError(path, "the file ends before its pixels do")
        pixels[start : start + piece.size] = piece
    return pixels.reshape(shape)


def _compressed_plane(hdu: Any) -> np.ndarray:
    """Unpacks the tiles of the chosen plane only."""
    index = (0,) * (len(hdu.shape) - len(chosen_shape(hdu.shape)))
    try:
        raw = np.asarray(hdu.section[index] if index else hdu.section[...])
    except Exception as error:
        # The class of the tile decoder's errors is not public.
        raise ValueError(str(error)) from error
    return np.array(raw, dtype=raw.dtype.newbyteorder("="))


def _fill(stream: BinaryIO, view: memoryview) -> int:
    """Reads until `view` is full or the file ends; returns the bytes read."""
    filled = 0
    while filled < len(view):
        read = stream.readinto(view[filled:])  # type: ignore[attr-defined]
        if not read:
            break
        filled += read
    return filled
