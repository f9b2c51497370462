import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.evaluation import (
    bootstrap_intervals,
    r2_score,
    redshift_errors,
    redshift_metrics,
    regression_metrics,
)


def sample(num=500, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.uniform(0.01, 0.8, num)
    return z, z + 0.03 * (1 + z) * rng.standard_t(3, num)


@given(st.integers(2, 60))
def test_matches_scikit_learn(num):
    true, predicted = sample(num, num)
    found = regression_metrics(true, predicted)
    assert found["r2"] == pytest.approx(sklearn.metrics.r2_score(true, predicted))
    assert found["mae"] == pytest.approx(
        sklearn.metrics.mean_absolute_error(true, predicted)
    )
    assert found["rmse"] == pytest.approx(
        sklearn.metrics.root_mean_squared_error(true, predicted)
    )


def test_redshift_measures_by_hand():
    z_true = np.array([0.0, 1.0, 0.5, 0.25])
    z_pred = np.array([0.1, 1.02, 0.5, 0.0])
    # (prediction - true) / (1 + true): 0.1, 0.01, 0, -0.2; median 0.005.
    found = redshift_metrics(z_true, z_pred)
    np.testing.assert_allclose(redshift_errors(z_true, z_pred), [0.1, 0.01, 0, -0.2])
    assert found["bias"] == pytest.approx(-0.0225)
    # Distances from the median: 0.095, 0.005, 0.005, 0.205; their median is 0.05.
    assert found["sigma_nmad"] == pytest.approx(1.4826 * 0.05)
    assert found["outliers_0.05"] == 0.5
    assert found["outliers_0.15"] == 0.25


def test_sigma_nmad_is_the_standard_deviation_of_normal_errors():
    rng = np.random.default_rng(1)
    z = rng.uniform(0, 0.8, 200_000)
    found = redshift_metrics(z, z + 0.02 * (1 + z) * rng.normal(size=len(z)) + 0.01)
    assert found["sigma_nmad"] == pytest.approx(0.02, rel=0.02)


def test_outliers_do_not_move_sigma_nmad_much():
    z, predicted = sample()
    before = redshift_metrics(z, predicted)
    worse = predicted.copy()
    worse[:10] = 5
    after = redshift_metrics(z, worse)
    assert after["sigma_nmad"] == pytest.approx(before["sigma_nmad"], rel=0.1)
    assert after["r2"] < before["r2"] - 1
    assert after["outliers_0.15"] >= before["outliers_0.15"] + 0.015


def test_the_mean_scores_zero_and_one_value_is_not_defined():
    z, _ = sample()
    assert r2_score(z, np.full(len(z), z.mean())) == pytest.approx(0)
    assert np.isnan(r2_score(np.ones(4), np.arange(4)))


def test_intervals_come_by_the_bootstrap():
    z, predicted = sample()
    found = bootstrap_intervals(
        redshift_metrics, np.arange(len(z)), z, predicted, num_resamples=100
    )
    assert set(found) == set(redshift_metrics(z, predicted))
    for measure in found.values():
        assert measure["low"] <= measure["value"] <= measure["high"]


@pytest.mark.parametrize("function", [r2_score, regression_metrics, redshift_metrics])
def test_rejects(function):
    for true, predicted in (([1.0, 2.0], [1.0]), ([], []), ([[1.0]], [[1.0]])):
        with pytest.raises(ValueError, match="must have one shape"):
            function(true, predicted)
    with pytest.raises(ValueError, match=r"`y_pred` must be finite\. Received: row 1"):
        function([1.0, 2.0], [1.0, np.nan])


def test_rejects_impossible_redshifts():
    with pytest.raises(ValueError, match="`z_true` must be above -1"):
        redshift_metrics([0.1, -1.0], [0.1, 0.2])
