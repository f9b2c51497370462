import keras
import numpy as np
import pytest

from mesa_keras.layers import ContrastiveScale
from mesa_keras.losses import InfoNCE, SigmoidContrastive
from tests.keras_checks import check_layer


def pairs(batch=4, dim=3, seed=0):
    x = np.random.default_rng(seed).normal(size=(batch, 2, dim))
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype("float32")


def test_layer():
    check_layer(ContrastiveScale(), pairs(), (4, 2, 4))


@pytest.mark.parametrize(("scale", "bias"), [(1 / 0.07, 0.0), (10.0, -10.0), (1, 3.0)])
def test_inner_products_are_scaled_cosines(scale, bias):
    x = pairs()
    y = np.asarray(ContrastiveScale(scale, bias)(x))
    np.testing.assert_allclose(
        y[:, 0] @ y[:, 1].T, scale * x[:, 0] @ x[:, 1].T + bias, rtol=1e-4, atol=1e-4
    )


def test_start_agrees_with_a_fixed_temperature():
    index, x = np.arange(4), pairs()
    np.testing.assert_allclose(
        InfoNCE(normalize=False)(index, ContrastiveScale(1 / 0.2)(x)),
        InfoNCE(0.2)(index, x),
        rtol=1e-5,
    )


@pytest.mark.parametrize("loss", [InfoNCE(normalize=False), SigmoidContrastive()])
def test_weights_change_in_fit(loss):
    layer = ContrastiveScale(10.0, -10.0)
    inputs = keras.Input((2, 3))
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.Adam(0.1), loss, jit_compile=True)
    model.fit(pairs(), np.arange(4), verbose=0)
    assert float(layer.log_scale) != pytest.approx(np.log(10), abs=1e-3)
    if isinstance(loss, SigmoidContrastive):
        assert float(layer.logit_bias) != pytest.approx(-10, abs=1e-3)
    # A bias adds the same to all logits: InfoNCE does not see it.


def test_scale_stays_at_its_bound_and_can_come_back():
    layer = ContrastiveScale(99.0)
    inputs = keras.Input((2, 3))
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.SGD(100.0), SigmoidContrastive())
    aligned = np.repeat(np.eye(3, dtype="float32")[:, None], 2, axis=1)
    layer.logit_bias.assign(-99.0)
    model.fit(aligned, np.arange(3), verbose=0)
    assert float(layer.log_scale) == pytest.approx(np.log(100))
    opposed = aligned * np.array([1.0, -1.0], "float32")[:, None]
    model.fit(opposed, np.arange(3), verbose=0)
    assert float(layer.log_scale) < np.log(100)


def test_weight_decay_can_leave_both_weights_out():
    layer = ContrastiveScale()
    inputs = keras.Input((2, 3))
    model = keras.Model(inputs, layer(inputs))
    optimizer = keras.optimizers.AdamW(weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["log_scale", "logit_bias"])
    model.compile(optimizer, InfoNCE(normalize=False))
    lonely = np.zeros(4)  # one object: no negatives, no gradient
    model.fit(pairs(), lonely, verbose=0)
    assert float(layer.log_scale) == pytest.approx(np.log(1 / 0.07))


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`initial_scale` must be positive"):
        ContrastiveScale(initial_scale=0)
    with pytest.raises(ValueError, match="at most `max_scale`"):
        ContrastiveScale(initial_scale=101)
    with pytest.raises(ValueError, match="`inputs` must have the shape"):
        ContrastiveScale()(np.ones((4, 3, 5), "float32"))
