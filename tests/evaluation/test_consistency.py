import numpy as np
import pytest

from mesa_keras.evaluation import (
    calibration_band,
    consistency_bars,
    expected_calibration_error,
    reliability_curve,
)


def calibrated(seed, num=500):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(3), num)
    y = (rng.random((num, 1)) > np.cumsum(p, axis=1)).sum(axis=1)
    return np.minimum(y, 2), p


def test_band_holds_a_calibrated_model_as_often_as_it_says():
    inside = 0
    for seed in range(200):
        y, p = calibrated(seed)
        band = calibration_band(p, level=0.9, num_draws=200, seed=seed)
        error = expected_calibration_error(y, p)
        inside += band["low"] <= error <= band["high"]
    assert 0.83 < inside / 200 < 0.96


def test_band_refuses_an_overconfident_model():
    y, p = calibrated(0)
    sharp = p**3 / (p**3).sum(axis=1, keepdims=True)
    assert expected_calibration_error(y, sharp) > calibration_band(sharp)["high"]


def test_certain_model_has_no_band():
    assert calibration_band(np.eye(3)) == {"low": 0.0, "median": 0.0, "high": 0.0}


def test_band_equals_direct_simulation():
    _, p = calibrated(3, num=50)
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(3000):
        y = (rng.random((50, 1)) > np.cumsum(p, axis=1)[:, :2]).sum(axis=1)
        errors.append(expected_calibration_error(y, p))
    band = calibration_band(p, num_draws=3000)
    assert band["median"] == pytest.approx(np.median(errors), rel=0.05)
    assert band["high"] == pytest.approx(np.quantile(errors, 0.975), rel=0.05)


def test_bars_hold_the_confidence_and_mark_empty_bins():
    y, p = calibrated(1, num=2000)
    curve = reliability_curve(y, p)
    low, high = consistency_bars(p)
    filled = curve.counts > 0
    assert np.isnan(low[~filled]).all()
    assert np.isnan(high[~filled]).all()
    assert (low[filled] <= curve.confidence[filled]).all()
    assert (curve.confidence[filled] <= high[filled]).all()
    inside = (low <= curve.accuracy) & (curve.accuracy <= high)
    assert inside[filled].mean() > 0.7


def test_draws_do_not_depend_on_the_block():
    _, p = calibrated(2, num=10)
    assert calibration_band(p, seed=4) == calibration_band(p, seed=4)
    assert calibration_band(p, seed=4) != calibration_band(p, seed=5)


@pytest.mark.parametrize("function", [calibration_band, consistency_bars])
def test_rejects(function):
    with pytest.raises(ValueError, match="`level` must be in"):
        function(np.eye(2), level=0)
    with pytest.raises(ValueError, match="`num_draws` must be at least 1"):
        function(np.eye(2), num_draws=0)
    with pytest.raises(TypeError, match="`num_bins` must be an integer"):
        function(np.eye(2), num_bins=2.5)
