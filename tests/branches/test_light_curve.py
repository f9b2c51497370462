import keras
import numpy as np
import pytest

from mesa_keras.branches import adapt_statistics, light_curve_transformer
from mesa_keras.branches.light_curve import token_places
from mesa_keras.layers import SeriesStatistics
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)
STEPS = {"global_view": 120, "local_view": 40}
VIEWS = {
    name: RNG.normal(size=(5, steps)).astype("float32") for name, steps in STEPS.items()
}
SMALL = {"hidden_dim": 8, "num_heads": 2, "mlp_dim": 16}


def build(steps=STEPS, **changes):
    keras.utils.set_random_seed(1)
    return light_curve_transformer(steps, **{**SMALL, "patch_size": 8, **changes})


def encode(model, views=VIEWS):
    return np.asarray(model(views))


@pytest.mark.parametrize("patch_size", [1, 8])
@pytest.mark.parametrize("names", [["global_view"], ["global_view", "local_view"]])
def test_shape_names_and_saving(tmp_path, patch_size, names):
    steps = {name: STEPS[name] for name in names}
    views = {name: VIEWS[name] for name in names}
    model = build(steps, patch_size=patch_size, num_layers=2, name="curves")
    assert model.name == "curves"
    assert set(model.input) == set(names)
    assert model.output_shape == (None, 8)
    assert encode(model, views).shape == (5, 8)
    known = {layer.name for layer in model.layers}
    parts = [f"{name}_{part}" for name in names for part in ("patches", "positions")]
    parts += ["class_token", "block_0", "block_1", "norm"]
    assert {f"curves_{part}" for part in parts} <= known
    assert all(weight.path.split("/")[0] in known for weight in model.weights)
    check_saving(model, views, tmp_path)


def test_number_of_tokens_follows_from_the_patch_size():
    def tokens(**changes):
        return build(**changes).get_layer("light_curve_class_token").output.shape[1] - 1

    assert tokens(patch_size=1) == 120 + 40
    # Views shorter than 100 steps have patches of half the size.
    assert tokens(patch_size=8) == 15 + 10
    assert tokens(steps={"v": 99}, patch_size=7) == 33
    assert tokens(steps={"v": 101}, patch_size=8) == 13


@pytest.mark.parametrize("num_layers", [1, 3])
def test_reading_the_class_token_alone_changes_nothing(num_layers):
    """The last block computes one token; a full block gives the same one."""
    model = build(num_layers=num_layers)
    last = model.get_layer(f"light_curve_block_{num_layers - 1}")
    assert last.first_token_only
    others = [model.get_layer(f"light_curve_block_{i}") for i in range(num_layers - 1)]
    assert not any(block.first_token_only for block in others)
    views = {name: view.copy() for name, view in VIEWS.items()}
    views["global_view"][0, :50] = np.nan
    views["local_view"][1] = np.nan
    short = encode(model, views)
    config = model.get_config()
    for layer in config["layers"]:
        if "first_token_only" in layer["config"]:
            layer["config"]["first_token_only"] = False
    full = keras.Model.from_config(config)
    full.set_weights(model.get_weights())
    np.testing.assert_allclose(encode(full, views), short, rtol=1e-4, atol=1e-5)


def test_bins_without_a_value_do_not_matter():
    """Blanked patches give what a model that never saw them gives."""
    model = build({"v": 120})
    view = VIEWS["global_view"].copy()
    view[:, 64:] = np.nan
    short = build({"v": 64}, patch_size=16)  # Below 100 steps, half of it: 8.
    short.set_weights(model.get_weights())
    np.testing.assert_allclose(
        encode(model, {"v": view}),
        encode(short, {"v": view[:, :64]}),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_any_value_that_is_not_finite_is_missing(value):
    model = build(patch_size=1)
    missing = {name: view.copy() for name, view in VIEWS.items()}
    other = {name: view.copy() for name, view in VIEWS.items()}
    missing["global_view"][:, ::3] = np.nan
    other["global_view"][:, ::3] = value
    np.testing.assert_array_equal(encode(model, missing), encode(model, other))
    assert not np.allclose(encode(model, missing), encode(model), atol=1e-3)


def test_a_missing_value_is_not_zero():
    model = build()
    zero = {name: view.copy() for name, view in VIEWS.items()}
    missing = {name: view.copy() for name, view in VIEWS.items()}
    zero["global_view"][:, 10], missing["global_view"][:, 10] = 0, np.nan
    assert not np.allclose(encode(model, zero), encode(model, missing), atol=1e-5)


def test_a_permuted_batch_gives_permuted_embeddings():
    model = build()
    order = np.array([3, 0, 4, 2, 1])
    permuted = {name: view[order] for name, view in VIEWS.items()}
    np.testing.assert_allclose(
        encode(model, permuted), encode(model)[order], rtol=1e-4, atol=1e-5
    )


def test_any_view_or_all_may_be_missing():
    model = build()
    empty = {name: np.full_like(view, np.nan) for name, view in VIEWS.items()}
    for views in (
        empty,
        {**VIEWS, "global_view": empty["global_view"]},
        {**VIEWS, "local_view": empty["local_view"]},
    ):
        assert np.all(np.isfinite(encode(model, views)))
    # Without any light curve, all objects look alike.
    np.testing.assert_allclose(np.ptp(encode(model, empty), axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("patch_size", [1, 8])
def test_the_time_of_a_dip_matters(patch_size):
    model = build({"v": 120}, patch_size=patch_size)
    view = np.zeros((2, 120), "float32")
    view[0, 16:24], view[1, 72:80] = -1, -1
    first, second = encode(model, {"v": view})
    assert not np.allclose(first, second, atol=1e-3)


def test_the_views_are_told_apart():
    model = build({"a": 40, "b": 40})
    x = VIEWS["local_view"]
    swapped = {"a": np.zeros_like(x), "b": x}
    straight = {"a": x, "b": np.zeros_like(x)}
    assert not np.allclose(encode(model, swapped), encode(model, straight), atol=1e-3)


def test_every_weight_gets_a_gradient():
    import tensorflow as tf

    model = build(num_layers=2)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(VIEWS) ** 2 * tf.range(8.0))
    gradients = tape.gradient(loss, model.trainable_variables)
    for weight, gradient in zip(model.trainable_variables, gradients, strict=True):
        if weight.path.endswith("key/bias"):
            continue  # Shifts all scores of a query alike.
        assert np.abs(gradient).max() > 0, weight.path


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`view_steps` must name at least one"):
        light_curve_transformer({})
    with pytest.raises(ValueError, match="`num_layers` must be at least 1"):
        light_curve_transformer(STEPS, num_layers=0)
    for heads in (3, 0, -2):
        with pytest.raises(ValueError, match=f"num_heads={heads}, hidden_dim=32"):
            light_curve_transformer(STEPS, num_heads=heads)
    with pytest.raises(ValueError, match="`patch_size`"):
        light_curve_transformer(STEPS, patch_size=0)
    with pytest.raises(ValueError, match="`dropout` must lie in"):
        light_curve_transformer(STEPS, dropout=1.0)


RICH = {"stem": "convolution", "statistics": True}


def test_statistics_add_a_token_per_view_and_are_saved(tmp_path):
    model = build(**RICH)
    tokens = model.get_layer("light_curve_class_token").output.shape[1] - 1
    assert tokens == 15 + 10 + 2
    adapt_statistics(model, VIEWS)
    check_saving(model, VIEWS, tmp_path)
    paths = [weight.path for weight in model.weights]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("light_curve_") for path in paths)


def test_statistics_are_normalized_by_training_data():
    model = build(**RICH)
    before = encode(model)
    adapt_statistics(model, VIEWS)
    assert not np.allclose(encode(model), before)
    for view in VIEWS:
        numbers = model.get_layer(f"light_curve_{view}_numbers")
        layer = numbers.get_layer(f"light_curve_{view}_numbers_normalization")
        values, missing = layer(SeriesStatistics()(VIEWS[view]))
        # Five rows: normal scores of five ranks, and none missing.
        assert np.abs(np.mean(values, axis=0)).max() < 0.3
        assert not np.any(missing)


@pytest.mark.parametrize("missing", list(STEPS))
def test_a_missing_view_adds_nothing_with_statistics(missing):
    """Without the view, its patches and its numbers are masked."""
    model = build(**RICH)
    adapt_statistics(model, VIEWS)
    views = {**VIEWS, missing: np.full_like(VIEWS[missing], np.nan)}
    first = encode(model, views)
    for layer in model.layers:
        if missing in layer.name and layer.weights:
            layer.set_weights([w + 0.3 for w in layer.get_weights()])
    np.testing.assert_allclose(encode(model, views), first, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "changes", [{"stem": "pooling"}, {"stem": "convolution", "patch_size": 2}]
)
def test_stems_that_do_not_exist_or_fit_are_refused(changes):
    with pytest.raises(ValueError, match="`stem` must be of"):
        build(**changes)


def by_path(model):
    return {weight.path: np.asarray(weight) for weight in model.weights}


def take(model, source):
    """Gives a model the weights of another by path."""
    known = by_path(source)
    for weight in model.weights:
        weight.assign(known[weight.path])


@pytest.mark.parametrize("settings", [{}, RICH], ids=["plain", "rich"])
@pytest.mark.parametrize("kept", list(STEPS))
def test_a_branch_without_a_view_is_one_where_it_is_missing(kept, settings):
    model = build(**settings)
    adapt_statistics(model, VIEWS)
    missing = {
        name: view if name == kept else np.full_like(view, np.nan)
        for name, view in VIEWS.items()
    }
    short = build({kept: STEPS[kept]}, **settings)
    take(short, model)
    np.testing.assert_allclose(
        encode(short, {kept: VIEWS[kept]}),
        encode(model, missing),
        rtol=1e-4,
        atol=1e-5,
    )


def test_the_tokens_come_out_and_change_nothing(tmp_path):
    model, tokens = build(**RICH), build(**RICH, return_tokens=True)
    assert set(by_path(model)) == set(by_path(tokens))
    take(tokens, model)
    views = {name: view.copy() for name, view in VIEWS.items()}
    views["global_view"][0, 16:32] = np.nan
    views["local_view"][1] = np.nan
    found = {name: np.asarray(x) for name, x in tokens(views).items()}
    np.testing.assert_allclose(found["embedding"], encode(model, views), atol=1e-5)
    np.testing.assert_array_equal(found["tokens"][:, 0], found["embedding"])
    assert found["tokens"].shape == (5, 28, 8)
    places = token_places(STEPS, patch_size=8, statistics=True)
    assert places == {"global_view": slice(1, 16), "local_view": slice(17, 27)}
    valid = found["valid"]
    np.testing.assert_array_equal(
        np.flatnonzero(~valid[0, places["global_view"]]), [2, 3]
    )
    assert not valid[1, 17:28].any()
    assert valid[:, 0].all()
    check_saving(tokens, views, tmp_path)
