"""The noise of single pixels, told from structure by neighbours of one colour."""

import numpy as np

# Tiles across a frame, and their side: enough pixels to know the noise to a percent.
TILES = 6
TILE = 128
NORMAL_QUANTILE = 0.6744897501960817
# Clipping of differences, in deviations.
CLIP = 4.0
# Rounding to integers alone gives this deviation.
ROUNDING = 0.29


def tiles(codes: np.ndarray) -> list[np.ndarray]:
    """Square pieces of a plane, spread evenly over it; all of it where it is small."""
    height, width = codes.shape
    pieces = []
    for top in _starts(height):
        for left in _starts(width):
            pieces.append(codes[top : top + TILE, left : left + TILE])
    return pieces


def _starts(length: int) -> list[int]:
    """First pixels of tiles along an axis; even, so that mosaics keep their phase."""
    if length <= TILE:
        return [0]
    count = min(TILES, -(-length // TILE))
    return [int(start) // 2 * 2 for start in np.linspace(0, length - TILE, count)]


def difference_noise(tile: np.ndarray, axis: int) -> float:
    """Noise of a pixel from differences to the next but one along an axis.

    Next but one, because those have the same colour in a Bayer mosaic.

    Returns:
        Standard deviation in codes without outliers; NaN for fewer than three pixels
        along the axis.
    """
    if tile.shape[axis] < 3:
        return float("nan")
    ahead, behind = (tile[2:], tile[:-2]) if axis == 0 else (tile[:, 2:], tile[:, :-2])
    counts = np.bincount(np.abs(np.subtract(ahead, behind, dtype=np.int32)).ravel())
    return float(clipped_deviation(counts) / np.sqrt(2.0))


def clipped_deviation(counts: np.ndarray) -> float:
    """Standard deviation about zero from counts of absolute integers, clipped.

    The median absolute value gives a first estimate, interpolated within its integer;
    the deviation of what lies within `CLIP` times it is the second.
    """
    total = np.cumsum(counts)
    middle = int(np.searchsorted(total, total[-1] / 2))
    below = total[middle] - counts[middle]
    # Value 0 stands for (-0.5, 0.5), so its absolute values fill (0, 0.5) only.
    span, start = (0.5, 0.0) if middle == 0 else (1.0, middle - 0.5)
    median = start + span * (total[-1] / 2 - below) / counts[middle]
    limit = int(np.ceil(CLIP * median / NORMAL_QUANTILE)) + 1
    kept = counts[:limit]
    squares = np.arange(kept.size, dtype=np.float64) ** 2
    return float(np.sqrt(kept @ squares / max(kept.sum(), 1)))


def tile_noise(codes: np.ndarray) -> np.ndarray:
    """Noise of each tile along both axes, shape `(tiles, 2)`, in codes."""
    return np.array(
        [[difference_noise(tile, axis) for axis in (0, 1)] for tile in tiles(codes)]
    )


def frame_noise(noise: np.ndarray) -> float:
    """The frame's pixel noise from that of its tiles.

    Of the two axes the quieter counts: along the lines of a spectrum there is no
    structure but noise. Of the tiles, the median.

    Args:
        noise: As from `tile_noise`.

    Returns:
        Deviation in codes, at least that of rounding.
    """
    known = np.isfinite(noise)
    quiet = np.min(np.where(known, noise, np.inf), axis=1)
    quiet = quiet[np.isfinite(quiet)]
    return max(float(np.median(quiet)), ROUNDING) if quiet.size else 1.0


def pixel_noise(codes: np.ndarray) -> float:
    """Noise of a single pixel in codes; at least that of rounding."""
    return frame_noise(tile_noise(codes))


def mosaic_contrast(codes: np.ndarray) -> float:
    """How far the four phases of 2 x 2 cells lie apart, in codes.

    The middle one of the tiles is returned, so that stars do not count.
    """
    spreads = [
        np.ptp([tile[y::2, x::2].mean() for y in (0, 1) for x in (0, 1)])
        for tile in tiles(codes)
        if min(tile.shape) >= 2
    ]
    return float(np.median(spreads)) if spreads else 0.0
