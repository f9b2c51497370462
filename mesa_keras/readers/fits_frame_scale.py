"""What the stored numbers of a FITS image mean."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.frame_layout import check_size
from mesa_keras.readers.frame_value import number

# Kind of the stored numbers and offset that stand for the other kind of sign.
TURNED = {
    8: ("u", -(2.0**7)),
    16: ("i", 2.0**15),
    32: ("i", 2.0**31),
    64: ("i", 2.0**63),
}


def scaled(path: Path, raw: np.ndarray, header: Mapping[str, Any]) -> np.ndarray:
    """Applies BSCALE, BZERO and BLANK; unsigned integers stay integers.

    Args:
        path: The file.
        raw: Numbers as they are stored, in native byte order; they may be changed.
        header: Header of the image.

    Raises:
        FrameError: If floats of so many pixels would take too much memory.
    """
    scale, zero = (
        default if math.isnan(value := number(header.get(name))) else value
        for name, default in (("BSCALE", 1.0), ("BZERO", 0.0))
    )
    integer = raw.dtype.kind in "iu"
    blank = number(header.get("BLANK")) if integer else math.nan
    empty = raw == blank if not math.isnan(blank) else np.False_
    if integer and scale == 1 and not empty.any():
        bits = 8 * raw.dtype.itemsize
        if zero == 0:
            return raw
        if (raw.dtype.kind, zero) == TURNED.get(bits):
            unsigned = raw.view(f"u{raw.dtype.itemsize}")
            # Adding the offset turns the sign bit, in place.
            unsigned ^= unsigned.dtype.type(1 << (bits - 1))
            return unsigned if bits > 8 else unsigned.view(np.int8)
    if scale == 1 and zero == 0 and not empty.any():
        return raw
    wide = np.dtype(np.float32 if raw.dtype.itemsize <= 2 else np.float64)
    if integer:
        check_size(path, raw.shape, wide.itemsize, "once scaled to floats ")
    pixels = raw.astype(wide) if integer else raw
    np.multiply(pixels, scale, out=pixels)
    np.add(pixels, zero, out=pixels)
    if empty.any():
        pixels[empty] = np.nan
    return pixels
