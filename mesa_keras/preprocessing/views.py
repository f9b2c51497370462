"""Folded light curves of fixed length, as vetting networks take them.

The transit is at the centre: bin 100 of the 201 of the global view, which spans one
period, and bin 30 of the 61 of the local view, which spans five durations.

References:
    Shallue & Vanderburg 2018, AJ 155, 94, section 3.3. Deviations: bins of the local
    view touch and do not overlap, it spans 5 durations in place of 8, and empty bins
    stay empty.
"""

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.binning import bin_median
from mesa_keras.preprocessing.fold import HOURS_PER_DAY, phase_fold

VIEW_CONVENTION = "median0_min-1"
GLOBAL_BINS = 201
LOCAL_BINS = 61
LOCAL_DURATIONS = 5.0


def global_edges(period: float, num_bins: int = GLOBAL_BINS) -> np.ndarray:
    """Returns edges of the global view's bins, days from the transit's centre."""
    _check_bins(num_bins)
    return np.linspace(-period / 2, period / 2, num_bins + 1)


def local_edges(
    period: float,
    duration: float,
    num_bins: int = LOCAL_BINS,
    num_durations: float = LOCAL_DURATIONS,
) -> np.ndarray:
    """Returns edges of the local view's bins, days from the transit's centre.

    The window is `num_durations` durations wide, and never more than the period.

    Args:
        period: Period in days.
        duration: Transit duration in hours.
        num_bins: Number of bins.
        num_durations: Width of the window in durations.
    """
    _check_bins(num_bins)
    _check_duration(duration)
    if not num_durations > 0:
        raise ValueError(f"`num_durations` must be positive. Received: {num_durations}")
    width = min(num_durations * duration / HOURS_PER_DAY, period)
    return np.linspace(-width / 2, width / 2, num_bins + 1)


def global_view(
    time: ArrayLike,
    flux: ArrayLike,
    period: float,
    epoch: float,
    num_bins: int = GLOBAL_BINS,
) -> np.ndarray:
    """Folds a light curve and takes medians in bins over one period.

    Args:
        time: Times in days, shape `(cadences,)`.
        flux: Flux in any unit, shape `(cadences,)`; NaN is left out.
        period: Period in days.
        epoch: A transit's centre, in the time system of `time`.
        num_bins: Number of bins; an odd number has the transit in the middle of one.

    Returns:
        Median flux of shape `(num_bins,)`, in the flux's unit; NaN in empty bins.

    Raises:
        ValueError: If an argument is out of range, or no point is finite.
    """
    phase, values = _folded(time, flux, period, epoch)
    return bin_median(phase, values, global_edges(period, num_bins))


def local_view(
    time: ArrayLike,
    flux: ArrayLike,
    period: float,
    epoch: float,
    duration: float,
    num_bins: int = LOCAL_BINS,
    num_durations: float = LOCAL_DURATIONS,
) -> np.ndarray:
    """Folds a light curve and takes medians in bins around the transit.

    Args:
        time: Times in days, shape `(cadences,)`.
        flux: Flux in any unit, shape `(cadences,)`; NaN is left out.
        period: Period in days.
        epoch: A transit's centre, in the time system of `time`.
        duration: Transit duration in hours.
        num_bins: Number of bins; an odd number has the transit in the middle of one.
        num_durations: Width of the window in durations, at most one period.

    Returns:
        Median flux of shape `(num_bins,)`, in the flux's unit; NaN in empty bins.

    Raises:
        ValueError: If an argument is out of range, or no point is finite.
    """
    phase, values = _folded(time, flux, period, epoch)
    edges = local_edges(period, duration, num_bins, num_durations)
    return bin_median(phase, values, edges)


def normalize_view(view: ArrayLike) -> np.ndarray:
    """Shifts and scales views to median 0 and minimum -1.

    Args:
        view: Binned flux of shape `(..., num_bins)`, NaN in empty bins.

    Returns:
        The scaled view, NaN where it was. A view without two different values has no
        depth to scale by and comes back as NaN, which is a missing view.
    """
    values = np.asarray(view, dtype=np.float64)
    if values.ndim < 1 or not values.shape[-1]:
        raise ValueError(
            f"`view` must have shape (..., num_bins). Received: shape {values.shape}"
        )
    finite = np.isfinite(values)
    # Rows without a value would make NumPy warn.
    some = finite.any(axis=-1, keepdims=True)
    filled = np.where(finite, values, np.nan)
    shifted = filled - np.nanmedian(np.where(some, filled, 0.0), -1, keepdims=True)
    depth = -np.nanmin(np.where(some, shifted, 0.0), axis=-1, keepdims=True)
    return shifted / np.where(depth > 0, depth, np.nan)


def make_views(
    time: ArrayLike,
    flux: ArrayLike,
    period: float,
    epoch: float,
    duration: float,
) -> dict[str, np.ndarray]:
    """Makes the views that the models of MESA take from one light curve.

    Args:
        time: Times in days, shape `(cadences,)`.
        flux: Flux in any unit, shape `(cadences,)`; slow trends should be taken out
            before, see `flatten`.
        period: Period in days.
        epoch: A transit's centre, in the time system of `time`.
        duration: Transit duration in hours.

    Returns:
        Float32 arrays `global_view` of shape `(201,)` and `local_view` of shape
        `(61,)`, scaled by `VIEW_CONVENTION`. Empty bins are NaN, and so is a whole view
        that has no point.

    Raises:
        ValueError: If an argument is out of range, or no point is finite.

    Example:
        >>> import numpy as np
        >>> time = np.arange(0.0, 27.0, 0.01)
        >>> flux = 1.0 - 0.01 * (np.abs((time - 1.5) % 3.1) < 0.1)
        >>> views = make_views(time, flux, period=3.1, epoch=1.55, duration=2.4)
        >>> float(views["global_view"][100]), float(views["local_view"][30])
        (-1.0, -1.0)
    """
    views = {
        "global_view": global_view(time, flux, period, epoch),
        "local_view": local_view(time, flux, period, epoch, duration),
    }
    return {
        name: normalize_view(view).astype(np.float32) for name, view in views.items()
    }


def _folded(
    time: ArrayLike, flux: ArrayLike, period: float, epoch: float
) -> tuple[np.ndarray, np.ndarray]:
    days, values = (np.asarray(array, dtype=np.float64) for array in (time, flux))
    if days.ndim != 1 or days.shape != values.shape:
        raise ValueError(
            "`time` and `flux` must be one-dimensional and of one length. "
            f"Received: shapes {days.shape} and {values.shape}"
        )
    if not (np.isfinite(days) & np.isfinite(values)).any():
        raise ValueError(
            "`time` and `flux` must have a point at which both are finite. "
            f"Received: {days.size} points"
        )
    return phase_fold(days, period, epoch), values


def _check_bins(num_bins: int) -> None:
    if num_bins < 1:
        raise ValueError(f"`num_bins` must be 1 or more. Received: {num_bins}")


def _check_duration(duration: float) -> None:
    if not (np.isfinite(duration) and duration > 0):
        raise ValueError(f"`duration` must be positive hours. Received: {duration}")
