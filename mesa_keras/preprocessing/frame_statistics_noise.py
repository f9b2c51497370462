"""Statistics of what neighbouring pixels share, on tiles of full resolution."""

from collections.abc import Sequence

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import signed_log

# Distances of pixels that are compared, in pixels; 2 is the reference.
LAGS = (1, 4, 8, 32)
NORMAL_QUANTILE = 0.6744897501960817

MEANINGS = {
    **{
        f"lag_{lag}_{side}": f"log10 of the difference of pixels {lag} apart over that "
        f"of pixels 2 apart, along the axis where it is {side}er"
        for lag in LAGS
        for side in ("high", "low")
    },
    "noise_anisotropy": "log10 of the noise along one axis over the other, absolute",
    "noise_spread": "log10 of the noise of noisy tiles (90 %) over quiet ones (10 %)",
    "noise_follows_level": "correlation of the tiles' noise with their level",
    "noise_slope": "slope of log noise over log level above the floor, of the tiles",
    "mosaic": "spread of the phases of 2 x 2 cells over the noise, logarithmic",
    "difference_tails": "log10 of the plain over the clipped deviation of differences",
    "correlation": "correlation of pixels 2 apart, of the median tile",
}


def noise_statistics(
    pieces: Sequence[np.ndarray],
    tile_noise: np.ndarray,
    noise: float,
    mosaic: float,
    floor: float,
) -> dict[str, float]:
    """Statistics of noise and its correlations; see `MEANINGS`.

    Args:
        pieces: Tiles of codes.
        tile_noise: Noise of each tile along both axes, shape `(tiles, 2)`.
        noise: Noise of the frame in codes.
        mosaic: Contrast of the mosaic in codes.
        floor: The lowest level in codes.
    """
    found = {"mosaic": signed_log(mosaic / noise)}
    found.update(_lags(pieces))
    levels = np.array([np.median(piece) for piece in pieces]) - floor
    found.update(_noise_over_tiles(tile_noise, levels, noise))
    tails, correlations = [], []
    for piece, quiet in zip(pieces, tile_noise, strict=True):
        if piece.shape[1] < 3 or not np.isfinite(quiet[1]):
            continue
        values = piece.astype(np.float32)
        variance = float(values.var())
        change = float(np.mean((values[:, 2:] - values[:, :-2]) ** 2)) / 2.0
        tails.append(np.sqrt(change) / max(quiet[1], 0.1 * noise))
        correlations.append(1.0 - change / variance if variance > 0 else 0.0)
    found["difference_tails"] = _log_median(tails)
    found["correlation"] = (
        float(np.clip(np.median(correlations), -1, 1)) if correlations else 0.0
    )
    return found


def _lags(pieces: Sequence[np.ndarray]) -> dict[str, float]:
    """Growth of differences with distance along both axes, larger and smaller."""
    ratios = np.array(
        [[_median_difference(pieces, lag, axis) for lag in LAGS] for axis in (0, 1)]
    )
    reference = np.array([_median_difference(pieces, 2, axis) for axis in (0, 1)])
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log10(ratios / reference[:, None])
    logs = np.where(np.isfinite(logs), np.clip(logs, -3, 3), 0.0)
    return {
        f"lag_{lag}_{side}": float(f(logs[:, i]))
        for i, lag in enumerate(LAGS)
        for side, f in (("high", np.max), ("low", np.min))
    }


def _median_difference(pieces: Sequence[np.ndarray], lag: int, axis: int) -> float:
    """Mean over tiles of the clipped absolute difference at a distance."""
    found = []
    for piece in pieces:
        if piece.shape[axis] <= lag:
            continue
        ahead, behind = (
            (piece[lag:], piece[:-lag])
            if axis == 0
            else (piece[:, lag:], piece[:, :-lag])
        )
        change = np.abs(np.subtract(ahead, behind, dtype=np.int32))
        found.append(float(np.mean(change)))
    return float(np.median(found)) if found else float("nan")


def _noise_over_tiles(
    tile_noise: np.ndarray, levels: np.ndarray, noise: float
) -> dict[str, float]:
    found = dict.fromkeys(
        ("noise_anisotropy", "noise_spread", "noise_follows_level", "noise_slope"), 0.0
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
        correlation = float(np.corrcoef(level, quiet)[0, 1])
        found["noise_follows_level"] = correlation
        slope = correlation * float(quiet.std() / level.std())
        found["noise_slope"] = float(np.clip(slope, -2, 2))
    return found


def _log_median(ratios: Sequence[float]) -> float:
    return float(np.log10(max(np.median(ratios), 0.1))) if ratios else 0.0
