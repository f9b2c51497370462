import dataclasses
import itertools

import keras
import numpy as np
import pytest

from mesa_keras.layers import ContrastiveScale
from mesa_keras.recipes.mesa.model import (
    ENCODERS,
    build_model,
    decision_rule,
    freeze_encoders,
)
from mesa_keras.recipes.mesa.presets import PRESETS, SEED
from mesa_keras.recipes.mesa.trained_model import alignment_output, trained_model
from mesa_keras.training import Transfer
from tests.keras_checks import check_saving
from tests.recipes.mesa.candidates import (
    LABELS,
    PLANET,
    STELLAR,
    STEPS,
    build,
    inputs_of,
    small,
)

BOTH = {"global_view": 201, "local_view": 61}
ALWAYS = {"logits", "probabilities", "decision", "score", "embedding"}


def preset_model(config, view_steps=BOTH):
    return build_model(
        config,
        planet_columns=config.planet_features,
        stellar_columns=config.stellar_features,
        view_steps=view_steps,
    )


def trainable(model):
    return sum(int(np.prod(w.shape)) for w in model.trainable_weights)


def predict(model, inputs):
    return {k: np.asarray(v) for k, v in model(inputs).items()}


@pytest.mark.parametrize("views", [BOTH, {"global_view": 201}], ids=["both", "global"])
def test_the_preset_seed_has_the_stated_parameters(views):
    model = preset_model(SEED, views)
    assert 35_000 <= trainable(model) <= 45_000
    assert 35_000 <= model.count_params() <= 45_000
    freeze_encoders(model)
    assert 8_000 <= trainable(model) <= 12_000
    left = {w.path.split("/")[0] for w in model.trainable_weights}
    assert "logits" in left
    assert any("projection" in name for name in left)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("temperature", [0.07, "learnable"])
def test_every_preset_builds_and_answers(name, temperature):
    config = dataclasses.replace(PRESETS[name], temperature=temperature)
    model = preset_model(config)
    inputs = {
        key: np.zeros((2, *tensor.shape[1:]), "float32")
        for key, tensor in model.input.items()
    }
    outputs = predict(model, inputs)
    assert outputs["probabilities"].shape == (2, 3)
    assert outputs["alignment"].shape == (
        *(2, 2),
        config.num_towers * config.projection_dim,
    )
    assert ("scaled_alignment" in outputs) == (temperature == "learnable")
    assert ("tower_logits" in outputs) == (config.num_towers > 1)


@pytest.mark.parametrize("members", [1, 3])
def test_outputs_are_consistent(members, tmp_path):
    model, inputs = build(small(num_towers=members)), inputs_of()
    decision_rule(model).calibrate(1.7, [0.2, 0.4, 0.3])
    y = predict(model, inputs)
    assert {*ALWAYS, "alignment"} <= set(y)
    assert y["logits"].shape == y["probabilities"].shape == (6, 3)
    np.testing.assert_allclose(y["probabilities"].sum(axis=1), 1, rtol=1e-5)
    softmax = np.exp(y["logits"] / 1.7)
    softmax /= softmax.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(y["probabilities"], softmax, rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(y["alignment"], axis=-1), 1, rtol=1e-4)
    chosen = np.take_along_axis(y["probabilities"], y["decision"][:, None], 1)[:, 0]
    np.testing.assert_allclose(y["score"], chosen, rtol=1e-5)
    assert y["decision"].dtype == np.int32
    check_saving(model, inputs, tmp_path)


def test_an_ensemble_answers_with_the_mean_probability_of_its_members():
    y = predict(build(small(num_towers=4)), inputs_of())
    assert y["tower_logits"].shape == (6, 4, 3)
    members = np.exp(y["tower_logits"])
    members /= members.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(y["probabilities"], members.mean(axis=1), rtol=1e-4)


def test_any_subset_of_modalities_gives_probabilities():
    model = build()
    inputs = inputs_of()
    groups = [("planet_features",), ("stellar_features",), tuple(STEPS)]
    seen = []
    for hidden in itertools.product([False, True], repeat=3):
        x = {name: array.copy() for name, array in inputs.items()}
        for names, hide in zip(groups, hidden, strict=True):
            for name in names if hide else ():
                x[name][:] = np.nan
        y = predict(model, x)
        for name in (*ALWAYS, "alignment"):
            assert np.all(np.isfinite(y[name])), (hidden, name)
        np.testing.assert_allclose(y["probabilities"].sum(axis=1), 1, rtol=1e-5)
        seen.append(y["logits"])
    for a, b in itertools.combinations(seen, 2):
        assert not np.allclose(a, b, atol=1e-6)


def test_missing_bins_and_values_do_not_reach_the_answer():
    model, inputs = build(), inputs_of()
    nan = {name: array.copy() for name, array in inputs.items()}
    other = {name: array.copy() for name, array in inputs.items()}
    for x, value in ((nan, np.nan), (other, np.inf)):
        x["global_view"][:, 5:9] = value
        x["planet_features"][:, 1] = value
    a, b = predict(model, nan), predict(model, other)
    np.testing.assert_array_equal(a["logits"], b["logits"])
    assert not np.allclose(a["logits"], predict(model, inputs)["logits"], atol=1e-5)


def test_a_permuted_batch_gives_permuted_answers():
    model, inputs = build(), inputs_of()
    inputs["global_view"][1] = np.nan
    order = np.array([4, 2, 0, 5, 1, 3])
    y = predict(model, inputs)
    permuted = predict(model, {name: array[order] for name, array in inputs.items()})
    for name, values in y.items():
        np.testing.assert_allclose(
            permuted[name], values[order], rtol=1e-4, atol=1e-5, err_msg=name
        )


@pytest.mark.parametrize(
    "absent",
    [
        {"planet_columns": ()},
        {"stellar_columns": ()},
        {"view_steps": {}},
        {"view_steps": {"local_view": 12}},
        {"planet_columns": (), "stellar_columns": ()},
        {"planet_columns": (), "view_steps": {}},
    ],
    ids=str,
)
@pytest.mark.parametrize("temperature", [0.07, "learnable"])
def test_a_modality_that_the_data_lack_is_left_out(absent, temperature):
    model = build(small(temperature=temperature), **absent)
    inputs = {name: array for name, array in inputs_of().items() if name in model.input}
    y = predict(model, inputs)
    pairs = "view_steps" not in absent or bool(absent["view_steps"])
    pairs = pairs and len({"planet_columns", "stellar_columns"} & set(absent)) < 2
    assert ("alignment" in y) == pairs
    assert (alignment_output(model) is not None) == pairs
    trained = trained_model(model, small(temperature=temperature), steps_per_epoch=2)
    assert "logits" in trained.output


def test_the_schema_says_what_the_model_takes():
    model = build(view_convention="median0_min-1")
    rule = decision_rule(model)
    assert rule.class_names == LABELS
    assert rule.schema["planet_features"] == list(PLANET)
    assert rule.schema["stellar_features"] == list(STELLAR)
    assert rule.schema["views"] == STEPS
    assert rule.schema["view_convention"] == "median0_min-1"
    assert set(model.input) == {"planet_features", "stellar_features", *STEPS}
    plain = keras.Model(*[keras.Input((2,))] * 2)
    with pytest.raises(ValueError, match="must have a `DecisionRule`"):
        decision_rule(plain)


def targets_of(trained, num):
    label = np.arange(num) % 3
    targets = {
        "logits": label,
        "tower_logits": np.eye(3, dtype="float32")[label][:, None],
        "alignment": np.arange(num, dtype="int32"),
        "scaled_alignment": np.arange(num, dtype="int32"),
    }
    return {name: targets[name] for name in trained.output}


def fit_once(config, epochs=2, num=24, **kwargs):
    keras.utils.set_random_seed(0)
    model = build(config)
    before = {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}
    trained = trained_model(model, config, steps_per_epoch=1, **kwargs)
    # A few steps take less time than tracing them.
    trained.run_eagerly = True
    inputs = inputs_of(num)
    history = trained.fit(
        inputs,
        targets_of(trained, num),
        batch_size=num,
        epochs=epochs,
        shuffle=False,
        verbose=0,
    ).history
    after = {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}
    return model, history, before, after


STEP = {"weight_averaging": 0.0, "warmup_epochs": 0.0, "steps_per_execution": 1}


@pytest.mark.parametrize("loss", ["info_nce", "sigmoid"])
def test_a_learnable_temperature_changes_in_fit(loss):
    config = small(temperature="learnable", contrastive_loss=loss, **STEP)
    model, history, before, after = fit_once(config)
    assert isinstance(model.get_layer("contrastive_scale"), ContrastiveScale)
    path = "contrastive_scale/log_scale"
    assert before[path] != after[path]
    assert (before["contrastive_scale/logit_bias"] == 0) == (loss == "info_nce")
    if loss == "sigmoid":
        assert after["contrastive_scale/logit_bias"] != -10
    assert "scaled_alignment_loss" in history
    assert np.all(np.isfinite(history["loss"]))


def test_the_losses_are_weighted_as_configured():
    config = small(contrastive_weight=0.3, classification_weight=0.7, **STEP)
    _, history, _, _ = fit_once(config, epochs=1)
    np.testing.assert_allclose(
        history["loss"][0],
        0.3 * history["alignment_loss"][0] + 0.7 * history["tower_logits_loss"][0],
        rtol=1e-4,
    )


def test_without_contrastive_weight_there_is_no_contrastive_loss():
    config = small(contrastive_weight=0.0, num_towers=1, **STEP)
    model, history, before, after = fit_once(config, epochs=1)
    assert not any("alignment" in name for name in history)
    for path in before:
        if "_projection_" in path:
            np.testing.assert_array_equal(before[path], after[path])
    assert "alignment" in model.output


def test_class_weights_multiply_the_loss():
    plain = fit_once(small(contrastive_weight=0.0, **STEP), epochs=1)[1]
    config = small(contrastive_weight=0.0, **STEP)
    twice = fit_once(config, epochs=1, class_weights=[2.0, 2.0, 2.0])[1]
    np.testing.assert_allclose(twice["loss"][0], 2 * plain["loss"][0], rtol=1e-4)


def test_every_weight_trains_but_those_that_are_found_otherwise():
    _, _, before, after = fit_once(small(learning_rate=0.1, **STEP), epochs=3)
    still = {path for path in before if np.array_equal(before[path], after[path])}
    fixed = ("decision_rule/", "_branch_norm", "_numbers_norm")
    unexpected = {
        path
        for path in still
        if not any(part in path for part in fixed) and not path.endswith("key/bias")
    }
    assert not unexpected


def test_frozen_encoders_stay_and_the_rest_trains():
    config = small(**STEP)
    model = build(config)
    freeze_encoders(model)
    trained = trained_model(model, config, steps_per_epoch=1)
    encoders = [layer for layer in model.layers if layer.name.endswith(ENCODERS)]
    assert len(encoders) == 6
    before = [np.concatenate([v.ravel() for v in e.get_weights()]) for e in encoders]
    head = model.get_layer("logits").get_weights()[0]
    targets = targets_of(trained, 6)
    trained.run_eagerly = True
    trained.fit(inputs_of(6), targets, epochs=2, shuffle=False, verbose=0)
    for encoder, values in zip(encoders, before, strict=True):
        now = np.concatenate([v.ravel() for v in encoder.get_weights()])
        np.testing.assert_array_equal(now, values)
    assert not np.array_equal(model.get_layer("logits").get_weights()[0], head)


def test_warm_up_and_cosine_follow_the_config():
    config = small(epochs=10, warmup_epochs=2.0, learning_rate=0.01)
    optimizer = trained_model(build(config), config, steps_per_epoch=5).optimizer
    rate = optimizer._learning_rate
    np.testing.assert_allclose(
        [float(rate(step)) for step in (0, 5, 10)], [0, 0.005, 0.01], atol=1e-6
    )
    assert float(rate(30)) == pytest.approx(0.5 * 1.02 * 0.01, rel=1e-3)
    assert float(rate(50)) == pytest.approx(0.02 * 0.01, rel=1e-3)
    flat = small(warmup_epochs=0.0)
    start = trained_model(build(flat), flat, steps_per_epoch=5).optimizer
    assert float(start._learning_rate(0)) == pytest.approx(0.01)
    # A warm-up longer than the training still leaves a schedule.
    long = small(warmup_epochs=99.0)
    trained_model(build(long), long, steps_per_epoch=1)


def test_an_encoder_without_pretrained_weights_is_not_frozen():
    model = build(small())
    transfer = Transfer((), {"planet_branch_embedding/kernel": "the columns differ"})
    with pytest.raises(ValueError, match="pretrained weights for every encoder"):
        freeze_encoders(model, transfer)
