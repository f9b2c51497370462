"""One round of detrending: trend, outliers, noise, strongest dip."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing.detrend import slow_trend
from mesa_keras.preprocessing.detrend_cadences import SortedCadences
from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.outliers import outliers, scatter_by_segment
from mesa_keras.preprocessing.transit_secondary import SecondaryDip, find_secondary

# Simulated curves may have no noise at all; no real one has less.
LEAST_NOISE = 1e-7
_SIGMA_OF_MAD = 1.4826


@dataclass(frozen=True, kw_only=True)
class DetrendedRound:
    """One round of detrending and clipping, arrays of all its cadences.

    Attributes:
        trend: The slow trend, NaN where unknown.
        flux: Flux over it.
        clipped: Which cadences are outliers.
        noise: Robust standard deviation of the others outside the mask.
        secondary: The strongest dip beside the transits.
    """

    trend: np.ndarray
    flux: np.ndarray
    clipped: np.ndarray
    noise: float
    secondary: SecondaryDip | None


def detrend_round(
    seen: SortedCadences,
    phase: np.ndarray,
    masked: np.ndarray,
    ephemeris: Ephemeris,
    width: float,
    cadence: float,
) -> DetrendedRound:
    """Finds the trend outside a mask, outliers, noise, and the strongest dip.

    Args:
        seen: The cadences.
        phase: Days from the nearest transit.
        masked: What does not enter the trend, and where no low point is an outlier.
        ephemeris: When the transits are.
        width: Length of the window in days.
        cadence: Time from one exposure to the next in days.

    Raises:
        ValueError: If no cadence outside the mask has a trend.
    """
    trend = slow_trend(
        seen.time, seen.flux, window=width, masked=masked, segment=seen.segment
    )
    flux = seen.flux / trend
    quiet = np.isfinite(flux) & ~masked
    if not quiet.any():
        raise ValueError("`flux` has no point whose trend is known.")
    clipped = outliers(
        seen.time,
        flux,
        np.maximum(scatter_by_segment(flux, seen.segment, quiet), LEAST_NOISE),
        protected=masked,
        duration_days=ephemeris.duration_days,
        exposure_days=cadence,
    )
    quiet &= ~clipped
    rest = flux[quiet]
    noise = _SIGMA_OF_MAD * float(np.median(np.abs(rest - np.median(rest))))
    good = np.isfinite(flux) & ~clipped
    dip = find_secondary(
        phase[good],
        flux[good],
        period=ephemeris.period,
        duration_days=ephemeris.duration_days,
        noise=max(noise, LEAST_NOISE),
    )
    return DetrendedRound(
        trend=trend, flux=flux, clipped=clipped, noise=noise, secondary=dip
    )
