"""Statistics by which frames are told apart from their pixels alone.

One pass over the frame's integers gives an exact histogram, means and extremes of a
grid of cells, and profiles; everything else works on those and on a few tiles. Lengths
and levels are compared with the noise of the frame's own pixels, so that gain, offset,
bit depth and shifted bits of a camera matter little; statistics of the two axes come
sorted by strength, so that a frame and its transpose give the same.
"""

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.frame_statistics_levels import (
    MEANINGS as LEVEL_MEANINGS,
)
from mesa_keras.preprocessing.frame_statistics_levels import (
    histogram,
    level_statistics,
)
from mesa_keras.preprocessing.frame_statistics_noise import (
    MEANINGS as NOISE_MEANINGS,
)
from mesa_keras.preprocessing.frame_statistics_noise import noise_statistics
from mesa_keras.preprocessing.frame_statistics_peaks import (
    MEANINGS as PEAK_MEANINGS,
)
from mesa_keras.preprocessing.frame_statistics_peaks import peak_statistics
from mesa_keras.preprocessing.frame_statistics_profiles import (
    MEANINGS as PROFILE_MEANINGS,
)
from mesa_keras.preprocessing.frame_statistics_profiles import profile_statistics
from mesa_keras.preprocessing.frame_statistics_structure import (
    MEANINGS as STRUCTURE_MEANINGS,
)
from mesa_keras.preprocessing.frame_statistics_structure import structure_statistics
from mesa_keras.preprocessing.image_area import area_resize, cell_extremes
from mesa_keras.preprocessing.image_codes import PlaneCodes, plane_codes
from mesa_keras.preprocessing.image_noise import (
    frame_noise,
    mosaic_contrast,
    tile_noise,
    tiles,
)

# Side of the grid of cells.
GRID = 192
SURROUNDINGS = 4

STATISTIC_MEANINGS = {
    **LEVEL_MEANINGS,
    **NOISE_MEANINGS,
    **STRUCTURE_MEANINGS,
    **PROFILE_MEANINGS,
    **PEAK_MEANINGS,
}
STATISTIC_NAMES = tuple(STATISTIC_MEANINGS)


def frame_statistics(plane: ArrayLike, bits: int | None = None) -> dict[str, float]:
    """Computes robust statistics of a frame.

    Args:
        plane: Integers or floats of shape `(height, width)`; NaN and infinite pixels
            are left out. Bayer mosaics are taken as they are.
        bits: Bits per value of the camera, where known; else those of the file.

    Returns:
        Each of `STATISTIC_NAMES`, with the meaning in `STATISTIC_MEANINGS`; finite, but
        for the fractions of the full scale of a float frame, which are NaN.

    Raises:
        ValueError: If `plane` is no plane of numbers, or empty.
    """
    plane = np.asarray(plane)
    data = plane_codes(plane)
    codes = data.codes
    noise_of_tiles = tile_noise(codes)
    noise = frame_noise(noise_of_tiles)
    levels = histogram(codes)
    zero = data.zero / data.step
    full = _full_scale(plane.dtype, data, _highest(data, levels.counts), bits)
    low, high = levels.quantile(0.01), levels.quantile(0.99)

    grid = tuple(min(n, GRID) for n in codes.shape)
    cells = area_resize(codes, *grid)
    lowest, highest = cell_extremes(codes, *grid)
    floor = float(levels.quantile(0.001))
    cell_noise = noise / np.sqrt(codes.size / cells.size)
    found = level_statistics(levels, noise, zero, full, data.missing)
    found |= noise_statistics(
        tiles(codes), noise_of_tiles, noise, mosaic_contrast(codes), floor
    )
    found |= structure_statistics(cells, cell_noise, noise, zero, high - low)
    found |= profile_statistics(codes, noise, floor)
    found |= peak_statistics(codes, lowest, highest, _surroundings(cells), noise)
    return {name: float(found[name]) for name in STATISTIC_NAMES}


def _highest(data: PlaneCodes, counts: np.ndarray) -> float:
    return data.zero + data.step * (counts.size - 1 - int(np.argmax(counts[::-1] > 0)))


def _full_scale(
    dtype: np.dtype, data: PlaneCodes, highest: float, bits: int | None
) -> float:
    """The largest value that the camera can give, in codes; NaN for floats."""
    if not data.exact:
        return float("nan")
    limit = float(np.iinfo(dtype).max) if dtype.kind in "iu" else 1.0
    if bits is not None and 0 < bits < 63 and highest < 2**bits:
        # Shifted values exceed what the camera's own bits can hold.
        limit = min(limit, 2.0**bits - 1)
    return limit / data.step


def _surroundings(cells: np.ndarray) -> np.ndarray:
    """The level around each cell: medians of blocks of cells."""
    height, width = cells.shape
    size = SURROUNDINGS
    tall, wide = -(-height // size) * size, -(-width // size) * size
    padded = np.pad(cells, ((0, tall - height), (0, wide - width)), mode="edge")
    blocks = padded.reshape(tall // size, size, wide // size, size)
    medians = np.median(
        blocks.transpose(0, 2, 1, 3).reshape(*blocks.shape[::2], -1), -1
    )
    return np.repeat(np.repeat(medians, size, 0), size, 1)[:height, :width]
