import numpy as np
import pytest

from mesa_keras.preprocessing import Ephemeris
from mesa_keras.preprocessing.fold_bins import fold_bins
from mesa_keras.preprocessing.transit_fit import fit_depth, fit_transit, observed_depth
from mesa_keras.simulation.injection import Injection

TIME = np.arange(0.0, 300.0, 0.0204)
EXPOSURE = 0.0204


def fit(planet, noise, stretch=1.0, shift=0.0, seed=0):
    """Fits a planet with a catalogue's duration and epoch that are off."""
    rng = np.random.default_rng(seed)
    flux = planet.flux(TIME, EXPOSURE) + noise * rng.normal(size=TIME.size)
    transits = Ephemeris(
        period=planet.period,
        epoch=planet.epoch - shift * planet.duration() / 24,
        duration=planet.duration() * stretch,
    )
    bins = fold_bins(
        transits.phase(TIME),
        flux,
        duration_days=transits.duration_days,
        noise=noise,
        exposure_days=EXPOSURE,
    )
    return fit_transit(bins, transits.duration_days), bins


@pytest.mark.parametrize("stretch", [0.7, 1.0, 1.4])
@pytest.mark.parametrize(
    ("ratio", "impact"), [(0.02, 0.0), (0.1, 0.5), (0.1, 0.8), (0.3, 1.1)]
)
def test_depth_duration_and_shape(ratio, impact, stretch):
    planet = Injection(
        period=9.1,
        epoch=3.0,
        radius_ratio=ratio,
        scaled_semimajor_axis=20,
        impact=impact,
    )
    found, _ = fit(planet, planet.depth() / 1e6 / 30, stretch)
    assert 1e6 * found.depth == pytest.approx(planet.depth(), rel=0.05)
    assert 24 * found.duration_days == pytest.approx(planet.duration(), rel=0.05)
    inside = max((1 - ratio) ** 2 - impact**2, 0) / ((1 + ratio) ** 2 - impact**2)
    assert found.v_shape == pytest.approx(1 - np.sqrt(inside), abs=0.15)
    assert found.shift_days == 0


def test_epoch_that_is_off():
    planet = Injection(
        period=9.1, epoch=3.0, radius_ratio=0.05, scaled_semimajor_axis=20
    )
    found, _ = fit(planet, 1e-4, shift=0.3)
    expected = 0.3 * planet.duration() / 24
    assert found.shift_days == pytest.approx(expected, abs=0.03 * expected)
    assert 1e6 * found.depth == pytest.approx(planet.depth(), rel=0.03)


def test_errors_are_honest():
    planet = Injection(
        period=9.1, epoch=3.0, radius_ratio=0.01, scaled_semimajor_axis=20, impact=0.3
    )
    pulls, durations = [], []
    for seed in range(20):
        found, _ = fit(planet, 1.5e-4, seed=seed)
        pulls.append((found.depth - planet.depth() / 1e6) / found.depth_err)
        hours = 24 * found.duration_days - planet.duration()
        durations.append(hours / 24 / found.duration_err_days)
    assert abs(np.mean(pulls)) < 0.6
    assert 0.6 < np.std(pulls) < 1.4
    assert np.sqrt(np.mean(np.square(durations))) < 1.7


def test_depth_of_one_shape():
    planet = Injection(
        period=9.1, epoch=3.0, radius_ratio=0.05, scaled_semimajor_axis=20
    )
    found, bins = fit(planet, 1e-4)
    depth, error = fit_depth(bins, found)
    assert depth == pytest.approx(found.depth, rel=0.01)
    assert 0 < error <= found.depth_err
    assert observed_depth(found, 1e-5) == pytest.approx(found.depth, rel=1e-3)
    assert observed_depth(found, found.duration_days) < 0.9 * found.depth


def test_nothing_to_fit():
    phase = np.linspace(-5, 5, 200)
    narrow = {"duration_days": 0.1, "noise": 1.0, "exposure_days": 0.02}
    assert fold_bins(phase + 20, np.ones(200), **narrow) is None
    beside = phase[np.abs(phase) > 0.2]
    bins = fold_bins(beside, np.ones(beside.size), **narrow)
    assert bins is None or fit_transit(bins, 0.1) is None
    level = fold_bins(phase / 20, np.ones(200), **narrow)
    assert fit_transit(level, 0.1).depth == pytest.approx(0, abs=1e-9)
