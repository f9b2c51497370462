import keras
import numpy as np
import pytest

from mesa_keras.branches import projection_head
from tests.keras_checks import check_saving

X = np.random.default_rng(0).normal(size=(40, 12)).astype("float32")


def test_outputs_are_unit_vectors_and_save(tmp_path):
    model = projection_head(12, hidden_dim=8, output_dim=6, name="head")
    assert model.output_shape == (None, 6)
    assert {x.name for x in model.layers} >= {"head_hidden", "head_output"}
    for scale in (1e-3, 1.0, 1e4):
        norm = np.linalg.norm(model(scale * X), axis=1)
        np.testing.assert_allclose(norm, 1, rtol=1e-4)
    check_saving(model, X, tmp_path)


def test_an_embedding_of_zeros_stays_finite():
    assert np.all(np.isfinite(projection_head(12)(0 * X)))


def test_half_precision_keeps_unit_norm():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        y = projection_head(12, output_dim=6)(X)
    finally:
        keras.config.set_dtype_policy("float32")
    assert keras.backend.standardize_dtype(y.dtype) == "float32"
    np.testing.assert_allclose(np.linalg.norm(y, axis=1), 1, rtol=1e-4)


def test_dropout_acts_in_training_only():
    model = projection_head(12, dropout=0.5)
    np.testing.assert_array_equal(model(X), model(X, training=False))
    assert not np.allclose(model(X, training=True), model(X))


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="rate"):
        projection_head(12, dropout=-0.1)
    with pytest.raises(ValueError, match="units"):
        projection_head(12, output_dim=0)
