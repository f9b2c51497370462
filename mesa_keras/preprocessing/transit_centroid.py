"""Whether a star's light moves on the detector while it is dimmed.

Where a faint neighbour is eclipsed and not the star, the centre of all light in the
aperture moves away from the neighbour: by the depth times its distance.

References:
    Batalha et al. 2010, ApJ 713, L103; Bryson et al. 2013, PASP 125, 889, section 3.
"""

import numpy as np

from mesa_keras.preprocessing.fold import Folded

# What is beside a transit, in durations from its middle.
BESIDE_DURATIONS = (0.75, 2.5)
# The middle of the transit, in durations.
CORE_DURATIONS = 0.6
# A mean is off by this much more where the line under it is from beside it.
LINE_ERROR = 1.2
_SIGMA_OF_MAD = 1.4826


def centroid_motion(
    folded: Folded, centroid: np.ndarray, duration_days: float
) -> tuple[np.ndarray, np.ndarray]:
    """Returns how far the light's centre is from where it is beside each transit.

    A straight line through the points beside a transit is taken out of each.

    Args:
        folded: The times, folded, `(points,)`.
        centroid: Column and row in pixels, shape `(points, 2)`; NaN where unknown.
        duration_days: Duration of the transits.

    Returns:
        Indices of the points near transits, shape `(near,)`, and column and row of
        their motion in pixels, shape `(near, 2)`.
    """
    near = np.flatnonzero(np.abs(folded.phase) < BESIDE_DURATIONS[1] * duration_days)
    near = near[np.isfinite(centroid[near]).all(axis=1)]
    if not near.size:
        return near, np.empty((0, 2))
    x = folded.phase[near] / duration_days
    transit = folded.cycle[near] - folded.cycle[near].min()
    weight = (np.abs(x) > BESIDE_DURATIONS[0]).astype(np.float64)
    size = int(transit.max()) + 1
    n, sx, sxx = (np.bincount(transit, weight * x**j, size) for j in range(3))
    # Kept from running away where points are on one side only.
    spread = sxx * n - sx**2 + 0.1 * n**2
    motion = np.full((near.size, 2), np.nan)
    # Near zero, where products of pixels do not drown small motions.
    start = np.median(centroid[near], axis=0)
    for axis in range(2):
        y = centroid[near, axis] - start[axis]
        sy, sxy = (np.bincount(transit, weight * y * x**j, size) for j in range(2))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (n * sxy - sx * sy) / spread
            level = (sy - slope * sx) / n
        motion[:, axis] = y - level[transit] - slope[transit] * x
    known = np.isfinite(motion).all(axis=1)
    return near[known], motion[known]


def centroid_shift(
    near: Folded, motion: np.ndarray, duration_days: float
) -> tuple[np.ndarray, float]:
    """Returns the mean motion in transit and its error.

    The error follows from how much means of the same length scatter beside the
    transits, and from transit to transit, so that jitter of any colour is in it.

    Args:
        near: The folded times of the points that `centroid_motion` gave.
        motion: Their motion in pixels, shape `(near, 2)`.
        duration_days: Duration of the transits.

    Returns:
        Column and row of the shift in pixels, and the standard error of either; NaN
        where there are no points in transit or too few beside it.
    """
    x, cycle = near.phase / duration_days, near.cycle
    inside, beside = np.abs(x) < CORE_DURATIONS / 2, np.abs(x) > BESIDE_DURATIONS[0]
    if not inside.any() or beside.sum() < 10:
        return np.full(2, np.nan), float("nan")
    shift = np.median(motion[inside], axis=0)
    each, _ = _group_means(cycle[inside], motion[inside])
    spread = np.sqrt(each.var(axis=0, ddof=1).mean()) if len(each) > 1 else 0.0
    piece = np.floor(x[beside] / CORE_DURATIONS) + 100.0 * cycle[beside]
    means, counts = _group_means(piece, motion[beside])
    means = means[counts >= 0.5 * np.median(counts)]
    scatter = _SIGMA_OF_MAD * np.median(np.abs(means - np.median(means, axis=0)))
    one = max(float(scatter) * LINE_ERROR, float(spread))
    return shift, one / float(np.sqrt(len(each)))


def _group_means(
    group: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Means of columns by group, and how many values are in each."""
    _, number, counts = np.unique(group, return_inverse=True, return_counts=True)
    columns = [np.bincount(number.ravel(), column) / counts for column in values.T]
    return np.column_stack(columns), counts
