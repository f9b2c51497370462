"""The noise of single pixels, told from structure by neighbours of one colour."""

import numpy as np

# Tiles along a side of the frame, and their size: enough pixels to know the noise of
# each to a percent.
TILES = 4
TILE = 128
NORMAL_QUANTILE = 0.6744897501960817
# Clipping of differences, in deviations.
CLIP = 4.0
# Rounding to integers alone gives this deviation.
ROUNDING = 0.29


def frame_tiles(codes: np.ndarray) -> np.ndarray:
    """Pieces of a plane at full resolution, spread evenly over it.

    Returns:
        Int32 of shape `(tiles, height, width)`, up to 4 x 4 tiles of up to 128 x 128
        pixels; a small plane is one tile. Tiles start at even pixels, so that the
        colours of a mosaic keep their place.
    """
    size = tuple(min(n, TILE) for n in codes.shape)
    return np.stack(
        [
            codes[top : top + size[0], left : left + size[1]].astype(np.int32)
            for top in _starts(codes.shape[0])
            for left in _starts(codes.shape[1])
        ]
    )


def _starts(length: int) -> list[int]:
    if length <= TILE:
        return [0]
    count = min(TILES, -(-length // TILE))
    return [int(start) // 2 * 2 for start in np.linspace(0, length - TILE, count)]


def differences(tiles: np.ndarray, lag: int, axis: int) -> np.ndarray | None:
    """Absolute differences of pixels at a distance, or None in smaller tiles.

    Args:
        tiles: Shape `(tiles, height, width)`.
        lag: Distance in pixels.
        axis: 0 down the columns, 1 along the rows.
    """
    if tiles.shape[1 + axis] <= lag:
        return None
    if axis == 0:
        return np.asarray(np.abs(tiles[:, lag:] - tiles[:, :-lag]))
    return np.asarray(np.abs(tiles[:, :, lag:] - tiles[:, :, :-lag]))


def tile_noise(tiles: np.ndarray) -> np.ndarray:
    """Noise of each tile along both axes.

    From differences of pixels to the next but one, because those have the same colour
    in a Bayer mosaic.

    Args:
        tiles: As from `frame_tiles`.

    Returns:
        Deviations of a pixel in codes, outliers left out, shape `(tiles, 2)`; NaN along
        an axis of fewer than three pixels.
    """
    noise = np.full((len(tiles), 2), np.nan)
    for axis in (0, 1):
        change = differences(tiles, 2, axis)
        if change is not None:
            noise[:, axis] = [
                clipped_deviation(np.bincount(tile.ravel())) for tile in change
            ]
    return np.asarray(noise / np.sqrt(2.0))


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


def mosaic_contrast(tiles: np.ndarray) -> float:
    """How far the four phases of 2 x 2 cells lie apart, in codes.

    Args:
        tiles: As from `frame_tiles`.

    Returns:
        The middle one of the tiles, so that stars do not count.
    """
    if min(tiles.shape[1:]) < 2:
        return 0.0
    phases = [tiles[:, y::2, x::2].mean(axis=(1, 2)) for y in (0, 1) for x in (0, 1)]
    return float(np.median(np.ptp(phases, axis=0)))
