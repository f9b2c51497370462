import keras
import numpy as np
import pytest

from mesa_keras.layers import ConvolutionalPatchEmbedding
from tests.keras_checks import check_layer, input_gradient

RNG = np.random.default_rng(0)


def series(batch=3, steps=30, channels=2):
    x = RNG.normal(size=(batch, steps, channels)).astype("float32")
    x[0, 2] = np.nan
    x[1] = np.nan
    x[2, 14:, 0] = np.inf
    x[2, 24:] = np.nan
    return x


@pytest.mark.parametrize(("size", "tokens"), [(2, 15), (4, 8), (8, 4), (32, 1)])
def test_layer(size, tokens):
    layer = ConvolutionalPatchEmbedding(size, 7, filters=4)
    check_layer(layer, series(), ((3, tokens, 7), (3, tokens)))


def test_valid_marks_patches_with_a_value():
    _, valid = ConvolutionalPatchEmbedding(8, 4)(series())
    np.testing.assert_array_equal(
        valid, [[True] * 4, [False] * 4, [True, True, True, False]]
    )


def test_matches_convolutions_written_out():
    keras.utils.set_random_seed(0)
    layer, x = ConvolutionalPatchEmbedding(2, 3, filters=4, kernel_size=3), series()
    tokens, _ = layer(x)
    present = np.isfinite(x)
    h = np.concatenate([np.where(present, x, 0), present], axis=-1)
    kernel, bias = (np.asarray(w) for w in layer.convolutions[0].weights)
    # With an even number of steps, "same" pads a strided convolution at the end.
    padded = np.pad(h, [(0, 0), (0, 2), (0, 0)])
    rows = [
        np.einsum("bkc,kcf->bf", padded[:, i : i + 3], kernel) + bias
        for i in range(0, h.shape[1], 2)
    ]
    h = np.maximum(np.stack(rows, axis=1), 0)
    kernel, bias = (np.asarray(w) for w in layer.project.weights)
    np.testing.assert_allclose(tokens, h @ kernel + bias, rtol=1e-4, atol=1e-5)


def test_a_token_sees_what_surrounds_its_patch_only():
    layer, x = ConvolutionalPatchEmbedding(4, 5), RNG.normal(size=(1, 64, 1))
    other = x.copy()
    other[0, 60:] += 1
    changed = np.any(np.asarray(layer(x)[0] != layer(other)[0]), axis=-1)[0]
    assert changed[-1]
    assert not changed[:10].any()


def test_gradient_is_finite_with_gaps():
    gradient = input_gradient(ConvolutionalPatchEmbedding(4, 4), series())
    assert np.all(np.isfinite(gradient))


@pytest.mark.parametrize("size", [0, 1, 3, 6])
def test_patch_sizes_other_than_powers_of_two_are_refused(size):
    with pytest.raises(ValueError, match="power of 2"):
        ConvolutionalPatchEmbedding(size, 4)


@pytest.mark.parametrize("changes", [{"hidden_dim": 0}, {"filters": 0}])
def test_widths_are_positive(changes):
    with pytest.raises(ValueError, match="must be positive"):
        ConvolutionalPatchEmbedding(**{"patch_size": 4, "hidden_dim": 4, **changes})


def test_the_number_of_steps_must_be_known():
    with pytest.raises(ValueError, match="known number of steps"):
        ConvolutionalPatchEmbedding(4, 4)(keras.Input((None, 1)))
