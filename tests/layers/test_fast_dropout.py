import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from mesa_keras.layers import FastDropout
from tests.keras_checks import check_layer, check_serialization

ONES = np.ones((50, 40, 30), "float32")


def dropped(layer, inputs=ONES):
    return np.asarray(layer(inputs, training=True)) == 0


def test_layer():
    check_layer(FastDropout(0.3), np.ones((2, 5, 3), "float32"), (2, 5, 3))
    check_serialization(FastDropout(0.3, seed=4))


def test_inference_changes_nothing():
    np.testing.assert_array_equal(FastDropout(0.9)(ONES, training=False), ONES)
    np.testing.assert_array_equal(FastDropout(0.0)(ONES, training=True), ONES)


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.9])
def test_drops_the_share_and_keeps_the_mean(rate):
    result = np.asarray(FastDropout(rate, seed=1)(ONES, training=True))
    deviation = np.sqrt(rate * (1 - rate) / ONES.size)
    assert abs(np.mean(result == 0) - rate) < 4 * deviation
    np.testing.assert_allclose(result[result != 0], 1 / (1 - rate), rtol=1e-6)


def test_every_step_and_every_place_is_drawn_anew():
    layer = FastDropout(0.5, seed=1)
    masks = np.stack([dropped(layer).ravel() for _ in range(20)]).astype(float)
    between = np.corrcoef(masks)
    off = between[~np.eye(len(masks), dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(ONES.size)
    for lag in (1, 2, 30, 64, 1200):
        pairs = np.corrcoef(masks[0, :-lag], masks[0, lag:])[0, 1]
        assert abs(pairs) < 5 / np.sqrt(ONES.size)
    # Over many steps, no place is dropped more often than chance allows.
    counts = masks.sum(0)
    expected = len(masks) / 4
    assert counts.var() == pytest.approx(expected, rel=0.05)


def test_neighbouring_seeds_give_unrelated_masks():
    masks = [dropped(FastDropout(0.5, seed=seed)).ravel() for seed in range(10)]
    off = np.corrcoef(np.array(masks, float))[~np.eye(10, dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(ONES.size)


def test_follows_its_seed_and_the_global_one():
    first, second = (dropped(FastDropout(0.5, seed=7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    masks = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        masks.append(dropped(FastDropout(0.5)))
    np.testing.assert_array_equal(*masks)


def test_compiled_step_drops_the_same_values():
    eager, compiled = FastDropout(0.3, seed=2), FastDropout(0.3, seed=2)
    step = tf.function(lambda x: compiled(x, training=True), jit_compile=True)
    for _ in range(3):
        np.testing.assert_array_equal(
            step(tf.constant(ONES)), eager(ONES, training=True)
        )


def test_gradient_passes_where_values_are_kept():
    layer = FastDropout(0.4, seed=1)
    x = tf.Variable(ONES)
    with tf.GradientTape() as tape:
        y = layer(x, training=True)
        total = ops.sum(y)
    np.testing.assert_array_equal(tape.gradient(total, x), y)


def test_unknown_batch_size_and_half_precision():
    layer = FastDropout(0.5, dtype="mixed_bfloat16")
    x = keras.Input((6,))
    assert layer(x).shape == (None, 6)
    assert keras.backend.standardize_dtype(layer(ONES, training=True).dtype) == (
        "bfloat16"
    )


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2.0])
def test_rejects_rate(rate):
    with pytest.raises(ValueError, match="`rate` must lie in"):
        FastDropout(rate)
