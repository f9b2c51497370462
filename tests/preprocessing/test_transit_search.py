import numpy as np
import pytest

from mesa_keras.preprocessing.transit_search import find_transit
from mesa_keras.simulation.injection import Injection

pytestmark = pytest.mark.usefixtures("wotan_compiled")
PLANET = Injection(period=5.3, epoch=2.1, radius_ratio=0.05, scaled_semimajor_axis=12)
TIME = np.arange(0.0, 60.0, 0.02)


def flux(noise=2e-4, planet=PLANET):
    rng = np.random.default_rng(0)
    wave = 1 + 0.003 * np.sin(TIME / 1.9)
    return planet.flux(TIME, 0.02) * wave * (1 + noise * rng.normal(size=TIME.size))


def test_epoch_and_duration_are_found():
    found = find_transit(TIME, flux(), PLANET.period, exposure_days=0.02)
    cycles = (found.epoch - PLANET.epoch) / PLANET.period
    assert abs(cycles - round(cycles)) * PLANET.period < 0.02
    assert found.duration == pytest.approx(PLANET.duration(), rel=0.2)
    assert found.snr > 20


def test_duration_alone():
    found = find_transit(
        TIME, flux(), PLANET.period, epoch=PLANET.epoch, exposure_days=0.02
    )
    assert found.duration == pytest.approx(PLANET.duration(), rel=0.2)


def test_nothing_to_find():
    noise = 1 + 2e-4 * np.random.default_rng(1).normal(size=TIME.size)
    with pytest.raises(ValueError, match="no transit stands out of the noise"):
        find_transit(TIME, noise, 5.3, exposure_days=0.02)
    with pytest.raises(ValueError, match="no transit falls into the light curve"):
        find_transit(TIME, noise, 200.0, epoch=100.0)
    with pytest.raises(ValueError, match="too short for a transit"):
        find_transit(TIME, noise, 0.05)
    with pytest.raises(ValueError, match="`period` must be positive"):
        find_transit(TIME, noise, -1.0)


def test_a_period_far_longer_than_the_light_curve_takes_no_more_memory():
    noise = 1 + 2e-4 * np.random.default_rng(1).normal(size=TIME.size)
    box = 0.003 * (np.abs(TIME - 20.1) < 0.1)
    found = find_transit(TIME, noise - box, 1e9, exposure_days=0.02)
    assert found.epoch == pytest.approx(20.1, abs=0.05)
    assert found.duration == pytest.approx(4.8, rel=0.2)
