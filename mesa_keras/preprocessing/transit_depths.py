"""Depth of each single transit, and what groups of them have in common."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing.fold_bins import WINDOW_DURATIONS
from mesa_keras.preprocessing.transit_fit import TransitFit
from mesa_keras.preprocessing.transit_template import mean_dip, transit_shapes

# A transit counts whose data tell this much of what they would without gaps.
LEAST_INFORMATION = 0.2


@dataclass(frozen=True, kw_only=True)
class TransitDepths:
    """Depths of single transits, all of the shape of the folded one.

    Attributes:
        cycle: Number of each transit, ascending, shape `(transits,)`.
        depth: Fraction of the light lost at mid-transit.
        error: Standard error by the scatter of the points.
    """

    cycle: np.ndarray
    depth: np.ndarray
    error: np.ndarray


def transit_depths(
    phase: np.ndarray,
    cycle: np.ndarray,
    flux: np.ndarray,
    fit: TransitFit,
    *,
    noise: float,
    exposure_days: float,
    spacing: np.ndarray | None = None,
    eclipse: bool = False,
) -> TransitDepths:
    """Fits depth and level of each transit by linear least squares.

    Args:
        phase: Days from mid-transit, shape `(points,)`.
        cycle: Number of the nearest transit.
        flux: Relative flux.
        fit: What the folded transits look like.
        noise: Standard deviation of a point.
        exposure_days: Length of an exposure.
        spacing: Time from one exposure to the next at each point, where it is not the
            same for all: a point of half an hour is worth many of two minutes.
        eclipse: Whether it is of a disc without limb darkening.

    Returns:
        The transits that have data in and beside them.
    """
    reach = WINDOW_DURATIONS / 2 * fit.best_duration_days
    near = np.flatnonzero(np.abs(phase - fit.shift_days) < reach)
    if not near.size:
        return TransitDepths(cycle=np.empty(0, int), depth=near * 0.0, error=near * 0.0)
    shapes = transit_shapes()
    area = (shapes.flat_area if eclipse else shapes.area)[fit.shape][None]
    model = mean_dip(
        area,
        phase[near] - fit.shift_days,
        np.array([fit.best_duration_days]),
        max(exposure_days, 1e-6),
    )[0, 0]
    first = int(cycle[near].min())
    group = cycle[near] - first
    size = int(group.max()) + 1
    lost = 1 - flux[near]
    count = np.bincount(group, minlength=size)
    ones, twos, level, cross = (
        np.bincount(group, weight, size)
        for weight in (model, model**2, lost, model * lost)
    )
    filled = np.maximum(count, 1)
    information = twos - ones**2 / filled
    worth = information
    if spacing is not None:
        worth = information * np.bincount(group, spacing[near], size) / filled
    known = worth > LEAST_INFORMATION * worth.max()
    safe = np.where(known, information, 1.0)
    depth = (cross - ones * level / filled) / safe
    return TransitDepths(
        cycle=np.flatnonzero(known) + first,
        depth=depth[known],
        error=(noise / np.sqrt(safe))[known],
    )


def odd_even(depths: TransitDepths) -> tuple[float, float]:
    """Returns how much deeper the 1st, 3rd, … are than the others, and the error.

    The epoch is the first. The error is scaled up by the scatter of the depths about
    their means, where that is larger than the points tell.

    Returns:
        Difference and error as fractions of the light; NaN where either kind is absent.
    """
    odd = depths.cycle % 2 == 0
    if odd.all() or not odd.any():
        return float("nan"), float("nan")
    weight = depths.error**-2
    means = [_mean(depths, kind) for kind in (odd, ~odd)]
    variance = 1 / weight[odd].sum() + 1 / weight[~odd].sum()
    return means[0] - means[1], float(depth_scatter(depths) * np.sqrt(variance))


def depth_scatter(depths: TransitDepths) -> float:
    """Returns by how much depths scatter more than their errors tell, 1 or more.

    Odd and even transits are compared with their own means: those of a binary differ.
    """
    odd = depths.cycle % 2 == 0
    left, kinds = np.zeros(depths.depth.shape), 0
    for kind in (odd, ~odd):
        if kind.any():
            left[kind] = depths.depth[kind] - _mean(depths, kind)
            kinds += 1
    return excess_scatter(left / depths.error, depths.cycle.size - kinds)


def _mean(depths: TransitDepths, chosen: np.ndarray) -> float:
    weight = depths.error[chosen] ** -2
    return float(np.average(depths.depth[chosen], weights=weight))


def excess_scatter(left: np.ndarray, freedom: int) -> float:
    """Returns by how much residuals in units of their errors scatter above 1.

    It is 1 where there are too few to tell.
    """
    if freedom < 1:
        return 1.0
    return float(np.sqrt(max((left**2).sum() / freedom, 1.0)))
