"""Medians of a flat light curve in bins of phase, one function a kind of view."""

from dataclasses import replace

import numpy as np

from mesa_keras.preprocessing.binning_ranked import BinStatistics, RankedValues
from mesa_keras.preprocessing.detrend_light_curve import DetrendedLightCurve
from mesa_keras.preprocessing.fold import Ephemeris, phase_fold
from mesa_keras.preprocessing.transit_centroid import centroid_motion, centroid_shift
from mesa_keras.preprocessing.transit_scalars import observed_cycles
from mesa_keras.preprocessing.views_settings import ViewSettings

# Periods that a view has, and where it is centred, in periods after the transit.
_WHOLE_VIEWS = {
    "global": (1.0, 0.0),
    "half_period": (0.5, 0.0),
    "double_period": (2.0, 0.5),
}


def flux_views(
    flat: DetrendedLightCurve, ephemeris: Ephemeris, settings: ViewSettings
) -> dict[str, BinStatistics]:
    """Returns all views of the flux, by name, of flux over trend."""
    ranked = RankedValues(flat.flux)
    found = {}
    for name, (cycles, start) in _WHOLE_VIEWS.items():
        span = cycles * ephemeris.period
        phase = phase_fold(flat.time, span, ephemeris.epoch + start * ephemeris.period)
        place = _place(phase, span, settings.global_bins)
        found[name] = ranked.bins(place, settings.global_bins)
    bins = settings.local_bins
    width = local_width(ephemeris, settings)
    points, phase = _near(flat.time, ephemeris, width)
    place = _place(phase, width, bins)
    found["local"] = ranked.bins(place, bins, points)
    odd = ephemeris.cycle(flat.time[points]) % 2 == 0
    for name, chosen in (("odd", odd), ("even", ~odd)):
        found[name] = ranked.bins(place[chosen], bins, points[chosen])
    found["secondary"] = empty_view(bins)
    if flat.secondary is not None:
        epoch = ephemeris.epoch + flat.secondary.phase_days
        points, phase = _near(flat.time, replace(ephemeris, epoch=epoch), width)
        found["secondary"] = ranked.bins(_place(phase, width, bins), bins, points)
    return found


def local_width(ephemeris: Ephemeris, settings: ViewSettings) -> float:
    """Returns the width of local views in days, at most one period."""
    return min(settings.local_durations * ephemeris.duration_days, ephemeris.period)


def _near(
    time: np.ndarray, ephemeris: Ephemeris, width: float
) -> tuple[np.ndarray, np.ndarray]:
    phase = ephemeris.phase(time)
    points = np.flatnonzero(np.abs(phase) <= width / 2)
    return points, phase[points]


def _place(phase: np.ndarray, width: float, bins: int) -> np.ndarray:
    """Numbers of bins of points from half a width before to half a width after."""
    place = np.floor((phase + width / 2) * (bins / width)).astype(np.int64)
    return np.clip(place, 0, bins - 1)


def empty_view(bins: int) -> BinStatistics:
    """Returns a view without points."""
    nothing = np.full(bins, np.nan)
    return BinStatistics(
        median=nothing, scatter=nothing, count=np.zeros(bins, dtype=np.int64)
    )


def unfolded_transits(
    flat: DetrendedLightCurve, ephemeris: Ephemeris, settings: ViewSettings
) -> np.ndarray:
    """Returns a row of medians for each transit, of flux over trend less 1.

    Returns:
        Float32 of shape `(unfolded_transits, unfolded_bins)`, NaN where there are no
        points; of more transits than rows an even choice, the first and the last in it.
    """
    rows, bins = settings.unfolded_transits, settings.unfolded_bins
    width = local_width(ephemeris, settings)
    points, phase = _near(flat.time, ephemeris, width)
    cycle = ephemeris.cycle(flat.time[points])
    inside = np.abs(phase) < ephemeris.duration_days / 2
    seen = observed_cycles(cycle[inside], ephemeris, flat.exposure_days)
    matrix = np.full((rows, bins), np.nan, dtype=np.float32)
    if not seen.size:
        return matrix
    if seen.size > rows:
        # Evenly chosen in order, the first and the last with them.
        seen = seen[np.linspace(0, seen.size - 1, rows).round().astype(int)]
    row = np.searchsorted(seen, cycle)
    row = np.where(seen[np.minimum(row, seen.size - 1)] == cycle, row, rows)
    place = np.where(row < rows, row * bins + _place(phase, width, bins), -1)
    medians = RankedValues(flat.flux[points]).bins(place, seen.size * bins).median
    matrix[: seen.size] = (medians - 1).reshape(seen.size, bins)
    return matrix


def centroid_view(
    flat: DetrendedLightCurve,
    centroid: np.ndarray,
    ephemeris: Ephemeris,
    settings: ViewSettings,
) -> tuple[BinStatistics, float, float]:
    """Returns the light's motion along its motion in transit.

    Args:
        flat: The light curve.
        centroid: Column and row of its cadences in pixels.
        ephemeris: When the transits are.
        settings: Bins and widths.

    Returns:
        The view in pixels, and the size of the shift in transit with its error.
    """
    bins, width = settings.local_bins, local_width(ephemeris, settings)
    near, motion = centroid_motion(flat.time, centroid, ephemeris)
    phase, cycle = ephemeris.phase(flat.time[near]), ephemeris.cycle(flat.time[near])
    shift, error = centroid_shift(phase, cycle, motion, ephemeris)
    size = float(np.hypot(*shift))
    if not (near.size and np.isfinite(size)):
        return empty_view(bins), float("nan"), float("nan")
    along = motion @ (shift / size if size > 0 else np.array([1.0, 0.0]))
    place = np.where(np.abs(phase) <= width / 2, _place(phase, width, bins), -1)
    return RankedValues(along).bins(place, bins), size, error
