import keras
import numpy as np
import pytest

from mesa_keras.layers import EnsembleDense
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 6)).astype("float32")
MEMBERS = RNG.normal(size=(5, 3, 6)).astype("float32")


def randomized(layer, inputs):
    layer(inputs)
    for weight in layer.weights:
        weight.assign(RNG.normal(size=weight.shape))
    return layer


@pytest.mark.parametrize("inputs", [X, MEMBERS])
def test_layer(inputs):
    check_layer(EnsembleDense(4, 3, activation="relu"), inputs, (5, 3, 4))


@pytest.mark.parametrize("inputs", [X, MEMBERS])
def test_every_member_follows_its_formula(inputs):
    layer = randomized(EnsembleDense(4, 3, activation="tanh"), inputs)
    kernel, r, s, bias = (
        np.asarray(w)
        for w in (layer.kernel, layer.input_scale, layer.output_scale, layer.bias)
    )
    y = np.asarray(layer(inputs))
    for k in range(3):
        x = inputs if inputs.ndim == 2 else inputs[:, k]
        expected = np.tanh(((x * r[k]) @ kernel) * s[k] + bias[k])
        np.testing.assert_allclose(y[:, k], expected, rtol=1e-4, atol=1e-5)


def test_members_with_scales_of_one_are_dense_layers():
    layer = EnsembleDense(4, 3, spread=0.0)
    y = np.asarray(layer(X))
    dense = keras.layers.Dense(4)
    dense.build(X.shape)
    dense.kernel.assign(layer.kernel)
    for k in range(3):
        np.testing.assert_allclose(y[:, k], dense(X), rtol=1e-5, atol=1e-6)


def test_members_start_apart_by_the_spread():
    layer = EnsembleDense(4, 200, spread=0.5)
    y = np.asarray(layer(X))
    assert np.all(y.std(axis=1) > 0.05)
    scale = np.asarray(layer.input_scale)
    np.testing.assert_allclose([scale.mean(), scale.std()], [1, 0.5], atol=0.05)


def test_a_member_does_not_touch_the_others():
    layer = randomized(EnsembleDense(4, 3), MEMBERS)
    changed = MEMBERS.copy()
    changed[:, 1] += 1
    before, after = np.asarray(layer(MEMBERS)), np.asarray(layer(changed))
    np.testing.assert_allclose(after[:, [0, 2]], before[:, [0, 2]], rtol=1e-6)
    assert not np.allclose(after[:, 1], before[:, 1])


def test_parameters_grow_little_with_members():
    def count(members):
        layer = EnsembleDense(64, members)
        layer.build((None, 64))
        return layer.count_params()

    assert count(16) - count(1) == 15 * (64 + 64 + 64)


def test_rejects_bad_arguments():
    for arguments in ((0, 2), (2, 0), (2, 2, None, -0.1)):
        with pytest.raises(ValueError, match="must be positive and `spread` not"):
            EnsembleDense(*arguments)
    with pytest.raises(ValueError, match="one row per member"):
        EnsembleDense(4, 2)(MEMBERS)
