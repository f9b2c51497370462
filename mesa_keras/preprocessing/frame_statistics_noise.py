"""Statistics of what neighbouring pixels share, on tiles of full resolution."""

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import signed_log
from mesa_keras.preprocessing.image_noise import differences

# Distance beyond which pixels share only the frame's large structure.
FAR = 8

MEANINGS = {
    "next_high": "log10 of the difference of neighbouring pixels over that of pixels 2 "
    "apart, along the axis where it is higher",
    "next_low": "the same along the other axis",
    "far_high": "log10 of the difference of pixels 8 apart over that of pixels 2 "
    "apart, along the axis where it is higher",
    "noise_anisotropy": "log10 of the noise along one axis over the other, absolute",
    "noise_spread": "log10 of the noise of noisy tiles (90 %) over quiet ones (10 %)",
    "noise_follows_level": "correlation of the tiles' noise with their level",
    "mosaic": "spread of the phases of 2 x 2 cells over the noise, logarithmic",
    "correlation": "correlation of pixels 2 apart, of the median tile",
}


def noise_statistics(
    tiles: np.ndarray,
    tile_noise: np.ndarray,
    noise: float,
    mosaic: float,
    floor: float,
) -> dict[str, float]:
    """Statistics of noise and its correlations; see `MEANINGS`.

    Args:
        tiles: Tiles of codes, shape `(tiles, height, width)`.
        tile_noise: Noise of each tile along both axes, shape `(tiles, 2)`.
        noise: Noise of the frame in codes.
        mosaic: Contrast of the mosaic in codes.
        floor: The lowest level in codes.
    """
    found = {**_lags(tiles), "mosaic": signed_log(mosaic / noise)}
    levels = tiles.mean(axis=(1, 2))
    found.update(_noise_over_tiles(tile_noise, levels - floor, noise))
    change = differences(tiles, 2, 1)
    found["correlation"] = 0.0
    if change is not None:
        moved = np.einsum("kij,kij->k", change, change, dtype=np.float64)
        moved /= 2.0 * change[0].size
        squares = np.einsum("kij,kij->k", tiles, tiles, dtype=np.float64)
        variance = np.maximum(squares / tiles[0].size - levels**2, 1e-9)
        found["correlation"] = float(np.clip(np.median(1 - moved / variance), -1, 1))
    return found


def _lags(tiles: np.ndarray) -> dict[str, float]:
    """Growth of differences with distance along both axes, larger and smaller."""
    logs = np.zeros((2, 2))
    for axis in (0, 1):
        reference = differences(tiles, 2, axis)
        if reference is None:
            continue
        base = np.maximum(reference.mean(axis=(1, 2)), 1e-3)
        for i, lag in enumerate((1, FAR)):
            change = differences(tiles, lag, axis)
            if change is not None:
                ratio = np.median(change.mean(axis=(1, 2)) / base)
                logs[axis, i] = np.log10(np.clip(ratio, 1e-3, 1e3))
    (low, _), (high, far) = logs.min(axis=0), logs.max(axis=0)
    return {"next_low": float(low), "next_high": float(high), "far_high": float(far)}


def _noise_over_tiles(
    tile_noise: np.ndarray, levels: np.ndarray, noise: float
) -> dict[str, float]:
    found = dict.fromkeys(
        ("noise_anisotropy", "noise_spread", "noise_follows_level"), 0.0
    )
    known = np.isfinite(tile_noise).all(axis=1)
    if not known.any():
        return found
    both = np.maximum(tile_noise[known], 0.1 * noise)
    found["noise_anisotropy"] = float(abs(np.median(np.log10(both[:, 0] / both[:, 1]))))
    quiet = np.log10(both.min(axis=1))
    low, high = np.percentile(quiet, [10, 90])
    found["noise_spread"] = float(high - low)
    level = np.log10(np.maximum(levels[known], noise))
    if quiet.size >= 4 and quiet.std() > 1e-6 and level.std() > 1e-6:
        found["noise_follows_level"] = float(np.corrcoef(level, quiet)[0, 1])
    return found
