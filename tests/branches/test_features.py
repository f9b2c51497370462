import keras
import numpy as np
import pytest

from mesa_keras.branches import feature_mlp
from tests.keras_checks import check_saving

COLUMNS = ("period", "depth", "radius")
RNG = np.random.default_rng(0)
TABLE = RNG.lognormal(2.0, 1.5, size=(64, 3)).astype("float32")


def build(table=TABLE, **changes):
    keras.utils.set_random_seed(1)
    model = feature_mlp(COLUMNS, **{"output_dim": 8, "hidden_dims": (16,), **changes})
    model.get_layer(f"{model.name}_normalization").adapt(table)
    return model


@pytest.mark.parametrize("embedding_dim", [None, 4])
@pytest.mark.parametrize("hidden_dims", [(), (16,), (16, 12)])
def test_shape_names_and_saving(tmp_path, embedding_dim, hidden_dims):
    model = build(
        embedding_dim=embedding_dim,
        hidden_dims=hidden_dims,
        transforms={"period": "log10", "depth": "quantile"},
        name="planet",
    )
    assert model.input_shape == (None, 3)
    assert model.output_shape == (None, 8)
    named = {layer.name for layer in model.layers}
    assert all(name.startswith("planet") for name in named)
    assert {f"planet_dense_{i}" for i in range(len(hidden_dims))} <= named
    assert ("planet_periodic" in named) == (embedding_dim is not None)
    x = TABLE.copy()
    x[::3, 1] = np.nan
    check_saving(model, x, tmp_path)


def test_missing_values_are_flagged_and_never_spread():
    model = build()
    x = TABLE[:6].copy()
    x[2, 0], x[3] = np.nan, np.nan
    before, after = np.asarray(model(TABLE[:6])), np.asarray(model(x))
    assert np.all(np.isfinite(after))
    others = [0, 1, 4, 5]
    np.testing.assert_allclose(after[others], before[others], rtol=1e-5, atol=1e-6)
    assert not np.allclose(after[2], before[2], atol=1e-4)
    assert np.all(np.asarray(build(embedding_dim=4)(x)) >= 0)


def test_a_missing_value_is_not_the_typical_one():
    model = build()
    typical = np.nanmedian(TABLE, axis=0, keepdims=True)
    missing = typical.copy()
    missing[0, 1] = np.nan
    assert not np.allclose(model(typical), model(missing), atol=1e-5)


def test_a_column_without_any_value_is_allowed():
    table = TABLE.copy()
    table[:, 2] = np.nan
    model = build(table, embedding_dim=4)
    assert np.all(np.isfinite(np.asarray(model(table))))


@pytest.mark.parametrize("transform", ["log10", "quantile"])
def test_units_do_not_matter_once_given(transform):
    transforms = dict.fromkeys(COLUMNS, transform)
    model = build(transforms=transforms)
    scaled = TABLE * np.float32(24)
    hours = build(scaled, transforms=transforms, units=dict.fromkeys(COLUMNS, 1 / 24))
    np.testing.assert_allclose(hours(scaled), model(TABLE), rtol=1e-3, atol=1e-4)


def test_dropout_acts_in_training_only():
    model = build(dropout=0.5)
    np.testing.assert_array_equal(model(TABLE), model(TABLE, training=False))
    assert not np.allclose(model(TABLE, training=True), model(TABLE))


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="columns"):
        feature_mlp([])
    with pytest.raises(ValueError, match="transforms"):
        feature_mlp(COLUMNS, transforms={"unknown": "log10"})
    with pytest.raises(ValueError, match="rate"):
        feature_mlp(COLUMNS, dropout=1.5)
