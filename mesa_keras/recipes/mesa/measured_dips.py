"""The dips that were measured in a light curve, to put others in their place."""

import numpy as np

from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.transit_fit import TransitFit
from mesa_keras.preprocessing.transit_model import fitted_dip
from mesa_keras.preprocessing.views_candidate import CandidateViews
from mesa_keras.readers import LightCurve

PPM = 1e6
# A dip takes at most this part of the light.
MOST_LIGHT = 0.95
# What is this certain can be taken away; a fainter one is noise.
MEASURED_SIGMA = 3.0
_ERRORS = {
    "secondary_depth": "secondary_error",
    "odd_even_difference": "odd_even_error",
}


class MeasuredDips:
    """The measured dips of a light curve, at its cadences.

    Args:
        curve: The light curve.
        ephemeris: When the transits are.
        views: Views of it.
        fit: What its folded transits look like.

    Attributes:
        raw: Raw flux.
        scalars: What is measured, by name of `transit_scalars.SCALARS`.
        folded: The times, folded.
        exposure: Time from one exposure to the next in days.
        depth: Depth of the transit, from 0.
        transit: The fitted dip over its depth.
        sign: 1 in the orbit of the 1st, 3rd, … transit, and -1 in the others.
        own: Depth of each cadence's own transit: odd and even ones have theirs where
            their difference is certain.
    """

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
        self.depth = min(max(fit.depth, 0.0), MOST_LIGHT)
        self.transit = fitted_dip(fit, self.folded.phase, self.exposure)
        self.sign = np.where(self.folded.cycle % 2 == 0, 1.0, -1.0)
        self._secondary = views.flat.secondary, views.secondary_fit
        half = 0.0
        if self.certain("odd_even_difference"):
            half = self.scalars["odd_even_difference"] / PPM / 2
        self.own = np.clip(self.depth + half * self.sign, 0.0, MOST_LIGHT)

    def eclipse(self, phase: float) -> np.ndarray:
        """A secondary eclipse of depth 1, so many periods after the transit.

        It is as long as the transit.
        """
        days = self.folded.around(phase * self.folded.period).phase
        return fitted_dip(self.fit, days, self.exposure, eclipse=True)

    def measured_eclipse(self) -> np.ndarray:
        """The measured secondary eclipse over its depth, where and as long as it is."""
        dip, fit = self._secondary
        if dip is None or fit is None:
            return np.zeros(self.raw.shape)
        days = self.folded.around(dip.phase_days).phase
        return fitted_dip(fit, days, self.exposure, eclipse=True)

    def with_transit(self, lost: np.ndarray) -> np.ndarray:
        """Raw flux with this light lost in place of the fitted transit's."""
        kept = 1 - np.clip(lost, None, MOST_LIGHT)
        return np.asarray(self.raw * (kept / (1 - self.own * self.transit)))

    def certain(self, name: str) -> bool:
        """Whether a scalar stands out of its error."""
        value = self.scalars[name]
        error = self.scalars[_ERRORS[name]]
        return bool(abs(value) > MEASURED_SIGMA * error)
