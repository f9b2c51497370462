"""Which axes of an array are rows, columns and colours, and how large it may be."""

import math
from pathlib import Path

import numpy as np

from mesa_keras.readers.frame_error import FrameError

# Above the largest sensors sold (151 million pixels of 16 bits: 302 MB), and low enough
# that reading and measuring takes less than 1 GB: two such arrays and a little.
MAX_FRAME_BYTES = 384 << 20
COLOURS = 3
# A fourth colour is transparency.
COLOURS_LAST = (3, 4)


def check_size(
    path: Path, shape: tuple[int, ...], itemsize: int, when: str = ""
) -> None:
    """Refuses images that would take too much memory.

    Args:
        path: The file.
        shape: Of the pixels.
        itemsize: Bytes of a pixel.
        when: At which stage they take as much, with a blank in the end.

    Raises:
        FrameError: If the pixels take more than `MAX_FRAME_BYTES`.
    """
    size = math.prod(shape) * itemsize
    if size > MAX_FRAME_BYTES:
        text = " x ".join(str(n) for n in shape)
        raise FrameError(
            path,
            f"its image of {text} pixels takes {when}{size >> 20} MB, more than the "
            f"{MAX_FRAME_BYTES >> 20} MB allowed",
        )


def chosen_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The trailing axes that make one frame: a plane, or a plane and its colours.

    Args:
        shape: Of an array of two or more axes, as NumPy orders them.

    Returns:
        `(height, width)`, `(3, height, width)` or `(height, width, 1, 3 or 4)`.
    """
    if len(shape) > 2:
        if shape[-1] == 1 and shape[-2] > 1:
            return tuple(shape[-3:])
        if shape[-1] in COLOURS_LAST and min(shape[-3:-1]) > max(COLOURS_LAST):
            return tuple(shape[-3:])
        if shape[-3] == COLOURS:
            return tuple(shape[-3:])
    return tuple(shape[-2:])


def layout_note(shape: tuple[int, ...]) -> str | None:
    """Says which part of a cube is left out, or None."""
    chosen = chosen_shape(shape)
    planes = math.prod(shape[: len(shape) - len(chosen)])
    return f"the first of {planes} planes was taken" if planes > 1 else None


def colour_last(pixels: np.ndarray) -> np.ndarray:
    """Brings a chosen shape to `(height, width)` or `(height, width, 3)`."""
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[-1] == 1 and pixels.shape[-2] > 1:
        return np.ascontiguousarray(pixels[..., 0])
    if pixels.shape[-1] in COLOURS_LAST and min(pixels.shape[:2]) > max(COLOURS_LAST):
        return np.ascontiguousarray(pixels[..., :COLOURS])
    return np.ascontiguousarray(np.moveaxis(pixels, 0, -1))
