"""A simulated star with a planet, and a model that judges by numbers we can choose."""

import numpy as np

from mesa_keras.readers import LightCurve, LightCurveSegment
from mesa_keras.recipes.mesa.raw_views import Event
from mesa_keras.recipes.mesa.target import make_target
from mesa_keras.simulation.injection import Injection

EXPOSURE_DAYS = 0.02
PLANET = Injection(
    period=3.1,
    epoch=1001.3,
    radius_ratio=0.06,
    scaled_semimajor_axis=9,
    impact=0.2,
)


def make_curve(injection=PLANET, *, days=60.0, noise=1e-4, seed=0, wave=0.002):
    """A light curve of a slowly varying star, one segment."""
    rng = np.random.default_rng(seed)
    time = 1000 + np.arange(0.0, days, EXPOSURE_DAYS)
    flux = injection.flux(time, EXPOSURE_DAYS)
    flux = (
        flux
        * (1 + wave * np.sin(time / 2.3))
        * (1 + noise * rng.normal(size=len(time)))
    )
    part = LightCurveSegment(
        name="sector 1", source="a.fits", exposure_days=EXPOSURE_DAYS
    )
    return LightCurve(
        time=time,
        flux=flux,
        flux_err=np.full(len(time), noise),
        time_system="BTJD",
        mission="TESS",
        star_id="TIC 1",
        flux_unit="relative",
        segment=np.zeros(len(time), dtype=int),
        segments=(part,),
    )


def make(injection=PLANET, *, values=None, duration=None, **options):
    """The star as a target."""
    event = Event(
        row=0,
        object_id="TIC 1",
        period=injection.period,
        epoch=injection.epoch,
        duration=duration or injection.duration(),
        epoch_system=None,
    )
    return make_target(
        make_curve(injection, **options), event, star_id="TIC 1", values=values or {}
    )


class RuleModel:
    """Stands in for a `TargetModel`: judges views by a rule of ours.

    Args:
        target: The object.
        rule: From views to the probability of the second of two classes.
    """

    def __init__(self, target, rule):
        from mesa_keras.preprocessing import ViewSettings
        from mesa_keras.recipes.mesa.raw_views import event_views

        self.target, self._rule, self._views = target, rule, event_views
        self._settings = ViewSettings()
        self.base = self.views()

    def views(self, flux=None):
        """Views, with another flux where it is given."""
        import dataclasses

        curve = self.target.curve
        if flux is not None:
            curve = dataclasses.replace(curve, flux=flux)
        return self._views(
            curve, self.target.event, self.target.siblings, self._settings
        )

    def predict(self, views):
        """Probabilities and decisions, with a threshold of a half."""
        second = np.array([self._rule(one) for one in views], dtype=float)
        return {
            "probabilities": np.stack([1 - second, second], axis=1),
            "decision": (second >= 0.5).astype(int),
        }
