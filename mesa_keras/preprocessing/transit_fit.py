"""Depth, duration and shape of a folded transit, by the shapes of `transit_template`.

All shapes and durations of a grid are compared with the folded light curve at once;
depth and level of each follow by linear least squares. What is reported are means over
the grid, weighted by likelihood and a weak prior that the duration is near the given
one: a strong transit says itself how long it is, of a faint one only the depth is new.
"""

from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing.fold_bins import FoldedBins
from mesa_keras.preprocessing.transit_template import (
    mean_dip,
    shape_row,
    transit_shapes,
)

DURATION_RANGE = (1 / 3, 2.5)
DURATION_STEPS = 40
DURATION_PRIOR = 0.4
SIZE_PRIOR = 1.0
# Depth over the squared ratio of radii, at the middle of a Sun-like star.
CENTRAL_LIGHT = 1.2
LARGEST_SHIFT = 0.5
# A transit is looked for beside its epoch only where it gains this much there.
SHIFT_GAIN = 12.0
_COARSE_DURATIONS = (0.5, 0.7, 1.0, 1.4, 2.0)
_COARSE_SHAPES = [shape_row(0.06, chord) for chord in (0.45, 0.85, 0.97)]
_FINE_STEPS = 33


@dataclass(frozen=True, kw_only=True)
class TransitFit:
    """What a folded transit looks like.

    Attributes:
        depth: Fraction of the light lost at mid-transit, instantaneously.
        depth_err: Its standard error.
        duration_days: First to last contact.
        duration_err_days: Its standard error.
        shift_days: How much later than the epoch the transit is.
        v_shape: Part of the transit that is ingress or egress, 0 to 1.
        shape: Row of `transit_shapes` that fits best, with the duration that does.
        best_duration_days: That duration.
    """

    depth: float
    depth_err: float
    duration_days: float
    duration_err_days: float
    shift_days: float
    v_shape: float
    shape: int
    best_duration_days: float


def fit_transit(
    bins: FoldedBins, duration_days: float, *, eclipse: bool = False
) -> TransitFit | None:
    """Fits depth, duration, shape and centre.

    Args:
        bins: What `fold_bins` made, centred on the epoch.
        duration_days: Expected duration.
        eclipse: Whether it is of a disc without limb darkening, as a secondary eclipse.

    Returns:
        The fit, `None` where the data do not tell a transit from a level.
    """
    shapes = transit_shapes()
    area = shapes.flat_area if eclipse else shapes.area
    shift = _shift(bins, duration_days)
    durations = duration_days * np.geomspace(*DURATION_RANGE, DURATION_STEPS)
    every = np.arange(len(shapes.area))
    for _ in range(2):
        models = mean_dip(area[every], bins.days - shift, durations, bins.smear_days)
        depth, variance, gain = _linear(bins, models)
        known = np.isfinite(gain)
        if not known.any():
            return None
        prior = (np.log(durations / duration_days) / DURATION_PRIOR)[:, None] ** 2
        log = np.where(known, np.where(depth > 0, gain, -gain) - prior, -np.inf) / 2
        # A body hides about as much light as its size says, unless others' light is
        # in the aperture.
        expected = 0.5 * np.log(np.clip(depth / CENTRAL_LIGHT, 1e-4, 1.0))
        unlikely = (np.log(shapes.radius_ratio) - expected) / SIZE_PRIOR
        log += shapes.log_prior - np.where(known, unlikely, 0.0) ** 2 / 2
        chance = np.exp(log - log.max())
        chance /= chance.sum()
        best = np.unravel_index(np.argmax(log), log.shape)
        if (chance.max(axis=1) > 0.01 * chance.max()).sum() > 8:
            break
        # The data know the duration better than the grid: look closer.
        near = durations[best[0]] * np.geomspace(0.92, 1.087, _FINE_STEPS)
        if durations.size == _FINE_STEPS:
            break
        durations = near
    weights = np.where(known, chance, 0.0)
    mean = {
        "depth": np.where(known, depth, 0.0),
        "duration": np.broadcast_to(durations[:, None], depth.shape),
        "v_shape": np.broadcast_to(shapes.v_shape[every], depth.shape),
    }
    means = {name: float((weights * values).sum()) for name, values in mean.items()}
    spread = {
        name: float((weights * (values - means[name]) ** 2).sum())
        for name, values in mean.items()
    }
    within = float((weights * np.where(known, variance, 0.0)).sum())
    return TransitFit(
        depth=means["depth"],
        depth_err=float(np.sqrt(within + spread["depth"])),
        duration_days=means["duration"],
        duration_err_days=float(np.sqrt(spread["duration"])),
        shift_days=shift,
        v_shape=means["v_shape"],
        shape=int(best[1]),
        best_duration_days=float(durations[best[0]]),
    )


def fit_depth(
    bins: FoldedBins, fit: TransitFit, *, eclipse: bool = False
) -> tuple[float, float]:
    """Returns depth and standard error of a dip that looks like another.

    Args:
        bins: Bins around the phase of the dip.
        fit: The fit that tells duration, shape and centre.
        eclipse: Whether it is of a disc without limb darkening, as a secondary eclipse.

    Returns:
        Fraction of the light lost at the middle, and its error; NaN where the data do
        not tell a dip from a level.
    """
    shapes = transit_shapes()
    area = (shapes.flat_area if eclipse else shapes.area)[fit.shape][None]
    duration = np.array([fit.best_duration_days])
    model = mean_dip(area, bins.days - fit.shift_days, duration, bins.smear_days)
    depth, variance, _ = _linear(bins, model)
    return float(depth[0, 0]), float(np.sqrt(variance[0, 0]))


def observed_depth(fit: TransitFit, smear_days: float) -> float:
    """Returns the light lost in an exposure at mid-transit.

    It is less than the depth where an exposure is not short beside the transit.
    """
    area = transit_shapes().area[fit.shape][None]
    duration = np.array([fit.best_duration_days])
    middle = mean_dip(area, np.zeros(1), duration, max(smear_days, 1e-6))
    return fit.depth * float(middle[0, 0, 0])


def _linear(
    bins: FoldedBins, models: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Depth, its variance and the gain in chi squared, NaN where undetermined.

    The level beside the transit is free.
    """
    total = bins.weight.sum()
    first = models @ bins.weight
    second = models**2 @ bins.weight
    cross = models @ (bins.weight * (bins.lost - bins.weight @ bins.lost / total))
    information = second - first**2 / total
    # A dip needs points inside and outside: a tenth of a full one's information.
    known = information > 0.05 * np.minimum(first, total - first)
    known &= information > 0
    safe = np.where(known, information, np.nan)
    return cross / safe, 1 / safe, cross**2 / safe


def _shift(bins: FoldedBins, duration_days: float) -> float:
    """How much later than expected the transit is, 0 unless that is certain."""
    width = bins.width_days
    most = int(LARGEST_SHIFT * duration_days / width)
    count = bins.days.size + 2 * most
    days = (np.arange(count) - count // 2) * width
    area = transit_shapes().area[_COARSE_SHAPES]
    models = mean_dip(
        area, days, duration_days * np.array(_COARSE_DURATIONS), bins.smear_days
    )
    moved = np.lib.stride_tricks.sliding_window_view(models, bins.days.size, axis=-1)
    depth, _, gain = _linear(bins, moved)
    gain = np.where(np.isfinite(gain) & (depth > 0), gain, 0.0).max(axis=(0, 1))
    # Model i is centred i bins before the last place.
    best = int(np.argmax(gain))
    if gain[best] < gain[most] + SHIFT_GAIN:
        return 0.0
    offset = 0.0
    if 0 < best < gain.size - 1:
        left, middle, right = gain[best - 1 : best + 2]
        curve = left - 2 * middle + right
        offset = 0.5 * (left - right) / curve if curve < 0 else 0.0
    return float((most - best - offset) * width)
