import keras
import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.layers import (
    CircleAgreement,
    CircleConfidence,
    CirclePooling,
    UnitCircles,
)
from mesa_keras.layers.unit_circles import circle_lengths
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)
PERIODS, SPACING = (0.4, 1.5), 0.02
X = RNG.normal(size=(4, 7)).astype("float32")
FEATURES = RNG.normal(size=(3, 30, 5)).astype("float32")


def angles(circles):
    pairs = np.asarray(circles).reshape(len(circles), -1, 2)
    return np.arctan2(pairs[..., 1], pairs[..., 0])


def test_layers():
    check_layer(UnitCircles(2, 0.3), X, X.shape)
    check_layer(CirclePooling(PERIODS, SPACING), FEATURES, (3, 4))
    check_layer(CircleConfidence(), X[:, :4], (4, 4))
    shifts = [X[:, :1], X[:, 1:2]]
    check_layer(CircleAgreement(PERIODS), [X, X[::-1].copy(), *shifts], (4, 2))


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_circles_are_of_float32_whatever_the_policy(dtype):
    pooled = CirclePooling(PERIODS, SPACING, dtype=dtype)(FEATURES)
    sure = CircleConfidence(dtype=dtype)(X[:, :4])
    unit = UnitCircles(2, 0.3, dtype=dtype)(X)
    for found in (pooled, sure, unit):
        assert keras.backend.standardize_dtype(found.dtype) == "float32"


def test_pooling_matches_numpy():
    layer = CirclePooling(PERIODS, SPACING)
    found = np.asarray(layer(FEATURES)).reshape(3, 2, 2)
    mix = layer.mix.numpy()
    t = np.arange(30)[None, :, None]
    for i, period in enumerate(PERIODS):
        z = np.mean(FEATURES * np.exp(2j * np.pi * t * SPACING / period), axis=1)
        z = (z * (mix[i, :, 0] + 1j * mix[i, :, 1])).sum(axis=1)
        np.testing.assert_allclose(found[:, i, 0], z.real, atol=1e-5)
        np.testing.assert_allclose(found[:, i, 1], z.imag, atol=1e-5)


def test_a_shift_of_the_features_turns_the_circles_whatever_the_weights():
    features = np.zeros((2, 60, 5), "float32")
    features[0, 10:40] = RNG.normal(size=(30, 5))
    features[1, 17:47] = features[0, 10:40]
    turn = np.diff(angles(CirclePooling(PERIODS, SPACING)(features)), axis=0)[0]
    expected = 2 * np.pi * 7 * SPACING / np.array(PERIODS)
    np.testing.assert_allclose(np.exp(1j * turn), np.exp(1j * expected), atol=1e-4)


def test_confidence_keeps_angles_and_follows_its_formula():
    layer = CircleConfidence()
    layer.build((None, 4))
    gamma, beta = np.array([[1.5], [3.0]]), np.array([[0.3], [-1.0]])
    layer.set_weights([gamma, beta])
    found = np.asarray(layer(X[:, :4]))
    length = np.linalg.norm(X[:, :4].reshape(4, 2, 2), axis=-1)
    expected = 1 / (1 + np.exp(-(gamma[:, 0] * np.log(length) + beta[:, 0])))
    np.testing.assert_allclose(circle_lengths(found, 2), expected, rtol=1e-4)
    np.testing.assert_allclose(angles(found), angles(X[:, :4]), atol=1e-5)


def test_confidence_grows_with_length_from_the_centre_on():
    sizes = np.array([0, 1e-30, 1e-3, 0.1, 1, 1e4, 1e18], "float32")
    found = np.asarray(CircleConfidence()(sizes[:, None] * np.array([[0.6, -0.8]])))
    lengths = np.linalg.norm(found, axis=1)
    assert np.isfinite(found).all()
    assert lengths[0] == 0
    assert (np.diff(lengths) >= 0).all()
    assert lengths[-1] == pytest.approx(1)


def on_circles(x):
    """The same vectors with all pairs on their circles, sure."""
    pairs = x[:, :4].reshape(len(x), 2, 2)
    pairs = pairs / np.linalg.norm(pairs, axis=-1, keepdims=True)
    return np.concatenate([pairs.reshape(len(x), 4), x[:, 4:]], axis=1)


def test_circles_have_their_share_of_the_length():
    found = np.asarray(UnitCircles(2, 0.3)(on_circles(X)))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    pairs = found[:, :4].reshape(4, 2, 2)
    np.testing.assert_allclose(np.sum(pairs**2, axis=-1), 0.15, rtol=1e-4)
    np.testing.assert_allclose(angles(found[:, :4]), angles(X[:, :4]), atol=1e-5)
    empty = np.asarray(UnitCircles(2, 0.3)(0 * X + np.eye(7)[6].astype("float32")))
    np.testing.assert_allclose(np.linalg.norm(empty, axis=1), 1, rtol=1e-5)


def test_the_inner_product_weighs_turns_and_the_rest():
    first, second = on_circles(X), on_circles(X[::-1].copy())
    a, b = (np.asarray(UnitCircles(2, 0.3)(x)) for x in (first, second))
    rest = [x[:, 4:] / np.linalg.norm(x[:, 4:], axis=1, keepdims=True) for x in (a, b)]
    expected = 0.3 * np.cos(angles(a[:, :4]) - angles(b[:, :4])).mean(axis=1)
    expected += 0.7 * np.sum(rest[0] * rest[1], axis=1)
    np.testing.assert_allclose(np.sum(a * b, axis=1), expected, atol=1e-5)


def test_circles_count_by_their_length():
    unsure = on_circles(X)
    unsure[:, :2] *= 0.5
    unsure[:, 2:4] = 0
    found = np.asarray(UnitCircles(2, 0.3)(unsure))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(found[:, 2:4], 0, atol=1e-6)
    whole = 0.15 * 0.25 + 0.7
    np.testing.assert_allclose(
        np.sum(found[:, :2] ** 2, axis=1), 0.15 * 0.25 / whole, rtol=1e-4
    )


def test_what_is_learned_through_unit_vectors_leaves_lengths_as_they_are():
    x = tf.constant(on_circles(X) * 0.5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.reduce_sum(UnitCircles(2, 0.3)(x) * X[::-1])
    gradient = tape.gradient(value, x).numpy()[:, :4].reshape(4, 2, 2)
    along = np.sum(gradient * x.numpy()[:, :4].reshape(4, 2, 2), axis=-1)
    np.testing.assert_allclose(along, 0, atol=1e-5)
    assert abs(gradient).max() > 0.01


def test_agreement_is_1_where_circles_follow_the_shifts():
    shifts = RNG.uniform(-1, 1, size=(2, 5, 1)).astype("float32")
    start = RNG.uniform(0, 6, size=(5, 1))
    vectors = []
    for shift in shifts:
        angle = start + 2 * np.pi * shift / np.array(PERIODS)
        pairs = np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(5, 4)
        vectors.append((3 * pairs).astype("float32"))
    layer = CircleAgreement(PERIODS)
    np.testing.assert_allclose(layer([*vectors, *shifts]), 1, atol=1e-5)
    other = shifts[1] + np.float32(0.1)
    expected = np.cos(2 * np.pi * 0.1 / np.array(PERIODS))
    np.testing.assert_allclose(
        layer([*vectors, shifts[0], other]), np.tile(expected, (5, 1)), atol=1e-5
    )


def test_bad_arguments():
    with pytest.raises(ValueError, match="`num_circles` must be positive"):
        UnitCircles(0)
    with pytest.raises(ValueError, match="`share` lie in"):
        UnitCircles(1, 1.0)
    with pytest.raises(ValueError, match="must have the shape"):
        CircleConfidence()(X)
    with pytest.raises(ValueError, match="more than two channels per circle"):
        UnitCircles(4)(X)
    with pytest.raises(ValueError, match="`periods` and `spacing`"):
        CirclePooling((0.0,), 1.0)
    with pytest.raises(ValueError, match="`periods` must be positive"):
        CircleAgreement((1.0, 0.0))
    with pytest.raises(ValueError, match="two channels for each period"):
        CircleAgreement((1.0, 2.0, 3.0))([X[:, :4], X[:, :4], X[:, :1], X[:, :1]])
