"""Dips at any time after the transit: the fitted one, and trapezoids as long."""

import numpy as np

from mesa_keras.preprocessing.transit_fit import TransitFit
from mesa_keras.preprocessing.transit_template import (
    SHAPE_POINTS,
    mean_dip,
    transit_shapes,
)

# An exposure is never shorter than this, for the formula's sake.
_LEAST_EXPOSURE_DAYS = 1e-6


def fitted_dip(
    fit: TransitFit, phase: np.ndarray, exposure_days: float, *, eclipse: bool = False
) -> np.ndarray:
    """Returns the fitted dip over its depth.

    Args:
        fit: What the folded transits look like.
        phase: Days after the transit's expected centre, of any shape.
        exposure_days: Length of an exposure, over which it is averaged.
        eclipse: Whether it is of a disc without limb darkening, as a secondary eclipse.

    Returns:
        Light lost over the depth, shape of `phase`: 1 in the middle of a long transit
        and 0 outside.
    """
    shapes = transit_shapes()
    area = (shapes.flat_area if eclipse else shapes.area)[fit.shape]
    return _dip(area, fit, phase, exposure_days)


def trapezoid_dip(
    fit: TransitFit, phase: np.ndarray, exposure_days: float, ingress: float
) -> np.ndarray:
    """Returns a trapezoid of the fit's centre and duration, 1 in the middle.

    Args:
        fit: Tells centre and duration.
        phase: Days after the transit's expected centre, of any shape.
        exposure_days: Length of an exposure, over which it is averaged.
        ingress: Part of it that is ingress or egress: 0 is a box, 1 a triangle.

    Raises:
        ValueError: If `ingress` is not from 0 to 1.
    """
    if not 0 <= ingress <= 1:
        raise ValueError(f"`ingress` must be from 0 to 1. Received: {ingress}")
    x = np.linspace(0.0, 1.0, SHAPE_POINTS)
    floor = 1 - ingress
    # Integral from the middle: flat, then falling to 0 at x = 1.
    beyond = np.maximum(x - floor, 0.0)
    area = x - beyond**2 / (2 * ingress) if ingress > 0 else x
    return _dip(np.minimum(area, 1 - ingress / 2), fit, phase, exposure_days)


def _dip(
    area: np.ndarray, fit: TransitFit, phase: np.ndarray, exposure_days: float
) -> np.ndarray:
    days = np.asarray(phase, dtype=np.float64) - fit.shift_days
    exposure = max(exposure_days, _LEAST_EXPOSURE_DAYS)
    near = np.abs(days) < fit.best_duration_days / 2 + exposure
    dip = np.zeros(days.shape)
    duration = np.array([fit.best_duration_days])
    dip[near] = mean_dip(area[None], days[near], duration, exposure)[0, 0]
    return dip
