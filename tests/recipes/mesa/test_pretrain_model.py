import dataclasses

import keras
import numpy as np
import pytest

from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.model import build_model
from mesa_keras.recipes.mesa.pretrain_model import (
    build_pretraining_model,
    copy_weights,
    of_set,
)
from mesa_keras.recipes.mesa.pretrain_trained_model import (
    joint_trained_model,
    masked_trained_model,
)
from mesa_keras.recipes.mesa.transfer import take_weights
from mesa_keras.training import save_model
from tests.keras_checks import check_saving
from tests.recipes.mesa.candidates import PLANET, STELLAR, inputs_of
from tests.recipes.mesa.event_sets import KEPLER, STEPS, TESS, small

CLASSES = {"kepler_tce": KEPLER, "tess_tce": TESS}
COLUMNS = {"planet_columns": PLANET, "stellar_columns": STELLAR}


def build(config=None, **parts):
    keras.utils.set_random_seed(0)
    return build_pretraining_model(
        config or small(), **COLUMNS, view_steps=STEPS, **parts
    )


def inputs(num=6):
    return inputs_of(num, steps=STEPS)


def values(model):
    return {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}


def shuffled(model):
    """Gives every weight a value of its own; statistics are positive and in order."""
    rng = np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(scale=0.5, size=weight.shape))
    for weight in model.non_trainable_weights:
        weight.assign(np.sort(rng.uniform(0.5, 1.5, weight.shape), axis=-1))
    return model


@pytest.mark.parametrize("towers", [1, 2])
def test_outputs(towers, tmp_path):
    config = small(num_towers=towers, temperature="learnable")
    y = build(config, rebuild=True, classes=CLASSES)(inputs())
    for view, steps in STEPS.items():
        assert y[f"{view}_rebuilt"].shape == (6, towers, steps)
    for name in CLASSES:
        assert y[f"{name}_logits"].shape == (6, 3)
        assert y[f"{name}_tower_logits"].shape == (6, towers, 3)
    assert y["scaled_alignment"].shape == (6, 2, 8 * towers + 1)
    np.testing.assert_allclose(np.linalg.norm(y["alignment"], axis=-1), 1, rtol=1e-5)
    check_saving(build(config), inputs(), tmp_path)


@pytest.mark.parametrize("name", CLASSES)
def test_a_set_s_own_model_gives_the_answers_of_its_head(name):
    """Also without a view that the set never has."""
    config = small()
    joint = shuffled(build(config, classes=CLASSES))
    steps = {view: STEPS[view] for view in ("global_view", "local_view")}
    model = build_model(of_set(config, CLASSES[name]), **COLUMNS, view_steps=steps)
    absent = copy_weights(model, joint, head=name)
    assert {path.split("/")[0] for path in absent} == {"decision_rule"}
    x = inputs()
    x["secondary_view"][:] = np.nan
    expected = joint(x)
    del x["secondary_view"]
    found = model(x)
    np.testing.assert_allclose(
        found["logits"], expected[f"{name}_logits"], rtol=1e-3, atol=1e-4
    )
    np.testing.assert_allclose(
        found["alignment"], expected["alignment"], rtol=1e-3, atol=1e-4
    )


def test_a_missing_view_changes_nothing_else():
    """What stands in the weights of a view that is missing does not matter."""
    model = build(rebuild=True, classes=CLASSES)
    x = inputs()
    x["secondary_view"][:] = np.nan
    before = {name: np.array(y) for name, y in model(x).items()}
    for layer in model._flatten_layers():
        if "secondary_view" in layer.name and layer.weights:
            layer.set_weights([weight + 0.3 for weight in layer.get_weights()])
    for name, y in model(x).items():
        if name != "secondary_view_rebuilt":
            np.testing.assert_allclose(y, before[name], rtol=1e-4, atol=1e-5)


def test_weights_go_from_stage_to_stage_and_into_training(tmp_path):
    config = small()
    masked = shuffled(build(config, rebuild=True))
    joint = build(config, classes=CLASSES)
    absent = copy_weights(joint, masked)
    assert all("classifier_hidden" in path or "logits" in path for path in absent)
    encoders = build(config)
    assert copy_weights(encoders, joint) == []
    theirs = values(masked)
    for path, value in values(encoders).items():
        np.testing.assert_array_equal(value, theirs[path], err_msg=path)
    save_model(encoders, tmp_path / "pretrained.keras")
    steps = {view: STEPS[view] for view in ("global_view", "local_view")}
    model = build_model(of_set(config, ("A", "B")), **COLUMNS, view_steps=steps)
    before = values(model)
    transfer = take_weights(model, tmp_path / "pretrained.keras")
    left = {path.split("/")[0] for path in transfer.left}
    heads = {"classifier_hidden", "logits"}
    assert left == heads | {f"tower_1_{name}" for name in heads} | {"decision_rule"}
    assert len(transfer.taken) == len(before) - len(transfer.left)
    for path, value in values(model).items():
        expected = theirs[path] if path in transfer.taken else before[path]
        np.testing.assert_array_equal(value, expected, err_msg=path)
    # And back: a trained model's encoders start another pretraining.
    save_model(model, tmp_path / "model.keras")
    again = build(config, rebuild=True)
    taken = take_weights(again, tmp_path / "model.keras").taken
    assert any("light_curve_branch_block_0" in path for path in taken)
    assert not any("decoder" in path for path in taken)


def test_views_of_another_convention_are_not_taken_for_the_same(tmp_path):
    save_model(build(view_convention="median0_min-1"), tmp_path / "pretrained.keras")
    model = build_model(
        of_set(small(), KEPLER), **COLUMNS, view_steps=STEPS, view_convention="ppm"
    )
    left = take_weights(model, tmp_path / "pretrained.keras").left
    reasons = {why for path, why in left.items() if "light_curve_branch" in path}
    assert reasons == {"the convention of the views differs"}


def test_the_configuration_of_a_set():
    config = of_set(small(num_towers=3), TESS)
    assert type(config) is MesaConfig
    assert config.labels == TESS
    assert dataclasses.replace(config, labels=small().labels) == MesaConfig(
        **{
            field.name: getattr(small(num_towers=3), field.name)
            for field in dataclasses.fields(MesaConfig)
        }
    )


def fit_once(trained, x, targets):
    # A few steps take less time than tracing them.
    trained.run_eagerly = True
    return trained.fit(
        x, {name: targets[name] for name in trained.output}, batch_size=6, verbose=0
    ).history


def test_losses_of_the_first_stage_read_what_was_hidden_alone():
    config = small(
        steps_per_execution=1,
        masked_contrastive_weight=0.5,
        reconstruction_weight=3.0,
        weight_averaging=0.0,
    )
    trained = masked_trained_model(build(config, rebuild=True), config, 1)
    rng = np.random.default_rng(0)
    targets = {
        f"{view}_rebuilt": rng.normal(size=(6, 1, steps)).astype("float32")
        for view, steps in STEPS.items()
    }
    targets["secondary_view_rebuilt"][:] = np.nan
    history = fit_once(trained, inputs(), targets | {"alignment": np.arange(6)})
    assert history["secondary_view_rebuilt_loss"][0] == 0
    losses = [history[f"{view}_rebuilt_loss"][0] for view in STEPS]
    expected = sum(losses) * 3.0 / 3 + 0.5 * history["alignment_loss"][0]
    np.testing.assert_allclose(history["loss"][0], expected, rtol=1e-4)


def test_a_head_learns_from_its_own_set_alone():
    config = small(
        steps_per_execution=1,
        contrastive_weight=0.0,
        weight_averaging=0.0,
        weight_decay=0.0,
        warmup_epochs=0.0,
    )
    model = build(config, classes=CLASSES)
    before = values(model)
    trained = joint_trained_model(model, config, 1)
    label = np.array([0, 1, 2, 0, 1, 2])
    targets = {
        "kepler_tce_logits": label,
        "kepler_tce_tower_logits": np.eye(3, dtype="float32")[label][:, None],
        "tess_tce_logits": np.full(6, -1),
        "tess_tce_tower_logits": np.zeros((6, 1, 3), "float32"),
    }
    history = fit_once(trained, inputs(), targets)
    assert history["tess_tce_tower_logits_loss"][0] == 0
    assert history["tess_tce_logits_accuracy"][0] == 0
    assert history["kepler_tce_tower_logits_loss"][0] > 0.5
    after = values(model)
    changed = {path for path in before if not np.array_equal(before[path], after[path])}
    assert not any("tess_tce" in path for path in changed)
    assert "logits_kepler_tce/kernel" in changed
    assert "light_curve_branch_block_0/mlp_in/kernel" in changed
