"""Changes of an object's own light curve that may turn a verdict.

Each multiplies the raw flux, before any trend is taken out, by the ratio of a dip that
is wanted to the one that was fitted. A change of nothing leaves the flux as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.transit_fit import TransitFit
from mesa_keras.preprocessing.transit_model import fitted_dip, trapezoid_dip
from mesa_keras.preprocessing.views_candidate import CandidateViews
from mesa_keras.readers import LightCurve

PPM = 1e6
STEPS = 10
# What is this certain can be taken away; a fainter one is noise.
MEASURED_SIGMA = 3.0
# A secondary eclipse is at most as deep as the transit, or so many of its errors.
FAINTEST_SIGMA = 5.0
LARGEST_DEPTH_FACTOR, LARGEST_DEPTH = 30.0, 0.5
# A dip takes at most this part of the light.
_MOST_LIGHT = 0.95


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
    dips = _Dips(curve, ephemeris, views, views.fit)
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


class _Dips:
    """The measured dips of a light curve, at its cadences."""

    def __init__(
        self,
        curve: LightCurve,
        ephemeris: Ephemeris,
        views: CandidateViews,
        fit: TransitFit,
    ) -> None:
        self.raw, self.fit = curve.flux, fit
        self.scalars = views.scalars
        self.exposure = curve.exposure_days()
        self.folded = ephemeris.fold(curve.time)
        self.depth = min(max(fit.depth, 0.0), _MOST_LIGHT)
        self.transit = fitted_dip(fit, self.folded.phase, self.exposure)
        self.sign = np.where(self.folded.cycle % 2 == 0, 1.0, -1.0)

    def eclipse(self, phase: float) -> np.ndarray:
        """A secondary eclipse of depth 1, so many periods after the transit."""
        days = self.folded.around(phase * self.folded.period).phase
        return fitted_dip(self.fit, days, self.exposure, eclipse=True)

    def with_transit(self, lost: np.ndarray) -> np.ndarray:
        """Raw flux with this light lost in place of the fitted transit's."""
        kept = 1 - np.clip(lost, None, _MOST_LIGHT)
        return self.raw * (kept / (1 - self.depth * self.transit))

    def certain(self, name: str) -> bool:
        """Whether a scalar stands out of its error."""
        value = self.scalars[name]
        error = self.scalars[_ERRORS[name]]
        return bool(abs(value) > MEASURED_SIGMA * error)


_ERRORS = {
    "secondary_depth": "secondary_error",
    "odd_even_difference": "odd_even_error",
}


def _secondary_added(dips: _Dips) -> Change:
    error = dips.scalars["secondary_error"]
    if not np.isfinite(error):
        error = dips.scalars["measured_depth_error"]
    largest = max(PPM * dips.depth, FAINTEST_SIGMA * error)
    shape = dips.eclipse(0.5)
    return Change(
        kind="secondary_added",
        title="Secondary eclipse added at phase 0.5",
        unit="ppm",
        start=0.0,
        values=np.geomspace(min(error / 2, largest / 4), largest, STEPS),
        error=error,
        flux=lambda value: dips.raw * (1 - value / PPM * shape),
    )


def _secondary_removed(dips: _Dips) -> Change | str:
    depth = dips.scalars["secondary_depth"]
    if not dips.certain("secondary_depth") or depth < 0:
        return "no secondary eclipse is measured with certainty"
    shape = dips.eclipse(dips.scalars["secondary_phase"])
    old = 1 - np.clip(depth / PPM * shape, None, _MOST_LIGHT)
    return Change(
        kind="secondary_removed",
        title="Measured secondary eclipse taken away",
        unit="ppm",
        start=depth,
        values=np.linspace(depth, 0.0, STEPS + 1)[1:],
        error=dips.scalars["secondary_error"],
        flux=lambda value: dips.raw * ((1 - value / PPM * shape) / old),
    )


def _odd_even(dips: _Dips, difference: float) -> np.ndarray:
    """Raw flux with odd and even transits this much more different, ppm."""
    half = difference / PPM / 2
    return dips.with_transit((dips.depth + half * dips.sign) * dips.transit)


def _odd_even_added(dips: _Dips) -> Change | str:
    difference = dips.scalars["odd_even_difference"]
    if not np.isfinite(difference):
        return "only odd or only even transits are in the data"
    if dips.depth <= 0:
        return "no transit is measured"
    # Away from what is measured, until one kind of transits is gone.
    sign = 1.0 if difference >= 0 else -1.0
    return Change(
        kind="odd_even_added",
        title="Difference of odd and even transits added",
        unit="ppm",
        start=0.0,
        values=sign * np.linspace(0.0, 2 * PPM * dips.depth, STEPS + 1)[1:],
        error=dips.scalars["odd_even_error"],
        flux=lambda value: _odd_even(dips, value),
    )


def _odd_even_removed(dips: _Dips) -> Change | str:
    difference = dips.scalars["odd_even_difference"]
    if not dips.certain("odd_even_difference"):
        return "odd and even transits do not differ with certainty"
    return Change(
        kind="odd_even_removed",
        title="Measured difference of odd and even transits taken away",
        unit="ppm",
        start=difference,
        values=np.linspace(difference, 0.0, STEPS + 1)[1:],
        error=dips.scalars["odd_even_error"],
        flux=lambda value: _odd_even(dips, value - difference),
    )


def _depth(dips: _Dips, kind: str, title: str, values: np.ndarray) -> Change | str:
    if dips.depth <= 0:
        return "no transit is measured"
    return Change(
        kind=kind,
        title=title,
        unit="ppm",
        start=PPM * dips.depth,
        values=values,
        error=dips.scalars["measured_depth_error"],
        flux=lambda value: dips.with_transit(value / PPM * dips.transit),
    )


def _deeper(dips: _Dips) -> Change | str:
    most = min(LARGEST_DEPTH_FACTOR * dips.depth, max(LARGEST_DEPTH, dips.depth))
    if most <= 1.01 * dips.depth:
        return "the transit is as deep as any"
    values = PPM * np.geomspace(dips.depth, most, STEPS + 1)[1:]
    return _depth(dips, "deeper", "Deeper transit", values)


def _shallower(dips: _Dips) -> Change | str:
    values = PPM * np.linspace(dips.depth, 0.0, STEPS + 1)[1:]
    return _depth(dips, "shallower", "Shallower transit", values)


def _shape(dips: _Dips, kind: str, title: str, end: float) -> Change | str:
    start = float(np.clip(dips.fit.v_shape, 0.0, 1.0))
    if dips.depth <= 0:
        return "no transit is measured"
    if abs(end - start) < 0.05:
        return "it has that shape already"
    phase, exposure = dips.folded.phase, dips.exposure
    own = trapezoid_dip(dips.fit, phase, exposure, start)

    def flux(value: float) -> np.ndarray:
        other = trapezoid_dip(dips.fit, phase, exposure, value)
        return dips.with_transit(dips.depth * (dips.transit + (other - own)))

    return Change(
        kind=kind,
        title=title,
        unit="part of the transit",
        start=start,
        values=np.linspace(start, end, STEPS + 1)[1:],
        error=float("nan"),
        flux=flux,
    )


def _more_v_shaped(dips: _Dips) -> Change | str:
    return _shape(dips, "more_v_shaped", "Longer ingress, from U to V", 1.0)


def _more_box_shaped(dips: _Dips) -> Change | str:
    return _shape(dips, "more_box_shaped", "Shorter ingress, from V to U", 0.0)
