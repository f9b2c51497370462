"""Changes of an object's own light curve that may turn a verdict.

Each multiplies the raw flux, before any trend is taken out, by the ratio of a dip that
is wanted to the one that was fitted. A change of nothing leaves the flux as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.transit_model import trapezoid_dip
from mesa_keras.preprocessing.views_candidate import CandidateViews
from mesa_keras.readers import LightCurve
from mesa_keras.recipes.mesa.measured_dips import MOST_LIGHT, PPM, MeasuredDips

STEPS = 10
# A secondary eclipse is at most as deep as the transit, or so many of its errors.
FAINTEST_SIGMA = 5.0
LARGEST_DEPTH_FACTOR, LARGEST_DEPTH = 30.0, 0.5


@dataclass(frozen=True, kw_only=True)
class Change:
    """One way to change a light curve.

    Attributes:
        kind: Short name.
        title: What is changed, in words.
        unit: Unit of the values.
        start: Value that leaves the light curve as it is.
        values: Values to try, away from `start`.
        error: Standard error of what is measured, NaN where there is none.
        flux: From a value to the raw flux.
    """

    kind: str
    title: str
    unit: str
    start: float
    values: np.ndarray
    error: float
    flux: Callable[[float], np.ndarray]


def possible_changes(
    curve: LightCurve, ephemeris: Ephemeris, views: CandidateViews
) -> tuple[list[Change], dict[str, str]]:
    """Returns the changes that make sense for an object.

    Args:
        curve: Its light curve.
        ephemeris: When the transits are.
        views: Views of the light curve as it is, with a fit.

    Returns:
        The changes, and by kind why others cannot be made.

    Raises:
        ValueError: If there is no fit.
    """
    if views.fit is None:
        raise ValueError("`views` must have a fitted transit. Received: none")
    dips = MeasuredDips(curve, ephemeris, views, views.fit)
    made, skipped = [], {}
    for change in (
        *(_secondary_added, _secondary_removed, _odd_even_added, _odd_even_removed),
        *(_deeper, _shallower, _more_v_shaped, _more_box_shaped),
    ):
        found = change(dips)
        if isinstance(found, Change):
            made.append(found)
        else:
            skipped[change.__name__.lstrip("_")] = found
    return made, skipped


def _secondary_added(dips: MeasuredDips) -> Change | str:
    error = dips.scalars["secondary_error"]
    if not np.isfinite(error):
        error = dips.scalars["measured_depth_error"]
    largest = max(PPM * dips.depth, FAINTEST_SIGMA * error)
    shape = dips.eclipse(0.5)
    if not shape.any():
        return "phase 0.5 is not in the data"
    return Change(
        kind="secondary_added",
        title="Secondary eclipse added at phase 0.5",
        unit="ppm",
        start=0.0,
        values=np.geomspace(min(error / 2, largest / 4), largest, STEPS),
        error=error,
        flux=lambda value: dips.raw * (1 - value / PPM * shape),
    )


def _secondary_removed(dips: MeasuredDips) -> Change | str:
    depth = dips.scalars["secondary_depth"]
    if not dips.certain("secondary_depth") or depth < 0:
        return "none is measured with certainty"
    shape = dips.measured_eclipse()
    old = 1 - np.clip(depth / PPM * shape, None, MOST_LIGHT)
    return Change(
        kind="secondary_removed",
        title="Measured secondary eclipse taken away",
        unit="ppm",
        start=depth,
        values=np.linspace(depth, 0.0, STEPS + 1)[1:],
        error=dips.scalars["secondary_error"],
        flux=lambda value: dips.raw * ((1 - value / PPM * shape) / old),
    )


def _odd_even(dips: MeasuredDips, difference: float) -> np.ndarray:
    """Raw flux with odd and even transits this much more different, ppm."""
    half = difference / PPM / 2
    return dips.with_transit((dips.own + half * dips.sign) * dips.transit)


def _odd_even_added(dips: MeasuredDips) -> Change | str:
    difference = dips.scalars["odd_even_difference"]
    if not np.isfinite(difference):
        return "odd or even transits are not in the data"
    if dips.depth <= 0:
        return "no transit is measured"
    most = 2 * PPM * float(dips.own.min())
    if most <= 0:
        return "one kind of transits is gone already"
    # Away from what is measured, until one kind of transits is gone.
    sign = 1.0 if difference >= 0 else -1.0
    return Change(
        kind="odd_even_added",
        title="Difference of odd and even transits added",
        unit="ppm",
        start=0.0,
        values=sign * np.linspace(0.0, most, STEPS + 1)[1:],
        error=dips.scalars["odd_even_error"],
        flux=lambda value: _odd_even(dips, value),
    )


def _odd_even_removed(dips: MeasuredDips) -> Change | str:
    difference = dips.scalars["odd_even_difference"]
    if not dips.certain("odd_even_difference"):
        return "no difference is measured with certainty"
    return Change(
        kind="odd_even_removed",
        title="Measured difference of odd and even transits taken away",
        unit="ppm",
        start=difference,
        values=np.linspace(difference, 0.0, STEPS + 1)[1:],
        error=dips.scalars["odd_even_error"],
        flux=lambda value: _odd_even(dips, value - difference),
    )


def _depth(
    dips: MeasuredDips, kind: str, title: str, values: np.ndarray
) -> Change | str:
    if dips.depth <= 0:
        return "no transit is measured"
    return Change(
        kind=kind,
        title=title,
        unit="ppm",
        start=PPM * dips.depth,
        values=values,
        error=dips.scalars["measured_depth_error"],
        # Odd and even transits in proportion, so that at 0 there are neither.
        flux=lambda value: dips.with_transit(
            value / PPM * (dips.own / dips.depth) * dips.transit
        ),
    )


def _deeper(dips: MeasuredDips) -> Change | str:
    most = min(LARGEST_DEPTH_FACTOR * dips.depth, max(LARGEST_DEPTH, dips.depth))
    if most <= 1.01 * dips.depth:
        return "the transit is as deep as any"
    values = PPM * np.geomspace(dips.depth, most, STEPS + 1)[1:]
    return _depth(dips, "deeper", "Deeper transit", values)


def _shallower(dips: MeasuredDips) -> Change | str:
    values = PPM * np.linspace(dips.depth, 0.0, STEPS + 1)[1:]
    return _depth(dips, "shallower", "Shallower transit", values)


def _shape(dips: MeasuredDips, kind: str, title: str, end: float) -> Change | str:
    start = float(np.clip(dips.fit.v_shape, 0.0, 1.0))
    if dips.depth <= 0:
        return "no transit is measured"
    if abs(end - start) < 0.05:
        return "it has that shape already"
    phase, exposure = dips.folded.phase, dips.exposure
    own = trapezoid_dip(dips.fit, phase, exposure, start)

    def flux(value: float) -> np.ndarray:
        other = trapezoid_dip(dips.fit, phase, exposure, value)
        return dips.with_transit(dips.own * (dips.transit + (other - own)))

    return Change(
        kind=kind,
        title=title,
        unit="part of the transit",
        start=start,
        values=np.linspace(start, end, STEPS + 1)[1:],
        error=float("nan"),
        flux=flux,
    )


def _more_v_shaped(dips: MeasuredDips) -> Change | str:
    return _shape(dips, "more_v_shaped", "Longer ingress, from U to V", 1.0)


def _more_box_shaped(dips: MeasuredDips) -> Change | str:
    return _shape(dips, "more_box_shaped", "Shorter ingress, from V to U", 0.0)
