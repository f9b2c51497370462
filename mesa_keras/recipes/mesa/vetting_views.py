"""The folded light curves of a vetting sheet, with the fitted transit over them."""

import numpy as np

from mesa_keras.preprocessing.fold import HOURS_PER_DAY
from mesa_keras.preprocessing.transit_fit import TransitFit
from mesa_keras.preprocessing.transit_model import fitted_dip
from mesa_keras.preprocessing.transit_scalars import single_depths
from mesa_keras.preprocessing.views_folded import local_width
from mesa_keras.recipes.mesa.vetting import Vetting
from mesa_keras.report import FoldedPanel, SingleTransits

_HOURS = "hours from transit"
_MODEL_POINTS = 801


def folded_panels(vetting: Vetting) -> tuple[list[FoldedPanel], list[FoldedPanel]]:
    """Returns the panels of the wide line, and those of the narrow ones."""
    scalars = vetting.model.base.scalars
    phase = scalars["secondary_phase"]
    found = np.isfinite(phase)
    secondary = f"Secondary at phase {phase:.3f}" if found else "Secondary eclipse"
    shift = ""
    if np.isfinite(scalars["centroid_shift"]):
        shift = (
            f"shift {1e3 * scalars['centroid_shift']:.2f} ± "
            f"{1e3 * scalars['centroid_error']:.2f} millipixels"
        )
    folds = _Folds(vetting)
    wide = [
        folds.panel("global", "One period", "days from transit", 1.0),
        folds.panel("local", "Transit and fitted model", _HOURS, HOURS_PER_DAY),
    ]
    narrow = [
        folds.panel("odd", "1st, 3rd, … transits", _HOURS, HOURS_PER_DAY),
        folds.panel("even", "2nd, 4th, … transits", _HOURS, HOURS_PER_DAY),
        folds.panel("secondary", secondary, "hours from its middle", HOURS_PER_DAY),
        folds.panel(
            "centroid", "Motion of the light's centre", _HOURS, HOURS_PER_DAY, shift
        ),
        folds.panel("half_period", "Folded at half the period", "days", 1.0),
        folds.panel("double_period", "Folded at twice the period", "days", 1.0),
    ]
    return wide, narrow


def single_transits(vetting: Vetting) -> SingleTransits:
    """Returns the transits one by one, and their depths."""
    base, ephemeris = vetting.model.base, vetting.target.ephemeris()
    flat, fit = base.flat, _fit(vetting)
    folded = ephemeris.fold(flat.time)
    depths = single_depths(flat, folded, fit)
    return SingleTransits(
        flux=1e6 * base.unfolded,
        half_width=HOURS_PER_DAY * local_width(ephemeris, base.settings) / 2,
        x_label=_HOURS,
        number=depths.cycle,
        depth=1e6 * depths.depth,
        error=1e6 * depths.error,
    )


def _fit(vetting: Vetting) -> TransitFit:
    fit = vetting.model.base.fit
    if fit is None:
        raise ValueError("`vetting` must be of a light curve with a fitted transit.")
    return fit


class _Folds:
    """Views of an object as panels."""

    def __init__(self, vetting: Vetting) -> None:
        self.base, self.fit = vetting.model.base, _fit(vetting)
        ephemeris = vetting.target.ephemeris()
        local = local_width(ephemeris, self.base.settings)
        period = ephemeris.period
        self.widths = {
            "global": period,
            "half_period": period / 2,
            "double_period": 2 * period,
        }
        self.local = local
        self.period = period

    def panel(
        self, name: str, title: str, x_label: str, per_day: float, note: str = ""
    ) -> FoldedPanel:
        base = self.base
        bins = base.flux[name].size
        width = self.widths.get(name, self.local)
        x = (np.arange(bins) + 0.5 - bins / 2) * (width / bins)
        unit = 1e3 if name == "centroid" else 1e6
        model_x = np.linspace(-width / 2, width / 2, _MODEL_POINTS)
        model = self._model(name, model_x, width / bins)
        return FoldedPanel(
            title=title,
            x=x * per_day,
            x_label=x_label,
            median=unit * base.flux[name],
            scatter=unit * base.scatter[name],
            count=base.count[name],
            y_label="millipixels" if name == "centroid" else "ppm",
            model_x=None if model is None else model_x * per_day,
            model=None if model is None else -1e6 * model,
            note=note,
        )

    def _model(self, name: str, days: np.ndarray, bin_days: float) -> np.ndarray | None:
        """Light lost by the fitted dips, smeared by exposures and bins."""
        smear = float(np.hypot(self.base.flat.exposure_days, bin_days))
        depth = self.fit.depth
        if name in ("centroid", "half_period"):
            return None
        if name == "secondary":
            scalars = self.base.scalars
            fit = self.base.secondary_fit
            if fit is None or not np.isfinite(scalars["secondary_depth"]):
                return None
            shape = fitted_dip(fit, days, smear, eclipse=True)
            return np.asarray(scalars["secondary_depth"] / 1e6 * shape)
        if name == "double_period":
            # Transits are at a quarter and three quarters of the view.
            days = np.mod(days + self.period, self.period) - self.period / 2
        return np.asarray(depth * fitted_dip(self.fit, days, smear))
