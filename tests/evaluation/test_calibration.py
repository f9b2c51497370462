import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from mesa_keras.evaluation import (
    expected_calibration_error,
    fit_temperature,
    reliability_curve,
    softmax,
)


def test_softmax_equals_scipy_and_does_not_overflow():
    logits = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(
        softmax(logits, 2.0), scipy.special.softmax(logits / 2, axis=-1)
    )
    np.testing.assert_array_equal(softmax([[1e4, 0]]), [[1.0, 0.0]])


@pytest.mark.parametrize("temperature", [0, -1, np.nan, np.inf])
def test_softmax_rejects_temperature(temperature):
    with pytest.raises(ValueError, match="`temperature` must be positive"):
        softmax([[0.0, 1.0]], temperature)


def test_error_by_hand():
    p = np.array([[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.4, 0.6]])
    # Bin 0.9-1: one of two right against 0.95; bin 0.6-0.7: both right against 0.625.
    expected = (abs(1 - 1.9) + abs(2 - 1.25)) / 4
    assert expected_calibration_error([0, 1, 1, 1], p) == pytest.approx(expected)


@given(st.integers(0, 1000))
def test_curve_equals_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(3), 80)
    y = rng.integers(0, 3, 80)
    curve = reliability_curve(y, p)
    accuracy, confidence = calibration_curve(p.argmax(1) == y, p.max(1), n_bins=10)
    filled = curve.counts > 0
    np.testing.assert_allclose(curve.accuracy[filled], accuracy)
    np.testing.assert_allclose(curve.confidence[filled], confidence)
    assert np.isnan(curve.accuracy[~filled]).all()
    gap = np.abs(curve.accuracy - curve.confidence)[filled]
    expected = np.sum(gap * curve.counts[filled]) / 80
    assert expected_calibration_error(y, p) == pytest.approx(expected)


def test_certain_predictions_fall_in_the_last_bin():
    curve = reliability_curve([0, 1], np.eye(2), num_bins=4)
    np.testing.assert_array_equal(curve.counts, [0, 0, 0, 2])
    np.testing.assert_array_equal(curve.edges, [0, 0.25, 0.5, 0.75, 1])


@pytest.mark.parametrize("truth", [0.5, 1.0, 3.0])
def test_temperature_is_recovered(truth):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 3)) * 2
    p = softmax(logits)
    labels = (rng.random((20_000, 1)) > np.cumsum(p, axis=1)).sum(axis=1)
    assert fit_temperature(logits * truth, labels) == pytest.approx(truth, rel=0.05)


@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_temperature_is_the_minimum(seed, scale):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(30, 3)) * scale
    labels = rng.integers(0, 3, 30)
    found = fit_temperature(logits, labels)

    def loss(temperature):
        p = scipy.special.log_softmax(logits / temperature, axis=1)
        return -p[np.arange(30), labels].mean()

    for other in np.append(np.geomspace(0.05, 20, 40), 1.0):
        assert loss(found) <= loss(other) + 1e-6


def test_temperature_of_separable_data_is_the_bound():
    right = fit_temperature(np.eye(3) * 5, [0, 1, 2], bounds=(0.1, 10))
    assert right == pytest.approx(0.1)
    wrong = fit_temperature(np.eye(3) * 5, [1, 2, 0], bounds=(0.1, 10))
    assert wrong == pytest.approx(10)


def test_temperature_rejects():
    with pytest.raises(ValueError, match="`bounds` must be positive"):
        fit_temperature(np.eye(2), [0, 1], bounds=(2, 3))
    with pytest.raises(ValueError, match="`logits` must be finite"):
        fit_temperature([[np.nan, 0.0]], [0])
    with pytest.raises(ValueError, match="`labels` must lie"):
        fit_temperature(np.eye(2), [0, 2])
    with pytest.raises(ValueError, match="`num_bins` must be at least 1"):
        expected_calibration_error([0, 1], np.eye(2), num_bins=0)
