import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.metrics import ExpectedCalibrationError
from tests.keras_checks import check_serialization


def make_batch(rows=50, seed=0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(rows, 3)).astype("float32") * 2
    return rng.integers(0, 3, rows), logits


def reference(labels, probabilities, num_bins, weight=None):
    top, guess = probabilities.max(axis=1), probabilities.argmax(axis=1)
    weight = np.ones(len(top)) if weight is None else weight
    error = 0.0
    for b in range(num_bins):
        inside = (top >= b / num_bins) & (top < (b + 1) / num_bins)
        inside |= (b == num_bins - 1) & (top == 1)
        w = weight[inside]
        if w.sum():
            right = (guess == labels)[inside]
            gap = np.average(right, weights=w) - np.average(top[inside], weights=w)
            error += w.sum() / weight.sum() * abs(gap)
    return error


def softmax(logits):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 99))
def test_matches_numpy_over_batches(rows, num_bins, seed):
    labels, logits = make_batch(rows, seed)
    metric = ExpectedCalibrationError(num_bins)
    for part in np.array_split(np.arange(rows), 2):
        if len(part):
            metric.update_state(labels[part], logits[part])
    expected = reference(labels, softmax(logits), num_bins)
    assert float(metric.result()) == pytest.approx(expected, abs=1e-5)


def test_small_case_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [1.0, 0.0]])
    metric = ExpectedCalibrationError(2, from_logits=False)
    metric.update_state(np.array([0, 1, 1, 0]), probabilities)
    assert float(metric.result()) == pytest.approx(abs(3 - 3.4) / 4, abs=1e-6)


def test_forms_of_labels_and_weights():
    labels, logits = make_batch()
    weight = np.random.default_rng(1).random(50)
    expected = reference(labels, softmax(logits), 10, weight)
    for y_true in (labels, labels[:, None], np.eye(3)[labels]):
        metric = ExpectedCalibrationError()
        metric.update_state(y_true, logits, sample_weight=weight)
        assert float(metric.result()) == pytest.approx(expected, abs=1e-5)


def test_reset_and_empty():
    metric = ExpectedCalibrationError()
    assert float(metric.result()) == 0
    metric.update_state(*make_batch())
    assert float(metric.result()) > 0
    metric.reset_state()
    assert float(metric.result()) == 0


def test_works_in_a_compiled_model():
    labels, logits = make_batch()
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Identity()(inputs))
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[ExpectedCalibrationError()],
        jit_compile=True,
    )
    logs = model.evaluate(logits, labels, verbose=0, return_dict=True)
    expected = reference(labels, softmax(logits), 10)
    assert logs["ece"] == pytest.approx(expected, abs=1e-5)


def test_serialization():
    check_serialization(ExpectedCalibrationError(5, from_logits=False))


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`num_bins` must be positive"):
        ExpectedCalibrationError(num_bins=0)
