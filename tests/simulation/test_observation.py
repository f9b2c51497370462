import numpy as np
import pytest

from mesa_keras.preprocessing import phase_fold
from mesa_keras.simulation import LONG_CADENCE_DAYS, kepler_noise_ppm
from mesa_keras.simulation.observation import (
    START_DAY,
    cadences,
    remove_trend,
    stellar_noise,
)
from mesa_keras.simulation.signals import Transit

PERIOD, EPOCH = 7.3, 135.0


@pytest.fixture
def time():
    return cadences(120.0, np.random.default_rng(0))


def test_cadences_have_gaps(time):
    assert (np.diff(time) > 0).all()
    assert time[0] >= START_DAY
    assert time[-1] < START_DAY + 120
    assert (np.diff(time) > 0.8).sum() == 3
    assert time.size == pytest.approx(0.96 * 120 / LONG_CADENCE_DAYS, rel=0.01)


@pytest.mark.parametrize("magnitude", [11.0, 14.0, 16.0])
def test_noise_follows_magnitude(time, magnitude):
    scatter = []
    for seed in range(9):
        flux = stellar_noise(time, magnitude, 1.0, np.random.default_rng(seed))
        scatter.append(1e6 * np.std(np.diff(flux)[np.diff(time) < 0.03]) / np.sqrt(2))
    expected = float(kepler_noise_ppm(magnitude))
    assert np.median(scatter) == pytest.approx(expected, rel=0.25)


def test_trend_goes_and_depth_stays(time):
    rng = np.random.default_rng(3)
    transit = Transit(
        period=PERIOD,
        epoch=EPOCH,
        radius_ratio=0.05,
        scaled_semimajor_axis=17.0,
        impact=0.1,
        limb_darkening=(0.0, 0.0),
    )
    star = stellar_noise(time, 12.0, 1.0, rng)
    flat = remove_trend(
        time, star * transit.flux(time), PERIOD, EPOCH, transit.duration()
    )
    phase = np.abs(phase_fold(time, PERIOD, EPOCH))
    inside, outside = phase < 0.05, phase > 0.3
    depth = 1e6 * (np.median(flat[outside]) - np.median(flat[inside]))
    assert depth == pytest.approx(2500, rel=0.05)
    assert np.std(flat[outside]) < 0.7 * np.std(star[outside])


def test_all_in_transit_still_has_a_trend(time):
    flux = 1 + 1e-3 * np.sin(time / 9)
    flat = remove_trend(time, flux, 0.7, EPOCH, 14.0)
    assert np.isfinite(flat).all()
    assert np.std(flat) < 0.2 * np.std(flux)
