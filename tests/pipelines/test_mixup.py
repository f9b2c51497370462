import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines.mixup import mix_up

RNG = np.random.default_rng(0)
ROWS = 64
IMAGES = RNG.uniform(size=(ROWS, 4, 4, 1)).astype("float32")
TARGETS = np.eye(ROWS, dtype="float32")
SEED = tf.constant([1, 2])


def mixed(alpha=0.5, **inputs):
    x, y = mix_up({"image": IMAGES, **inputs}, TARGETS, SEED, alpha)
    return {name: np.asarray(value) for name, value in x.items()}, np.asarray(y)


def test_inputs_and_labels_are_mixed_alike():
    x, y = mixed()
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-5)
    assert np.all(np.diag(y) >= 0.5 - 1e-6)
    expected = np.tensordot(y, IMAGES, axes=1)
    np.testing.assert_allclose(x["image"], expected, rtol=1e-4, atol=1e-5)
    assert np.mean(np.diag(y) < 0.99) > 0.3


def test_missing_values_are_those_of_the_example_itself():
    values = RNG.normal(size=(ROWS, 3)).astype("float32")
    values[::3, 0] = np.nan
    x, y = mixed(values=values)
    np.testing.assert_array_equal(np.isnan(x["values"]), np.isnan(values))
    other = (y - np.diag(np.diag(y))).argmax(axis=1)
    lacking = ~np.isnan(values[:, 0]) & np.isnan(values[other, 0])
    np.testing.assert_allclose(x["values"][lacking, 0], values[lacking, 0])


def test_small_alpha_and_none():
    x, y = mixed(alpha=0.05)
    assert np.all(np.isfinite(x["image"]))
    assert np.mean(np.diag(y) > 0.9) > 0.5
    x, y = mixed(alpha=0)
    np.testing.assert_array_equal(x["image"], IMAGES)
    np.testing.assert_array_equal(y, TARGETS)
    with pytest.raises(ValueError, match="`alpha` must not be negative"):
        mixed(alpha=-1)
