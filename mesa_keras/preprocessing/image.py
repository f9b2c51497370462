"""Frames to small images of fixed size, with stretches that show what matters.

Cameras differ in gain, offset, bit depth and noise by factors of thousands, so images
carry no absolute levels: the first channel spans the frame's own range, the others
count in units of its pixels' noise.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.image_area import cell_extremes
from mesa_keras.preprocessing.image_codes import PlaneCodes, plane_codes
from mesa_keras.preprocessing.image_quantiles import quantiles

LOW_QUANTILE = 0.005
HIGH_QUANTILE = 0.997
# Steepness of the global stretch near black.
SOFTENING = 10.0
# Multiples of the noise at which the other channels reach white.
LEVEL_RANGE = 3000.0
PEAK_RANGE = 3000.0
# Mosaic colours further apart than this, in units of the noise, show as a pattern.
MOSAIC_CONTRAST = 0.5
# How far off the surroundings of an area are, in areas.
AROUND = 2
CHANNELS = (1, 2, 3)
# Means of colours of 8 bits are counted in 16, as those of 16 bits are.
_MEAN = {"u1": np.dtype("u2"), "i1": np.dtype("i2"), "b1": np.dtype("u2")}


def stretch(plane: ArrayLike) -> np.ndarray:
    """Spans a plane's own range: robust percentiles, then asinh.

    The darkest and brightest pixels are clipped, so that one hot pixel does not flatten
    a frame, and faint structure is lifted.

    Args:
        plane: Numbers of any shape; NaN is taken as the median.

    Returns:
        Float32 of the same shape in [0, 1]; 0.5 all over where there is no contrast.
    """
    values = np.array(plane, dtype=np.float32)
    finite = np.isfinite(values)
    if not finite.any():
        return np.full(values.shape, 0.5, np.float32)
    if not finite.all():
        values[~finite] = np.median(values[finite])
    low, high = quantiles(values, LOW_QUANTILE, HIGH_QUANTILE)
    if not high > low:
        low, high = float(values.min()), float(values.max())
    if not high > low:
        return np.full(values.shape, 0.5, np.float32)
    # Divided before the difference is taken, which might overflow.
    values = values / (high / 2 - low / 2) - low / (high / 2 - low / 2)
    values = np.clip(values / 2, 0.0, 1.0)
    return np.asarray(
        np.arcsinh(SOFTENING * values) / float(np.arcsinh(SOFTENING)), np.float32
    )


def frame_image(
    frame: ArrayLike | PlaneCodes,
    height: int,
    width: int,
    channels: int,
    bayer: str | None = None,
    dtype: Literal["uint8", "float16"] = "uint8",
) -> np.ndarray:
    """Makes the model's image of a frame.

    The frame is resized by area and stretched to fill `height` x `width`. Channels:

    1. `stretch` of the whole frame: what a person would look at.
    2. Level over noise: how far each area is above or below the median, in units of the
       noise of a single pixel. Bias and dark frames are even here, flats are not.
    3. Peak over noise: how far the brightest pixel of each area is above its
       surroundings, in the same units. Stars, lines and hot pixels that averaging
       would hide stay visible.

    Args:
        frame: Numbers of shape `(height, width)`, or `(height, width, 3)`, whose
            colours are averaged; or the `plane_codes` of a plane.
        height: Height of the image.
        width: Width of the image.
        channels: 1, 2 or 3 of the above.
        bayer: Pattern of the mosaic as in `Frame.bayer`. Mosaics, those that the pixels
            show too, are binned to one value a cell first.
        dtype: "uint8", 0 to 255, or "float16", 0 to 1.

    Returns:
        Array of shape `(height, width, channels)`.

    Raises:
        ValueError: If an argument is out of range.
    """
    if channels not in CHANNELS or dtype not in ("uint8", "float16"):
        raise ValueError(
            "`channels` must be 1, 2 or 3 and `dtype` 'uint8' or 'float16'. "
            f"Received: channels={channels}, dtype={dtype!r}"
        )
    data = plane_codes(_plane(frame))
    codes, noise = data.codes, data.noise
    mosaic = bayer is not None or data.mosaic > MOSAIC_CONTRAST * noise
    small = data.area(height, width, mosaic)
    image = np.empty((height, width, channels), np.float32)
    image[..., 0] = stretch(small)
    if channels > 1:
        level = (small - np.float32(quantiles(small, 0.5)[0])) / np.float32(noise)
        image[..., 1] = 0.5 + 0.5 * _compressed(level, LEVEL_RANGE)
    if channels > 2:
        (highest,) = cell_extremes(codes, height, width, np.maximum)
        above = (highest - _surroundings(small)) / np.float32(noise)
        image[..., 2] = _compressed(np.maximum(above, 0.0), PEAK_RANGE)
    if dtype == "uint8":
        return np.asarray(np.rint(image * 255.0), dtype=np.uint8)
    return np.asarray(image.astype(np.float16))


def _plane(frame: ArrayLike | PlaneCodes) -> ArrayLike | PlaneCodes:
    if isinstance(frame, PlaneCodes):
        return frame
    frame = np.asarray(frame)
    if frame.ndim != 3:
        return frame
    if frame.dtype.kind == "f":
        return np.asarray(frame.mean(axis=2))
    # Row by row, and in the kind of number of the colours, into which their mean fits:
    # sums of the whole frame would take more memory than the frame.
    plane = np.empty(frame.shape[:2], _MEAN.get(frame.dtype.str[1:], frame.dtype))
    for row, colours in zip(plane, frame, strict=True):
        row[:] = colours.sum(axis=1, dtype=np.int64) // colours.shape[1]
    if plane.dtype.itemsize > 2:
        return plane
    # Counted from the lowest value; numbers below 0 go round.
    codes = plane.view(np.uint16)
    codes -= np.uint16(int(plane.min()) % (1 << 16))
    return codes


def _compressed(values: np.ndarray, limit: float) -> np.ndarray:
    """Maps +-limit to +-1, linear near zero, logarithmic beyond."""
    return np.asarray(np.clip(np.arcsinh(values) / float(np.arcsinh(limit)), -1.0, 1.0))


def _surroundings(small: np.ndarray) -> np.ndarray:
    """The level around each area, across it or along it, whichever is lower.

    So a line of a spectrum stands out from what is beside it, and a star from both.
    """
    padded = np.pad(small, AROUND, mode="edge")
    height, width = small.shape
    reach = 2 * AROUND
    beside = padded[AROUND : AROUND + height, :width] + padded[AROUND:-AROUND, reach:]
    above = padded[:height, AROUND : AROUND + width] + padded[reach:, AROUND:-AROUND]
    return np.asarray(np.minimum(beside, above) / 2.0)
