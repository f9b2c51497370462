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
    COARSE,
    structure_statistics,
)
from mesa_keras.preprocessing.frame_statistics_structure import (
    MEANINGS as STRUCTURE_MEANINGS,
)
from mesa_keras.preprocessing.image_area import bin_mosaic, cell_extremes
from mesa_keras.preprocessing.image_codes import PlaneCodes, plane_codes

# Cells along a side of the grid, and the least pixels along a side of a cell.
GRID = 192
CELL = 4
SURROUNDINGS = 4
# Pixels that show a spectrum's lines well enough.
REDUCED = 1 << 22

STATISTIC_MEANINGS = {
    **LEVEL_MEANINGS,
    **NOISE_MEANINGS,
    **STRUCTURE_MEANINGS,
    **PROFILE_MEANINGS,
    **PEAK_MEANINGS,
}
STATISTIC_NAMES = tuple(STATISTIC_MEANINGS)


def frame_statistics(
    plane: ArrayLike | PlaneCodes, bits: int | None = None
) -> dict[str, float]:
    """Computes robust statistics of a frame.

    Args:
        plane: Integers or floats of shape `(height, width)`; NaN and infinite pixels
            are left out. Bayer mosaics are taken as they are. Or its `plane_codes`.
        bits: Bits per value of the camera, where known; else those of the file.

    Returns:
        Each of `STATISTIC_NAMES`, with the meaning in `STATISTIC_MEANINGS`; finite, but
        for the fractions of the full scale of a float frame, which are NaN.

    Raises:
        ValueError: If `plane` is no plane of numbers, or empty.
    """
    data = plane_codes(plane)
    codes, noise = data.codes, data.noise
    levels = histogram(codes)
    zero = data.zero / data.step
    floor, low, high = (float(levels.quantile(f)) for f in (0.001, 0.01, 0.99))
    tall, wide = (_cells_along(n) for n in codes.shape)
    cells = data.area(tall, wide)
    lowest, highest = cell_extremes(codes, tall, wide, np.minimum, np.maximum)
    (binned,) = cell_extremes(data.binned, tall, wide, np.maximum)
    reduced, pixels = _reduced(data)
    cell_noise = noise / np.sqrt(codes.size / cells.size)

    full_scale = _full_scale(data, int(highest.max()), bits)
    found = level_statistics(levels, noise, zero, full_scale, data.missing)
    found |= noise_statistics(data.tiles, data.tile_noise, noise, data.mosaic, floor)
    found |= structure_statistics(cells, cell_noise, noise, zero, high - low)
    found |= profile_statistics(reduced, pixels, noise, floor)
    level = _surroundings(cells)
    found |= peak_statistics(codes, lowest, highest, binned, level, noise)
    return {name: float(found[name]) for name in STATISTIC_NAMES}


def _cells_along(length: int) -> int:
    """Number of cells along a side: whole blocks of the coarse map, if it has any."""
    count = min(max(length // CELL, 1), GRID)
    return count // COARSE * COARSE if count > COARSE else count


def _reduced(data: PlaneCodes) -> tuple[np.ndarray, int]:
    """A plane for profiles, binned up to twice while it has more than `REDUCED` pixels.

    Returns:
        Sums of codes, and the side of the cells.
    """
    if data.codes.size <= REDUCED:
        return data.codes, 1
    if data.binned.size <= REDUCED:
        return data.binned, 2
    return bin_mosaic(data.binned), 4


def _full_scale(data: PlaneCodes, highest: int, bits: int | None) -> float:
    """The largest value that the camera can give, in codes; NaN for floats."""
    limit = data.limit
    value = data.zero + data.step * highest
    if data.exact and bits is not None and 0 < bits < 63 and value < 2**bits:
        # Shifted values exceed what the camera's own bits can hold.
        limit = min(limit, 2.0**bits - 1)
    return limit / data.step


def _surroundings(cells: np.ndarray) -> np.ndarray:
    """The level around each cell: medians of blocks of cells."""
    height, width = cells.shape
    size = SURROUNDINGS
    tall, wide = -(-height // size) * size, -(-width // size) * size
    padded = np.pad(cells, ((0, tall - height), (0, wide - width)), mode="edge")
    blocks = padded.reshape(tall // size, size, wide // size, size).swapaxes(1, 2)
    values = np.sort(blocks.reshape(tall // size, wide // size, size**2), axis=2)
    medians = values[..., size**2 // 2]
    return np.repeat(np.repeat(medians, size, 0), size, 1)[:height, :width]
