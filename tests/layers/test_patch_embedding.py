import keras
import numpy as np
import pytest

from mesa_keras.layers import PatchEmbedding
from tests.keras_checks import check_layer, input_gradient

RNG = np.random.default_rng(0)


def series(batch=3, steps=10, channels=2):
    x = RNG.normal(size=(batch, steps, channels)).astype("float32")
    x[0, 2] = np.nan
    x[1] = np.nan
    x[2, 4:, 0] = np.inf
    return x


def reference(x, layer):
    kernel, bias = (np.asarray(w) for w in layer.project.weights)
    size = layer.patch_size
    fill = -x.shape[1] % size
    x = np.pad(x, [(0, 0), (0, fill), (0, 0)], constant_values=np.nan)
    present = np.isfinite(x)
    steps = np.concatenate([np.where(present, x, 0), present], axis=-1)
    tokens = [
        steps[:, i : i + size].reshape(len(x), -1) @ kernel + bias
        for i in range(0, x.shape[1], size)
    ]
    valid = [
        present[:, i : i + size].any(axis=(1, 2)) for i in range(0, x.shape[1], size)
    ]
    return np.stack(tokens, axis=1), np.stack(valid, axis=1)


@pytest.mark.parametrize(("size", "tokens"), [(1, 10), (4, 3), (5, 2), (12, 1)])
def test_layer(size, tokens):
    check_layer(PatchEmbedding(size, 7), series(), ((3, tokens, 7), (3, tokens)))


@pytest.mark.parametrize("size", [1, 3, 5, 11])
def test_matches_numpy(size):
    layer, x = PatchEmbedding(size, 4), series()
    tokens, valid = layer(x)
    expected_tokens, expected_valid = reference(x, layer)
    np.testing.assert_allclose(tokens, expected_tokens, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(valid, expected_valid)


def test_gradient_is_finite_with_gaps():
    gradient = input_gradient(PatchEmbedding(4, 4), series())
    assert np.all(np.isfinite(gradient))
    assert np.all(gradient[1] == 0)


def test_single_steps_need_no_fixed_length():
    inputs = keras.Input((None, 1))
    tokens, valid = PatchEmbedding(1, 4)(inputs)
    assert tokens.shape == (None, None, 4)
    assert valid.shape == (None, None)


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`patch_size` and `hidden_dim` must be"):
        PatchEmbedding(0, 4)
    with pytest.raises(ValueError, match="known number of steps"):
        PatchEmbedding(2, 4)(keras.Input((None, 1)))
