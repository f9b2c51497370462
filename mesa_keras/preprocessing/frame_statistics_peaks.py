"""Statistics of what stands out: stars, hot pixels, cosmic rays, lines, dust."""

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import parts_per_million

# A cell's highest pixel counts from this many times the noise above its surroundings.
SIGNIFICANT = 8.0
# The same for pixels binned 2 x 2.
WIDE = 6.0
MAX_PEAKS = 512
REACH = 5
NEED = 2 * REACH + 1

MEANINGS = {
    "peak_cells": "share of the cells with a peak 8 times the noise above their level, "
    "log10 of parts per million",
    "peaks_per_pixel": "number of these peaks over all pixels, likewise",
    "wide_cells": "share of cells with a peak 6 times the noise in pixels binned 2 x 2",
    "wide_gain": "log2 of the median gain of peaks over noise by this binning: -1 for "
    "single pixels, 1 for wide ones",
    "dip_cells": "share of the cells with a dip as deep, likewise",
    "peak_height": "median height of the peaks over the noise, log10",
    "peak_height_range": "log10 of the heights' 90 % over their median",
    "peak_neighbours": "median of the four neighbours of a peak over its height",
    "peak_neighbours_low": "the lower quartile of that: the sharpest of the peaks",
    "peak_neighbours_high": "the upper quartile: the most extended",
    "peak_area": "log2 of the median number of pixels above half a peak's height",
    "peak_area_scatter": "quartile range of that logarithm",
    "single_pixels": "share of peaks of a single pixel",
    "peak_elongation": "median difference of a peak's extent along both axes over "
    "their sum",
    "peak_orientation": "absolute mean of the same with its sign: 1 when all are "
    "elongated along one axis",
    "peak_crowding": "log10 of how uneven peaks lie over rows or columns, over chance",
}


def peak_statistics(
    codes: np.ndarray,
    lowest: np.ndarray,
    highest: np.ndarray,
    binned: np.ndarray,
    level: np.ndarray,
    noise: float,
) -> dict[str, float]:
    """Statistics of peaks; see `MEANINGS`.

    Args:
        codes: Of the plane.
        lowest: Lowest pixel of each cell.
        highest: Highest pixel of each cell.
        binned: Highest sum of 2 x 2 pixels in each cell.
        level: The level around each cell.
        noise: Noise of a pixel in codes.
    """
    height = (highest - level) / noise
    peaks = height > SIGNIFICANT
    count = int(peaks.sum())
    found = dict.fromkeys(MEANINGS, 0.0)
    found["peak_cells"] = parts_per_million(count / peaks.size)
    found["peaks_per_pixel"] = parts_per_million(count / codes.size)
    dips = (level - lowest) / noise > SIGNIFICANT
    found["dip_cells"] = parts_per_million(float(dips.mean()))
    wide = (binned / 4.0 - level) / (noise / 2.0)
    found["wide_cells"] = parts_per_million(float(np.mean(wide > WIDE)))
    either = peaks | (wide > WIDE)
    if either.any():
        gain = np.log2(np.maximum(wide[either], 1.0) / np.maximum(height[either], 1.0))
        found["wide_gain"] = float(np.median(gain))
    if not count:
        return found
    heights = height[peaks]
    median, high = np.percentile(heights, [50, 90])
    found["peak_height"] = float(np.log10(median))
    found["peak_height_range"] = float(np.log10(high / median))
    found["peak_crowding"] = max(_crowding(peaks.sum(axis=axis)) for axis in (0, 1))
    if min(codes.shape) >= NEED:
        found.update(_shapes(codes, height, level, noise))
    return found


def _crowding(counts: np.ndarray) -> float:
    """Variance over mean of counts, 1 by chance."""
    mean = float(counts.mean())
    return float(np.log10(max(counts.var() / mean, 0.1))) if mean > 0 else 0.0


def _shapes(
    codes: np.ndarray, height: np.ndarray, level: np.ndarray, noise: float
) -> dict[str, float]:
    """Shapes of up to `MAX_PEAKS` peaks, evenly over their heights."""
    windows, base = _windows(codes, height, level)
    if not len(windows):
        return {}
    windows = windows - base[:, None, None]
    top = np.maximum(windows[:, REACH, REACH], noise)
    windows = windows / top[:, None, None]
    # Beside a bad column a neighbour may be many times as deep as the peak is high.
    near = np.clip(_cross(windows, 1).mean(axis=1), -1.0, 2.0)
    wide = np.array([_cross(windows, d) for d in range(1, REACH)])
    along = wide[:, :, :2].mean(axis=(0, 2)), wide[:, :, 2:].mean(axis=(0, 2))
    rows, columns = (np.maximum(extent, 0.0) for extent in along)
    elongation = (rows - columns) / np.maximum(rows + columns, 0.05)
    area = np.log2(_connected(windows > 0.5).sum(axis=(1, 2)))
    quartiles = np.percentile(near, [25, 50, 75])
    low, middle, high = np.percentile(area, [25, 50, 75])
    return {
        "peak_neighbours_low": float(quartiles[0]),
        "peak_neighbours": float(quartiles[1]),
        "peak_neighbours_high": float(quartiles[2]),
        "peak_area": float(middle),
        "peak_area_scatter": float(high - low),
        "single_pixels": float(np.mean(area < 0.5)),
        "peak_elongation": float(np.median(np.abs(elongation))),
        "peak_orientation": float(abs(elongation.mean())),
    }


def _connected(above: np.ndarray) -> np.ndarray:
    """What hangs together with the middle pixel, at most `REACH` steps away."""
    found = np.zeros_like(above)
    found[:, REACH, REACH] = True
    for _ in range(REACH):
        grown = found.copy()
        grown[:, 1:] |= found[:, :-1]
        grown[:, :-1] |= found[:, 1:]
        grown[:, :, 1:] |= found[:, :, :-1]
        grown[:, :, :-1] |= found[:, :, 1:]
        grown &= above
        grown[:, REACH, REACH] = True
        found = grown
    return found


def _cross(windows: np.ndarray, distance: int) -> np.ndarray:
    """Left, right, upper and lower pixel at a distance, shape `(peaks, 4)`."""
    c, d = REACH, distance
    return np.stack(
        [
            *(windows[:, c, c - d], windows[:, c, c + d]),
            *(windows[:, c - d, c], windows[:, c + d, c]),
        ],
        axis=1,
    )


def _windows(
    codes: np.ndarray, height: np.ndarray, level: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels around the highest one of chosen cells, and the level of the cell."""
    cells = np.flatnonzero(height.ravel() > SIGNIFICANT)
    cells = cells[np.argsort(height.ravel()[cells])]
    if cells.size > MAX_PEAKS:
        cells = cells[np.linspace(0, cells.size - 1, MAX_PEAKS).astype(int)]
    rows, columns = np.unravel_index(cells, height.shape)
    size = [-(-n // m) for n, m in zip(codes.shape, height.shape, strict=True)]
    top = np.minimum(rows * codes.shape[0] // height.shape[0], codes.shape[0] - size[0])
    left = np.minimum(
        columns * codes.shape[1] // height.shape[1], codes.shape[1] - size[1]
    )
    patch = codes[
        top[:, None, None] + np.arange(size[0])[:, None],
        left[:, None, None] + np.arange(size[1]),
    ]
    place = patch.reshape(len(cells), -1).argmax(axis=1)
    y, x = top + place // size[1], left + place % size[1]
    inside = np.ones(len(cells), bool)
    for centre, length in ((y, codes.shape[0]), (x, codes.shape[1])):
        inside &= (centre >= REACH) & (centre < length - REACH)
    y, x, base = y[inside], x[inside], level.ravel()[cells][inside]
    around = np.arange(-REACH, REACH + 1)
    window = codes[y[:, None, None] + around[:, None], x[:, None, None] + around]
    return window.astype(np.float64), base
