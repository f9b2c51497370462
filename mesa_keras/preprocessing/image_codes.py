"""Frames of any kind of number as 16-bit codes, on which exact counting is fast."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.image_area import area_resize, bin_mosaic
from mesa_keras.preprocessing.image_noise import (
    frame_noise,
    frame_tiles,
    mosaic_contrast,
    tile_noise,
)

NUM_CODES = 1 << 16
# Of float frames: how finely the noise is divided where the range is too wide for all.
STEPS_PER_NOISE = 8.0
# Codes kept below the median of such a frame; the rest is for what lies above.
CODES_BELOW = 20_000
# Areas of this many pixels a side are cut as well from pairs of pixels.
LARGE_AREA = 8
# Numbers beyond this are no measurement.
LARGEST = 1e30
# Pixels that are enough to know the noise of a float frame.
SAMPLE = 1 << 17
# The median of |x - y| of two normal values of unit deviation.
NORMAL_DIFFERENCE = 0.6744897501960817 * np.sqrt(2.0)


@dataclass(frozen=True)
class PlaneCodes:
    """A plane as small integers: `value = zero + step * code`.

    Attributes:
        codes: `uint8` or `uint16`, shape `(height, width)`. Missing pixels hold the
            median.
        zero: Value of code 0.
        step: Value of one code.
        missing: Fraction of pixels that were not finite.
        exact: Whether codes are the file's own integers, but for a shift.
        limit: Largest value that the kind of number can hold; NaN for floats.
    """

    codes: np.ndarray
    zero: float
    step: float
    missing: float
    exact: bool
    limit: float = float("nan")

    @cached_property
    def tiles(self) -> np.ndarray:
        """As from `frame_tiles`."""
        return frame_tiles(self.codes)

    @cached_property
    def tile_noise(self) -> np.ndarray:
        """Noise of the tiles along both axes, in codes."""
        return tile_noise(self.tiles)

    @cached_property
    def noise(self) -> float:
        """Noise of a single pixel in codes."""
        return frame_noise(self.tile_noise)

    @cached_property
    def binned(self) -> np.ndarray:
        """Sums of cells of 2 x 2 codes; the codes of a plane one pixel wide."""
        return bin_mosaic(self.codes)

    def area(self, height: int, width: int, mosaic: bool = False) -> np.ndarray:
        """Means of the codes over `height` x `width` equal areas, float32.

        Args:
            height: New height.
            width: New width.
            mosaic: Whether the colours of a mosaic must weigh the same in each area.
        """
        sizes = zip(self.codes.shape, (height, width), strict=True)
        large = all(length >= LARGE_AREA * count for length, count in sizes)
        if min(self.codes.shape) > 1 and (large or mosaic):
            return area_resize(self.binned, height, width) / np.float32(4.0)
        return area_resize(self.codes, height, width)

    @cached_property
    def mosaic(self) -> float:
        """Contrast of a Bayer mosaic in codes."""
        return mosaic_contrast(self.tiles)


def plane_codes(plane: ArrayLike | PlaneCodes) -> PlaneCodes:
    """Turns a plane into codes; 8- and 16-bit integers keep every value.

    Args:
        plane: Integers or floats of shape `(height, width)`, not empty; floats may be
            NaN or infinite. Codes are returned as they are, so that what is measured
            on them once serves statistics and image.

    Raises:
        ValueError: If it is not a plane of numbers, or empty.
    """
    if isinstance(plane, PlaneCodes):
        return plane
    plane = np.asarray(plane)
    if plane.ndim != 2 or plane.size == 0 or plane.dtype.kind not in "buif":
        raise ValueError(
            "`plane` must be a non-empty array of numbers of shape (height, width). "
            f"Received: shape {plane.shape}, {plane.dtype}"
        )
    if plane.dtype.kind == "b":
        plane = plane.astype(np.uint8)
    if plane.dtype.kind == "f":
        return _float_codes(plane)
    limit = float(np.iinfo(plane.dtype).max)
    if plane.dtype == np.int8:
        # Differences of these would not fit into their own kind of number.
        plane = plane.astype(np.int16)
    if plane.dtype in (np.uint8, np.uint16):
        return PlaneCodes(plane, 0.0, 1.0, 0.0, True, limit)
    if plane.dtype == np.int16:
        codes = plane.view(np.uint16) ^ np.uint16(1 << 15)
        return PlaneCodes(codes, -float(1 << 15), 1.0, 0.0, True, limit)
    low, high = int(plane.min()), int(plane.max())
    if high - low < NUM_CODES:
        codes = np.empty(plane.shape, np.uint16)
        for rows in _row_blocks(plane):
            codes[rows] = plane[rows] - plane.dtype.type(low)
        return PlaneCodes(codes, float(low), 1.0, 0.0, True, limit)
    return _float_codes(plane)


def _row_blocks(plane: np.ndarray) -> list[slice]:
    """Rows that stay in the processor's cache: no second plane is held in memory."""
    rows = max(1, SAMPLE // plane.shape[1])
    return [slice(start, start + rows) for start in range(0, plane.shape[0], rows)]


def _known(block: np.ndarray) -> tuple[np.ndarray, int]:
    """Floats of a block, NaN for what is no measurement, and how many are one."""
    if block.dtype.kind in "iu":
        return block.astype(np.float64), block.size
    if block.dtype == np.float16:
        block = block.astype(np.float32)
    # Sums would overflow with fill values.
    finite = np.abs(block) < LARGEST
    count = int(np.count_nonzero(finite))
    return block if count == block.size else np.where(finite, block, np.nan), count


def _float_codes(plane: np.ndarray) -> PlaneCodes:
    blocks = _row_blocks(plane)
    count, low, high = 0, np.inf, -np.inf
    for rows in blocks:
        known, finite = _known(plane[rows])
        if finite:
            count += finite
            low = min(low, float(np.fmin.reduce(known, axis=None)))
            high = max(high, float(np.fmax.reduce(known, axis=None)))
    if count == 0:
        codes = np.zeros(plane.shape, np.uint16)
        return PlaneCodes(codes, 0.0, 1.0, 1.0, False)
    median, noise = _sampled_noise(plane)
    step = (high - low) / (NUM_CODES - 1)
    if 0.0 < noise < step * STEPS_PER_NOISE:
        step = noise / STEPS_PER_NOISE
        low = max(low, median - CODES_BELOW * step)
    if not step > 0.0:
        step = 1.0
    codes = np.empty(plane.shape, np.uint16)
    fill = np.clip(np.rint((median - low) / step), 0, NUM_CODES - 1)
    for rows in blocks:
        complete = count == plane.size
        known = plane[rows] if complete else _known(plane[rows])[0]
        part = np.rint((known.astype(np.float64) - low) / step)
        if not complete:
            part[np.isnan(part)] = fill
        codes[rows] = np.clip(part, 0, NUM_CODES - 1)
    return PlaneCodes(codes, low, step, 1.0 - count / plane.size, False)


def _sampled_noise(plane: np.ndarray) -> tuple[float, float]:
    """Median of a plane, and its noise from neighbours of one Bayer colour."""
    rows = max(1, SAMPLE // plane.shape[1])
    sample, _ = _known(plane[:: max(1, plane.shape[0] // rows)])
    values = sample[np.isfinite(sample)]
    if not values.size:
        known = (_known(plane[block]) for block in _row_blocks(plane))
        values = next(found[~np.isnan(found)] for found, count in known if count)
    median = float(np.median(values))
    differences = np.abs(sample[:, 2:] - sample[:, :-2])
    differences = differences[np.isfinite(differences)]
    if not differences.size:
        return median, 0.0
    return median, float(np.median(differences) / NORMAL_DIFFERENCE)
