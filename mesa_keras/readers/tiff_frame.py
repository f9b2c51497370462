"""TIFF files to pixels: the first full-size page."""

import logging
import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.frame_error import FrameError
from mesa_keras.readers.frame_layout import COLOURS, check_size
from mesa_keras.readers.tiff_frame_header import tiff_header

MIN_IS_WHITE = 0
PALETTE = 3
UNCOMPRESSED = 1
# What tifffile raises on damaged tags and strips.
DAMAGE = (
    *(OSError, EOFError, MemoryError, RuntimeError),
    *(struct.error, zlib.error, lzma.LZMAError),
    *(ArithmeticError, AssertionError, AttributeError),
    *(LookupError, TypeError, ValueError),
)


def read_tiff_pixels(path: Path) -> tuple[np.ndarray, dict[str, Any], list[str]]:
    """Reads the first full-size page of a TIFF or BigTIFF file.

    Args:
        path: The file. Integers of 1 to 64 bits, floats of 16 to 64; in strips or
            tiles; colours beside each other or in planes; inverted greys turned back.

    Returns:
        Pixels of shape `(height, width)` or `(height, width, 3)`, the header, and
        warnings.

    Raises:
        FrameError: If there is no image, it cannot be read, or its compression needs a
            package that is not installed.
    """
    import tifffile

    try:
        with _quiet_log() as notes, tifffile.TiffFile(path) as file:
            page = _full_page(path, file, notes)
            _check_length(path, page, notes)
            header = tiff_header(page)
            pixels = _one_frame(path, page)
    except FrameError:
        raise
    except (*DAMAGE, tifffile.TiffFileError) as error:
        text = (str(error).splitlines() or [type(error).__name__])[0]
        if "imagecodecs" in text:
            # The file is sound: it is read once the package is there.
            reason = f"its compression needs the package imagecodecs ({text})"
            raise FrameError(path, reason) from ImportError(text)
        reason = f"damaged or truncated TIFF file ({text})"
        raise FrameError(path, reason) from error
    return pixels, header, [f"{path.name}: {note}" for note in notes]


@contextmanager
def _quiet_log() -> Iterator[list[str]]:
    """Collects what tifffile logs about odd tags: it belongs to the frame."""
    notes: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: notes.append(  # type: ignore[method-assign]
        " ".join(record.getMessage().split())
    )
    logger = logging.getLogger("tifffile")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield notes
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _full_page(path: Path, file: Any, notes: list[str]) -> Any:
    """The first page that is no thumbnail."""
    count = len(file.pages)
    for index in range(count):
        page = file.pages.get(index, aspage=True)
        if not page.is_reduced and page.imagelength > 0 and page.imagewidth > 0:
            if count - index > 1:
                notes.append(f"the first of {count - index} pages was taken")
            return page
    raise FrameError(path, "holds no full-size image")


def _check_length(path: Path, page: Any, notes: list[str]) -> None:
    """Refuses what the file cannot hold, before memory is taken for it."""
    if page.dtype is None:
        raise FrameError(
            path,
            f"no number format of {page.bitspersample} bits and sample format "
            f"{int(page.sampleformat)} is known",
        )
    check_size(path, page.shape, page.dtype.itemsize)
    length = path.stat().st_size
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    end = max((offset + count for offset, count in segments), default=0)
    held = sum(count for _, count in segments)
    promised = page.size * page.bitspersample // 8
    if end > length or (page.compression == UNCOMPRESSED and held < promised):
        raise FrameError(
            path,
            f"its tags promise {max(promised, held)} bytes of pixels up to byte "
            f"{max(end, promised)}, and the file holds {length}",
        )
    if not held:
        raise FrameError(path, "its tags name no pixels")
    if any(count == 0 for _, count in segments):
        notes.append("some strips or tiles are missing and were read as zeros")


def _one_frame(path: Path, page: Any) -> np.ndarray:
    """Decodes a page to `(height, width)` or `(height, width, 3)`."""
    pixels = np.asarray(page.asarray(maxworkers=1))
    if pixels.dtype.kind not in "buif":
        raise FrameError(path, f"its pixels are no plain numbers but {pixels.dtype}")
    axes = page.axes
    pixels = pixels.transpose([axes.index(a) for a in sorted(axes, key="ZYXS".index)])
    if "Z" in axes:
        pixels = pixels[0]
    if pixels.ndim == 3:
        pixels = pixels[..., :COLOURS] if pixels.shape[2] >= COLOURS else pixels[..., 0]
    if page.photometric == PALETTE and page.colormap is not None and pixels.ndim == 2:
        pixels = np.moveaxis(page.colormap[:, pixels], 0, -1)
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8)
    if pixels.dtype == np.float16:
        pixels = pixels.astype(np.float32)
    if page.photometric == MIN_IS_WHITE:
        pixels = _inverted(pixels, page.bitspersample)
    return np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("="))


def _inverted(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Turns values whose zero is white into values whose zero is black."""
    if pixels.dtype.kind == "f":
        finite = np.isfinite(pixels)
        if not finite.any():
            return pixels
        low = pixels.min(where=finite, initial=np.inf)
        high = pixels.max(where=finite, initial=-np.inf)
        return np.asarray(high + low - pixels)
    if pixels.dtype.kind == "i":
        # -1 - x, which in two's complement is the mirror of the range.
        return ~pixels
    return np.asarray(pixels.dtype.type((1 << bits) - 1) - pixels)
