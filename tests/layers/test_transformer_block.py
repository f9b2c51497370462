import keras
import numpy as np
import pytest

from mesa_keras.layers import TransformerBlock
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 6, 8)).astype("float32")
VALID = np.arange(6)[None] < np.array([6, 4, 1])[:, None]


def test_layer_without_mask():
    check_layer(TransformerBlock(2, 16), X, X.shape)


def test_layer_with_mask():
    check_layer(
        TransformerBlock(2, 16, activation="relu"),
        {"x": X, "valid": VALID},
        X.shape,
        call=lambda layer, inputs: layer(inputs["x"], valid=inputs["valid"]),
    )


def test_tokens_that_are_not_valid_do_not_matter():
    layer = TransformerBlock(2, 16)
    before = np.asarray(layer(X, valid=VALID))
    changed = np.where(VALID[..., None], X, 100.0).astype("float32")
    after = np.asarray(layer(changed, valid=VALID))
    np.testing.assert_allclose(after[VALID], before[VALID], rtol=1e-4, atol=1e-5)
    assert not np.allclose(layer(changed)[2, 0], before[2, 0], atol=1e-2)


def test_a_row_without_valid_tokens_stays_finite():
    y = TransformerBlock(2, 16)(X, valid=np.zeros_like(VALID))
    assert np.all(np.isfinite(y))


def test_permuted_tokens_give_permuted_outputs():
    layer = TransformerBlock(4, 16)
    order = RNG.permutation(6)
    np.testing.assert_allclose(
        layer(X[:, order]), np.asarray(layer(X))[:, order], rtol=1e-4, atol=1e-5
    )


def test_dropout_acts_in_training_only():
    layer = TransformerBlock(2, 16, dropout=0.5)
    np.testing.assert_array_equal(layer(X), layer(X, training=False))
    assert not np.allclose(layer(X, training=True), layer(X))


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`dropout` must lie in"):
        TransformerBlock(2, 16, dropout=1.0)
    with pytest.raises(ValueError, match="`num_heads` and `mlp_dim` must be positive"):
        TransformerBlock(0, 16)
    with pytest.raises(ValueError, match="`num_heads` must divide the channels"):
        TransformerBlock(3, 16)(X)


def test_first_token_only_states_its_shape():
    x = keras.Input((7, 4))
    block = TransformerBlock(2, 8, first_token_only=True)
    assert block(x).shape == (None, 1, 4)
    assert block.compute_output_shape((3, 7, 4)) == (3, 1, 4)
