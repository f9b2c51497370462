"""Medians of a flat light curve in bins of phase, one function a kind of view."""

import numpy as np

from mesa_keras.preprocessing.binning_ranked import BinStatistics, RankedValues
from mesa_keras.preprocessing.detrend_light_curve import DetrendedLightCurve
from mesa_keras.preprocessing.fold import Ephemeris, Folded
from mesa_keras.preprocessing.transit_centroid import centroid_motion, centroid_shift
from mesa_keras.preprocessing.transit_scalars import observed_cycles
from mesa_keras.preprocessing.views_settings import ViewSettings


def flux_views(
    flat: DetrendedLightCurve,
    ephemeris: Ephemeris,
    folded: Folded,
    settings: ViewSettings,
) -> dict[str, BinStatistics]:
    """Returns all views of the flux, by name, of flux over trend."""
    ranked = RankedValues(flat.flux)
    period, phase, odd = folded.period, folded.phase, folded.cycle % 2 == 0
    late, early = phase >= period / 4, phase < -period / 4
    found = {}
    for name, days, span in (
        ("global", phase, period),
        ("half_period", phase + period / 2 * (early * 1.0 - late), period / 2),
        # Its middle is half a period after the 1st, 3rd, … transit.
        ("double_period", phase + period * (0.5 - odd), 2 * period),
    ):
        place = _place(days, span, settings.global_bins)
        found[name] = ranked.bins(place, settings.global_bins)
    bins, width = settings.local_bins, local_width(ephemeris, settings)
    points = _near(phase, width)
    place, odd = _place(phase[points], width, bins), odd[points]
    found["local"] = ranked.bins(place, bins, points)
    for name, chosen in (("odd", odd), ("even", ~odd)):
        found[name] = ranked.bins(place[chosen], bins, points[chosen])
    found["secondary"] = empty_view(bins)
    if flat.secondary is not None:
        days = folded.around(flat.secondary.phase_days).phase
        points = _near(days, width)
        place = _place(days[points], width, bins)
        found["secondary"] = ranked.bins(place, bins, points)
    return found


def local_width(ephemeris: Ephemeris, settings: ViewSettings) -> float:
    """Returns the width of local views in days, at most one period."""
    return min(settings.local_durations * ephemeris.duration_days, ephemeris.period)


def _near(phase: np.ndarray, width: float) -> np.ndarray:
    return np.flatnonzero(np.abs(phase) <= width / 2)


def _place(phase: np.ndarray, width: float, bins: int) -> np.ndarray:
    """Numbers of bins of points from half a width before to half a width after."""
    place = ((phase + width / 2) * (bins / width)).astype(np.int64)
    return np.clip(place, 0, bins - 1)


def empty_view(bins: int) -> BinStatistics:
    """Returns a view without points."""
    nothing = np.full(bins, np.nan)
    return BinStatistics(
        median=nothing, scatter=nothing, count=np.zeros(bins, dtype=np.int64)
    )


def unfolded_transits(
    flat: DetrendedLightCurve,
    ephemeris: Ephemeris,
    folded: Folded,
    settings: ViewSettings,
) -> np.ndarray:
    """Returns a row of medians for each transit, of flux over trend less 1.

    Returns:
        Float32 of shape `(unfolded_transits, unfolded_bins)`, NaN where there are no
        points; of more transits than rows an even choice, the first and the last in it.
    """
    rows, bins = settings.unfolded_transits, settings.unfolded_bins
    width = local_width(ephemeris, settings)
    points = _near(folded.phase, width)
    phase, cycle = folded.phase[points], folded.cycle[points]
    inside = np.abs(phase) < ephemeris.duration_days / 2
    seen = observed_cycles(cycle[inside], ephemeris, flat.spacing[points][inside])
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
    centroid: np.ndarray,
    ephemeris: Ephemeris,
    folded: Folded,
    settings: ViewSettings,
) -> tuple[BinStatistics, float, float]:
    """Returns the light's motion along its motion in transit.

    Args:
        centroid: Column and row of the cadences in pixels.
        ephemeris: When the transits are.
        folded: The cadences' times, folded.
        settings: Bins and widths.

    Returns:
        The view in pixels, and the size of the shift in transit with its error.
    """
    bins, width = settings.local_bins, local_width(ephemeris, settings)
    duration = ephemeris.duration_days
    near, motion = centroid_motion(folded, centroid, duration)
    shift, error = centroid_shift(folded.take(near), motion, duration)
    size = float(np.hypot(*shift))
    if not (near.size and np.isfinite(size)):
        return empty_view(bins), float("nan"), float("nan")
    along = motion @ (shift / size if size > 0 else np.array([1.0, 0.0]))
    phase = folded.phase[near]
    place = np.where(np.abs(phase) <= width / 2, _place(phase, width, bins), -1)
    return RankedValues(along).bins(place, bins), size, error
