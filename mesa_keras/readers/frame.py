"""Camera and spectrograph frames: FITS and TIFF files to pixels and a header."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.frame_error import FrameError
from mesa_keras.readers.frame_header import bayer_pattern, bit_depth

__all__ = [
    "FRAME_EXTENSIONS",
    "Frame",
    "FrameError",
    "find_frames",
    "is_frame_name",
    "read_frame",
]

FITS_EXTENSIONS = (".fits", ".fit", ".fts", ".fz")
TIFF_EXTENSIONS = (".tif", ".tiff")
FRAME_EXTENSIONS = (*FITS_EXTENSIONS, *TIFF_EXTENSIONS, ".gz")

FITS_MAGIC = b"SIMPLE  ="
GZIP_MAGIC = b"\x1f\x8b"
TIFF_MAGICS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


@dataclass(frozen=True)
class Frame:
    """One exposure as the camera's program wrote it.

    Attributes:
        path: The file.
        pixels: Native byte order, the file's own kind of number, shape
            `(height, width)`, or `(height, width, 3)` for colour.
        header: Upper-case keywords to values: the image's own header, completed with
            the primary header of a FITS file, or the tags of a TIFF file that say
            something about the exposure. A value that breaks the format's rules is kept
            as the text that stands in the file.
        bayer: Colours of the mosaic's first two rows, such as "RGGB", or None.
        bits: Bits per value: the camera's where the header tells, the file's otherwise;
            None for floats.
        warnings: What a user should know about the file.
    """

    path: Path
    pixels: np.ndarray
    header: Mapping[str, Any]
    bayer: str | None = None
    bits: int | None = None
    warnings: tuple[str, ...] = ()

    def plane(self) -> np.ndarray:
        """One value per pixel, shape `(height, width)`: colours are averaged.

        A Bayer mosaic stays a mosaic. The kind of number stays too, so that integer
        frames keep their fast path.
        """
        if self.pixels.ndim == 2:
            return self.pixels
        if self.pixels.dtype.kind == "f":
            return np.asarray(self.pixels.mean(axis=2, dtype=self.pixels.dtype))
        wide = np.int32 if self.pixels.dtype.itemsize <= 2 else np.int64
        plane = np.empty(self.pixels.shape[:2], self.pixels.dtype)
        # Row by row: sums of the whole frame would take as much memory again.
        for row, colours in zip(plane, self.pixels, strict=True):
            row[:] = colours.sum(axis=1, dtype=wide) // colours.shape[1]
        return plane


def read_frame(path: str | os.PathLike[str]) -> Frame:
    """Reads a frame from a FITS or TIFF file, recognised by its first bytes.

    Args:
        path: A FITS file (plain, gzipped or tile-compressed; the first image of two
            dimensions in it is taken) or a TIFF file (its first full-size page).

    Returns:
        The frame. Of a cube, the first plane is taken, with a warning: a mean would
        hide the noise by which frames are told apart.

    Raises:
        FileNotFoundError: If there is no such file.
        FrameError: If the file cannot be opened, holds no image, is damaged or shorter
            than its header promises, is too large, or holds no finite number.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    if not path.is_file():
        raise FrameError(path, "not a regular file")
    try:
        with path.open("rb") as stream:
            start = stream.read(len(FITS_MAGIC))
    except OSError as error:
        raise FrameError(path, f"cannot be opened ({error.strerror})") from error
    pixels, header, warnings = _decoder(path, start)(path)
    # Row by row: an ordinary frame is done with its first one.
    if pixels.dtype.kind == "f" and not any(np.isfinite(row).any() for row in pixels):
        raise FrameError(path, "none of its pixels is a finite number")
    warnings += [f"{path.name}: {note}" for note in _odd_pixels(pixels)]
    if min(pixels.shape[:2]) < 8:
        size = f"{pixels.shape[1]} x {pixels.shape[0]}"
        warnings.append(f"{path.name}: only {size} pixels, hardly a camera frame")
    bayer = bayer_pattern(header) if pixels.ndim == 2 else None
    bits = bit_depth(header, pixels.dtype)
    return Frame(path, pixels, header, bayer, bits, tuple(warnings))


def _odd_pixels(pixels: np.ndarray) -> list[str]:
    """Says of pixels that tell nothing, whatever is decided of them."""
    first = pixels[0, 0]
    # Row by row here, too.
    if all((row == first).all() for row in pixels):
        return ["all of its pixels are equal"]
    if pixels.dtype.kind == "f":
        finite = sum(int(np.isfinite(row).sum()) for row in pixels)
        if finite < pixels.size / 2:
            return [f"{1 - finite / pixels.size:.0%} of its pixels are no numbers"]
    return []


Decoder = Callable[[Path], tuple[np.ndarray, dict[str, Any], list[str]]]


def _decoder(path: Path, start: bytes) -> Decoder:
    """The reader for a file that starts with these bytes."""
    if not start:
        raise FrameError(path, "the file is empty")
    if start.startswith(TIFF_MAGICS):
        from mesa_keras.readers.tiff_frame import read_tiff_pixels

        return read_tiff_pixels
    if start == FITS_MAGIC or start.startswith(GZIP_MAGIC):
        from mesa_keras.readers.fits_frame import read_fits_pixels

        return read_fits_pixels
    raise FrameError(path, "neither a FITS nor a TIFF file, by its first bytes")


def is_frame_name(path: str | os.PathLike[str]) -> bool:
    """Whether a file of this name may hold a frame, in upper or lower case.

    Hidden files are none (some systems leave `._name.fits` beside each file), and a
    `.gz` is one only where no other kind of file is named before it.
    """
    name = Path(path).name.lower()
    if name.startswith("."):
        return False
    extension = Path(name).suffix
    if extension == ".gz":
        inner = Path(name).with_suffix("").suffix
        return not inner or inner in FITS_EXTENSIONS or not inner[1:].isalpha()
    return extension in FRAME_EXTENSIONS


def find_frames(
    root: str | os.PathLike[str],
    on_error: Callable[[OSError], None] | None = None,
) -> list[Path]:
    """Lists the frames in a folder and its subfolders.

    Symbolic links are followed, and each folder is listed once, so that a loop of links
    ends.

    Args:
        root: The folder.
        on_error: Called with the error for each folder that cannot be listed; without
            it the error is raised.

    Returns:
        The files with a frame's name, sorted by path.

    Raises:
        FileNotFoundError: If there is no such folder.
        NotADirectoryError: If it is a file.
    """
    root = Path(root)
    if not root.exists():
        raise FileNotFoundError(f"{root}: no such folder.")
    if not root.is_dir():
        raise NotADirectoryError(f"{root}: not a folder.")
    return sorted(_walk(root, on_error))


def _walk(root: Path, on_error: Callable[[OSError], None] | None) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        if on_error is None:
            raise error
        on_error(error)

    seen: set[tuple[int, int]] = set()
    for folder, subfolders, names in os.walk(root, onerror=failed, followlinks=True):
        try:
            status = Path(folder).stat()
        except OSError as error:
            # Gone since it was listed.
            failed(error)
            continue
        key = (status.st_dev, status.st_ino)
        if key in seen:
            subfolders.clear()
            continue
        seen.add(key)
        subfolders.sort()
        yield from (Path(folder, name) for name in names if is_frame_name(name))
