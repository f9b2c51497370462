"""The strongest dip beside the transits: where a secondary eclipse would be."""

from dataclasses import dataclass

import numpy as np

# Phases are searched in steps of this part of a duration.
STEPS_PER_DURATION = 8
# Durations around the transit that are no place for a secondary eclipse.
AVOIDED_DURATIONS = 3.0
# Values beyond are set to it, so that no single point is an eclipse.
LARGEST_SIGMA = 5.0
# A dip needs this part of the points that it would have without gaps.
LEAST_COVERAGE = 0.3


@dataclass(frozen=True, kw_only=True)
class SecondaryDip:
    """The strongest dip beside the transits.

    Attributes:
        phase_days: Days from the transit, from 0 to the period.
        snr: Its depth over its error, of boxes and white noise.
    """

    phase_days: float
    snr: float


def find_secondary(
    phase: np.ndarray,
    flux: np.ndarray,
    *,
    period: float,
    duration_days: float,
    noise: float,
) -> SecondaryDip | None:
    """Finds the phase at which a box of the transit's duration is the deepest.

    The level is that of the points beside the box, a duration and a half to each side,
    so that slow variation along the orbit is no eclipse.

    Args:
        phase: Days from the nearest transit, shape `(points,)`.
        flux: Detrended relative flux.
        period: Period in days.
        duration_days: Duration of the transit.
        noise: Standard deviation of a point.

    Returns:
        The dip, `None` where no phase has data enough. There is a strongest dip in any
        noise: see its `snr`.
    """
    num_bins = max(int(np.ceil(period / duration_days * STEPS_PER_DURATION)), 1)
    width = period / num_bins
    inner, wide = STEPS_PER_DURATION // 2, 2 * STEPS_PER_DURATION
    place = np.floor(phase / width).astype(np.int64)
    first, seen = _covered(place, num_bins, wide + 1)
    place = (place - first) % seen
    lost = np.clip(1 - flux, -LARGEST_SIGMA * noise, LARGEST_SIGMA * noise)
    counts = np.bincount(place, minlength=seen).astype(np.float64)
    sums = np.bincount(place, lost, minlength=seen)
    centers = (first + np.arange(seen) + 0.5) * width % period
    away = np.minimum(centers, period - centers)
    avoided = away < min(AVOIDED_DURATIONS * duration_days / 2, period / 4)
    counts[avoided] = 0.0
    sums[avoided] = 0.0
    n_in, s_in = (_around(values, inner) for values in (counts, sums))
    n_all, s_all = (_around(values, wide) for values in (counts, sums))
    n_out, s_out = n_all - n_in, s_all - s_in
    typical = (2 * inner + 1) * phase.size / num_bins
    known = (n_in > LEAST_COVERAGE * typical) & (n_out > LEAST_COVERAGE * typical)
    known &= (n_in >= 1) & ~avoided
    if not known.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = s_in / n_in - s_out / n_out
        snr = depth / (noise * np.sqrt(1 / n_in + 1 / n_out))
    snr = np.where(known, snr, -np.inf)
    best = int(np.argmax(snr))
    offset = 0.0
    left, right = snr[best - 1], snr[(best + 1) % seen]
    curve = left - 2 * snr[best] + right
    if np.isfinite(curve) and curve < 0:
        offset = 0.5 * (left - right) / curve
    return SecondaryDip(
        phase_days=float((centers[best] + offset * width) % period),
        snr=float(snr[best]),
    )


def _covered(place: np.ndarray, num_bins: int, margin: int) -> tuple[int, int]:
    """Returns the first bin and the number of bins that have points near them.

    Of a period far longer than the light curve most bins are empty, and may be more
    than memory holds.
    """
    if not place.size:
        return 0, 1
    first = int(place.min()) - margin
    seen = int(place.max()) + margin + 1 - first
    return (first, seen) if seen < num_bins else (0, num_bins)


def _around(values: np.ndarray, reach: int) -> np.ndarray:
    """Sums over bins up to `reach` to each side, around the circle."""
    reach = min(reach, (values.size - 1) // 2)
    wrapped = np.concatenate([values[values.size - reach :], values, values[:reach]])
    total = np.concatenate([[0.0], np.cumsum(wrapped)])
    return np.asarray(total[2 * reach + 1 :] - total[: -2 * reach - 1])
