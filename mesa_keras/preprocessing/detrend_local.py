"""Local quadratic regression of an irregular series, in time linear in its length."""

import numpy as np

# Grid steps in a window: points of one step are taken as at its middle.
STEPS = 16
# Keeps slope and curvature small where a window holds too few points to tell them.
RIDGE = 0.01


def local_quadratic(
    time: np.ndarray,
    values: np.ndarray,
    *,
    usable: np.ndarray,
    stretch: np.ndarray,
    window: float,
) -> np.ndarray:
    """Returns a parabola's value at each point, fitted in the window around it.

    Args:
        time: Days, ascending in each stretch, shape `(points,)`.
        values: What to smooth, finite where usable.
        usable: Which points count.
        stretch: Ascending integers from 0; windows never reach into another stretch.
        window: Length of the window in days.

    Returns:
        The smooth values, shape `(points,)`; NaN where no usable point is in reach.
    """
    step = window / STEPS
    reach = STEPS // 2
    starts = np.flatnonzero(np.diff(stretch, prepend=-1))
    ends = np.append(starts[1:], time.size) - 1
    lengths = np.floor((time[ends] - time[starts]) / step).astype(np.int64) + 1
    # Stretches side by side on one grid, a window apart.
    origin = np.cumsum(lengths + 2 * reach + 2) - lengths
    place = (time - time[starts][stretch]) / step + origin[stretch]
    cell = place.astype(np.int64)
    size = int(origin[-1] + lengths[-1] + reach + 2)
    count = np.bincount(cell[usable], minlength=size).astype(np.float64)
    total = np.bincount(cell[usable], values[usable], minlength=size)
    offset = np.arange(-reach, reach + 1) / reach
    powers = (offset[:, None] ** np.arange(5)).astype(np.float64)
    # Sums over the window of u^j, u seen from its middle.
    moments = _windows(count, reach) @ powers
    sums = _windows(total, reach) @ powers[:, :3]
    with np.errstate(divide="ignore", invalid="ignore"):
        smooth = _parabola_at_zero(moments.T, sums.T)
    # From the middles of the steps to the points.
    low = np.clip(np.floor(place - 0.5).astype(np.int64), origin[stretch], None)
    low = np.minimum(low, origin[stretch] + np.maximum(lengths[stretch] - 2, 0))
    part = np.clip(place - 0.5 - low, 0.0, 1.0)
    return np.asarray(smooth[low] * (1 - part) + smooth[low + 1] * part)


def _windows(values: np.ndarray, reach: int) -> np.ndarray:
    padded = np.pad(values, reach)
    # A copy, which BLAS multiplies ten times faster than the view.
    return np.ascontiguousarray(
        np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    )


def _parabola_at_zero(moments: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """First coefficient of the least-squares parabola, by Cramer's rule."""
    s0, s1, s2, s3, s4 = moments
    ridge = RIDGE * s0
    a22, a33 = s2 + ridge, s4 + ridge
    y0, y1, y2 = sums
    c1 = a22 * a33 - s3 * s3
    c2 = s1 * a33 - s3 * s2
    c3 = s1 * s3 - a22 * s2
    determinant = s0 * c1 - s1 * c2 + s2 * c3
    value = (y0 * c1 - y1 * c2 + y2 * c3) / determinant
    return np.asarray(np.where(s0 > 0, value, np.nan))
