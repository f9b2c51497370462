"""Where in its orbit a planet transits and for how long, at a period that is known."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing.detrend import slow_trend, window_days
from mesa_keras.preprocessing.fold import HOURS_PER_DAY, no_transit, phase_fold

SHORTEST_HOURS, LONGEST_HOURS = 0.5, 14.0
# No transit lasts longer than this part of the period.
LONGEST_PART = 0.2
NUM_DURATIONS = 30
# Fainter boxes are found in noise.
LEAST_SNR = 6.0
# With a known epoch only what is so many of the longest durations beside it counts.
NEAR_DURATIONS = 3.0
_OUTLIER_SIGMA = 5.0
_SIGMA_OF_MAD = 1.4826


@dataclass(frozen=True, kw_only=True)
class FoundTransit:
    """The box that fits best.

    Attributes:
        epoch: Time of a transit's centre, days.
        duration: Width of the box in hours: less than first to last contact.
        snr: Depth over its error, by white noise.
    """

    epoch: float
    duration: float
    snr: float


def find_transit(
    time: np.ndarray,
    flux: np.ndarray,
    period: float,
    *,
    epoch: float | None = None,
    segment: np.ndarray | None = None,
    exposure_days: float = 0.0,
) -> FoundTransit:
    """Fits boxes of many durations to the folded light curve.

    Args:
        time: Days, finite and ascending, shape `(cadences,)`.
        flux: Finite flux with a positive median.
        period: Days.
        epoch: A transit's centre, where it is known; then only durations are tried.
        segment: Integers that tell quarters or sectors apart.
        exposure_days: Time from one exposure to the next.

    Returns:
        The box of the highest likelihood.

    Raises:
        ImportError: If wotan is not installed.
        ValueError: If `period` is out of range, too little light is seen to search in,
            or no box stands out of the noise.

    References:
        Kovács, Zucker & Mazeh 2002, A&A 391, 369 (box least squares), as implemented
        in astropy.
    """
    phase = phase_fold(time, period, 0.0 if epoch is None else epoch)
    shortest = max(SHORTEST_HOURS / HOURS_PER_DAY, 2 * exposure_days)
    longest = min(LONGEST_HOURS / HOURS_PER_DAY, LONGEST_PART * period)
    if shortest > longest:
        raise ValueError(
            "`period` is too short for a transit in these exposures. "
            f"Received: {period} days"
        )
    masked = np.zeros(time.shape, dtype=bool)
    if epoch is not None:
        masked = np.abs(phase) < longest / 2
    if epoch is not None and not (np.abs(phase) < longest / 2).any():
        raise ValueError(no_transit(time, period, epoch))
    trend = slow_trend(
        time, flux, window=window_days(longest), masked=masked, segment=segment
    )
    flat = flux / trend - 1
    known = np.isfinite(flat)
    noise = _SIGMA_OF_MAD * float(np.median(np.abs(flat[known & ~masked])))
    known &= flat < _OUTLIER_SIGMA * noise
    if epoch is not None:
        known &= np.abs(phase) < NEAR_DURATIONS * longest
    durations = np.geomspace(shortest, longest, NUM_DURATIONS)
    # No transit is seen twice at any longer period, which would only need more memory.
    folded = min(period, float(np.ptp(time)) + 2 * longest)
    found = _best_box(time[known], flat[known], noise, folded, durations)
    if not found.snr >= LEAST_SNR:
        raise ValueError(
            f"no transit stands out of the noise at a period of {period:g} days "
            f"(signal-to-noise {found.snr:.1f}, at least {LEAST_SNR:g} is needed to "
            "tell its duration): give the duration."
        )
    return found


def _best_box(
    time: np.ndarray,
    flux: np.ndarray,
    noise: float,
    period: float,
    durations: np.ndarray,
) -> FoundTransit:
    from astropy.timeseries import BoxLeastSquares

    model = BoxLeastSquares(time, flux, dy=max(noise, 1e-7))
    # Of durations of one period it returns the best.
    power = model.power([period], durations, objective="likelihood", oversample=20)
    return FoundTransit(
        epoch=float(power.transit_time[0]),
        duration=HOURS_PER_DAY * float(power.duration[0]),
        snr=float(power.depth_snr[0]),
    )
