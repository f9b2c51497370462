import numpy as np
import pytest

from mesa_keras.preprocessing import Ephemeris, candidate_views
from mesa_keras.preprocessing.transit_model import fitted_dip, trapezoid_dip
from mesa_keras.simulation.injection import Injection

PLANET = Injection(period=3.1, epoch=1.3, radius_ratio=0.1, scaled_semimajor_axis=9)
TIME = np.arange(0.0, 40.0, 0.01)


@pytest.fixture(scope="module")
def fit(wotan_compiled):
    flux = PLANET.flux(TIME, 0.01)
    ephemeris = Ephemeris(period=3.1, epoch=1.3, duration=PLANET.duration())
    return candidate_views(TIME, flux, ephemeris).fit


def test_the_fitted_dip_is_the_transit(fit):
    phase = np.linspace(-0.3, 0.3, 301)
    dip = fit.depth * fitted_dip(fit, phase, 0.01)
    true = 1 - PLANET.flux(PLANET.epoch + phase, 0.01)
    assert np.abs(dip - true).max() < 0.05 * true.max()
    assert fitted_dip(fit, np.array([1.0, -1.0]), 0.01).tolist() == [0.0, 0.0]


def test_trapezoids(fit):
    half = fit.best_duration_days / 2
    phase = np.array([0.0, 0.25, 0.5, 0.75, 0.99, 1.01]) * half + fit.shift_days
    box, mixed, triangle = (trapezoid_dip(fit, phase, 0.0, q) for q in (0, 0.5, 1))
    np.testing.assert_allclose(box, [1, 1, 1, 1, 1, 0], atol=2e-3)
    np.testing.assert_allclose(mixed, [1, 1, 1, 0.5, 0.02, 0], atol=0.02)
    np.testing.assert_allclose(triangle, [1, 0.75, 0.5, 0.25, 0.01, 0], atol=0.02)


def test_light_lost_does_not_depend_on_the_exposure(fit):
    phase = np.arange(-0.5, 0.5, 1e-4)
    short, long = (trapezoid_dip(fit, phase, days, 0.3).sum() for days in (0, 0.08))
    assert long == pytest.approx(short, rel=1e-3)
    with pytest.raises(ValueError, match="must be from 0 to 1"):
        trapezoid_dip(fit, phase, 0.0, 1.2)
