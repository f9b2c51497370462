"""From a raw light curve to a flat one: other planets out, trend out, outliers out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.detrend import window_days
from mesa_keras.preprocessing.detrend_cadences import (
    SortedCadences,
    check_rest,
    sorted_cadences,
    spacing_by_segment,
)
from mesa_keras.preprocessing.detrend_noise import (
    MASK_DURATIONS,
    red_noise_factor,
    trend_noise_factor,
)
from mesa_keras.preprocessing.detrend_round import LEAST_NOISE, detrend_round
from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.transit_secondary import SecondaryDip

# Where means scatter this much more than white noise, a shorter window is tried.
RESTLESS = 1.35
SHORT_WINDOW_DAYS = 0.7
# A dip this strong beside the transits is masked as well when the trend is found.
SECONDARY_SNR = 7.0
# Masks never hide more than this: some of the star must be seen to know its level.
LARGEST_MASK = 0.7
# Of the candidate's transits, what may be lost to those of other planets.
LARGEST_OVERLAP = 0.5


@dataclass(frozen=True, kw_only=True)
class DetrendedLightCurve:
    """A light curve without trend and outliers, and what became of each cadence.

    Attributes:
        time: Days of the kept cadences, ascending, shape `(kept,)`.
        flux: Their flux over the trend: 1 where nothing happens.
        segment: Which quarter or sector they are from.
        kept: Their places among the cadences given, shape `(kept,)`.
        trend: Trend of every cadence given, in the unit of the flux, NaN where unknown.
        clipped: Which cadences given were outliers.
        hidden: Which were left out as transits of other planets.
        noise: Robust standard deviation of a kept cadence outside the transits.
        red_noise: By how much means over a transit's duration scatter more than white
            noise would make them, 1 or more.
        trend_noise: By how much the error of a depth grows because the trend under the
            transit is only known from beside it, 1 or more.
        secondary: The strongest dip beside the transits.
        exposure_days: Time from one exposure to the next.
        spacing: The same of each kept cadence's own segment, shape `(kept,)`: sectors
            of one star may have been observed every 30 minutes and every two.
        window_days: Length of the window of the trend.
    """

    time: np.ndarray
    flux: np.ndarray
    segment: np.ndarray
    kept: np.ndarray
    trend: np.ndarray
    clipped: np.ndarray
    hidden: np.ndarray
    noise: float
    red_noise: float
    trend_noise: float
    secondary: SecondaryDip | None
    exposure_days: float
    spacing: np.ndarray
    window_days: float

    def take(self, rows: np.ndarray) -> "DetrendedLightCurve":
        """Returns the curve with some of its kept cadences, the rest as it was."""
        return replace(
            self,
            time=self.time[rows],
            flux=self.flux[rows],
            segment=self.segment[rows],
            kept=self.kept[rows],
            spacing=self.spacing[rows],
        )

    def point_error(self) -> float:
        """Standard error of a point that makes errors of depths honest."""
        return max(self.noise * self.red_noise * self.trend_noise, LEAST_NOISE)


def detrend_light_curve(
    time: ArrayLike,
    flux: ArrayLike,
    ephemeris: Ephemeris,
    *,
    segment: ArrayLike | None = None,
    others: Sequence[Ephemeris] = (),
    window: float | None = None,
    exposure_days: float | None = None,
) -> DetrendedLightCurve:
    """Divides a light curve by its slow trend and leaves out what is no part of it.

    Transits of the candidate do not enter the trend, nor does the strongest dip beside
    them if it is certain, as a secondary eclipse is. Transits of other planets of the
    star are left out altogether, and what they overlap of the candidate's; unless that
    is more than half of these: then the two are hardly two planets.

    Args:
        time: Days, shape `(cadences,)`, in any order; NaN is left out.
        flux: Flux in any unit with a positive median; NaN is left out.
        ephemeris: The candidate's.
        segment: Integers that tell quarters or sectors apart, each with its own level.
        others: Ephemerides of the star's other planets.
        window: Length in days of the window in which the trend is found; `None` takes
            a day, or three durations if that is longer; and of a star that is restless
            over a transit's duration, 0.7 days if depths are better known then.
        exposure_days: Time from one exposure to the next; `None` takes the median, and
            so does NaN, which a curve of one cadence has.

    Returns:
        The flat light curve.

    Raises:
        ImportError: If wotan is not installed.
        ValueError: If the arrays do not fit, or nothing is left outside the transits.
    """
    if window is not None and not (np.isfinite(window) and window > 0):
        raise ValueError(f"`window` must be positive days. Received: {window}")
    given = sorted_cadences(time, flux, segment)
    cadence = exposure_days
    if cadence is None or not np.isfinite(cadence):
        spacing = np.diff(given.time)
        cadence = float(np.median(spacing)) if spacing.size else 0.0
    phase = ephemeris.phase(given.time)
    own = _near(phase, ephemeris)
    hidden = _hidden(given.time, own, others)
    seen = given
    if hidden.any():
        seen, own, phase = given.take(~hidden), own[~hidden], phase[~hidden]
    check_rest(seen, own, ephemeris)
    total = np.size(np.asarray(time))
    found = _detrend(
        seen,
        phase,
        own,
        ephemeris,
        width=window_days(ephemeris.duration_days) if window is None else window,
        cadence=cadence,
        total=total,
    )
    short = window_days(ephemeris.duration_days, SHORT_WINDOW_DAYS)
    restless = found.red_noise > RESTLESS and short < 0.9 * found.window_days
    if window is None and restless:
        other = _detrend(
            seen, phase, own, ephemeris, width=short, cadence=cadence, total=total
        )
        found = min(found, other, key=DetrendedLightCurve.point_error)
    return replace(found, hidden=_mask_of(total, given.place[hidden]))


def _detrend(
    seen: SortedCadences,
    phase: np.ndarray,
    masked: np.ndarray,
    ephemeris: Ephemeris,
    *,
    width: float,
    cadence: float,
    total: int,
) -> DetrendedLightCurve:
    """Detrends with one window; `total` is how many cadences were given."""
    flat = detrend_round(seen, phase, masked, ephemeris, width, cadence)
    beside = _secondary_mask(phase, flat.secondary, ephemeris)
    if beside is not None and (masked | beside).mean() < LARGEST_MASK:
        masked = masked | beside
        flat = detrend_round(seen, phase, masked, ephemeris, width, cadence)
    good = np.isfinite(flat.flux) & ~flat.clipped
    if not good.any():
        raise ValueError("`flux` has no point whose trend is known.")
    trend = np.full(total, np.nan)
    trend[seen.place] = flat.trend
    quiet = good & ~masked
    return DetrendedLightCurve(
        time=seen.time[good],
        flux=flat.flux[good],
        segment=seen.segment[good],
        kept=seen.place[good],
        trend=trend,
        clipped=_mask_of(total, seen.place[flat.clipped]),
        hidden=np.zeros(total, dtype=bool),
        noise=flat.noise,
        red_noise=red_noise_factor(
            seen.time[quiet], flat.flux[quiet], ephemeris.duration_days, flat.noise
        ),
        trend_noise=trend_noise_factor(ephemeris.duration_days, width),
        secondary=flat.secondary,
        exposure_days=cadence,
        spacing=spacing_by_segment(seen.time, seen.segment, cadence)[good],
        window_days=width,
    )


def _hidden(
    time: np.ndarray, own: np.ndarray, others: Sequence[Ephemeris]
) -> np.ndarray:
    hidden = np.zeros(own.shape, dtype=bool)
    for other in others:
        hidden |= other.near(time, MASK_DURATIONS)
    if (hidden & own).sum() > LARGEST_OVERLAP * own.sum():
        hidden &= ~own
    return hidden


def _near(phase: np.ndarray, ephemeris: Ephemeris) -> np.ndarray:
    width = min(MASK_DURATIONS * ephemeris.duration_days, ephemeris.period / 2)
    return np.asarray(np.abs(phase) < width / 2)


def _secondary_mask(
    phase: np.ndarray, dip: SecondaryDip | None, ephemeris: Ephemeris
) -> np.ndarray | None:
    if dip is None or dip.snr < SECONDARY_SNR:
        return None
    away = phase - dip.phase_days
    return _near(away + ephemeris.period * (away < -ephemeris.period / 2), ephemeris)


def _mask_of(total: int, places: np.ndarray) -> np.ndarray:
    mask = np.zeros(total, dtype=bool)
    mask[places] = True
    return mask
