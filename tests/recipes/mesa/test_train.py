"""One tiny run and its variants, from files to files."""

import csv
import dataclasses
import itertools
import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from mesa_keras.recipes.mesa import train as module
from mesa_keras.recipes.mesa.model import ENCODERS
from mesa_keras.recipes.mesa.train import train
from mesa_keras.training import RunState, open_model
from tests.recipes.mesa.candidates import (
    LABELS,
    STEPS,
    load,
    make_rows,
    make_views,
    small,
    write,
    write_default,
)

EPOCHS = 10
ROOT = Path(__file__).parents[3]
FILES = (
    "mesa_model.keras",
    "mesa_config.json",
    "mesa_training_history.json",
    "mesa_metrics.json",
    "mesa_calibration.npz",
    "mesa_training_state.npz",
    "training_loss.png",
    "training_accuracy.png",
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_default(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def run(path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("output") / "new" / "folder"
    return train(small(epochs=EPOCHS), path, folder), folder


def weights(model):
    return {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}


def assert_same_weights(model, expected):
    found, wanted = weights(model), weights(expected)
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def test_a_run_writes_every_file_and_nothing_else(run):
    result, folder = run
    assert {file.name for file in folder.iterdir()} == set(FILES)
    for file in result.files.values():
        assert file.stat().st_size > 0
    for name in ("training_loss.png", "training_accuracy.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


def test_the_loss_goes_down_and_the_labels_are_learned(run):
    result, folder = run
    history = json.loads((folder / "mesa_training_history.json").read_text())
    assert history == result.history
    assert len(history["loss"]) == EPOCHS
    for name in ("loss", "val_loss", "val_tower_logits_loss"):
        assert history[name][-1] < 0.8 * history[name][0], name
    held_out = [result.metrics[name]["accuracy"] for name in sorted(result.metrics)]
    assert np.mean(held_out) > 0.65
    assert result.best_epoch == int(np.argmin(history["val_loss"]))


def test_the_config_file_says_what_was_run_on_what(run, path):
    result, folder = run
    saved = json.loads((folder / "mesa_config.json").read_text())
    config = dataclasses.asdict(small(epochs=EPOCHS))
    assert saved["config"] == json.loads(json.dumps(config))
    assert saved["data"]["path"] == str(path)
    assert saved["data"]["sha256"] == result.data.fingerprint
    assert saved["data"]["light_curves"] == "views"
    assert sum(saved["data"]["candidates"].values()) == 300
    assert saved["data"]["warnings"] == list(result.data.warnings)
    assert saved["parameters"] == result.model.count_params()
    assert {"mesa_keras", "keras", "tensorflow", "numpy"} <= set(saved["versions"])


def test_the_model_file_is_the_calibrated_model(run):
    result, folder = run
    model = open_model(folder / "mesa_model.keras")
    assert_same_weights(model, result.model)
    metrics = json.loads((folder / "mesa_metrics.json").read_text())
    rule = model.get_layer("decision_rule")
    assert float(rule.temperature) == pytest.approx(metrics["temperature"])
    assert metrics["temperature"] != 1
    assert rule.class_names == LABELS
    assert rule.schema["views"] == STEPS


def test_no_star_is_in_two_splits(run, path):
    """Every candidate of a calibration star is a calibration candidate."""
    with np.load(run[1] / "mesa_calibration.npz") as saved:
        stars, logits, labels = saved["star_id"], saved["logits"], saved["labels"]
        assert saved["class_names"].tolist() == list(LABELS)
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    theirs = [row for row in rows if row["star_id"] in set(stars)]
    assert len(theirs) == len(stars) == len(logits) == len(labels)
    assert 15 <= len(stars) <= 45
    # The calibration stars' logits are those of the final weights.
    data = load(path)
    part = data.take(np.flatnonzero(np.isin(data.star_id, stars)))
    found = run[0].model.predict(part.inputs(), verbose=0)["logits"]
    key = np.lexsort(np.column_stack([logits, labels]).T)
    other = np.lexsort(np.column_stack([found, part.label]).T)
    np.testing.assert_allclose(found[other], logits[key], rtol=1e-4, atol=1e-5)


def test_any_subset_of_modalities_gives_probabilities(run, path):
    model = run[0].model
    inputs = load(path).take(np.arange(20)).inputs()
    for hidden in itertools.product([False, True], repeat=len(inputs)):
        x = {
            name: np.full_like(values, np.nan) if hide else values
            for (name, values), hide in zip(inputs.items(), hidden, strict=True)
        }
        p = np.asarray(model(x)["probabilities"])
        assert np.all(np.isfinite(p))
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.slow
def test_training_again_resumes_nothing_but_a_finished_run(run, path):
    result, folder = run
    state = (folder / "mesa_training_state.npz").read_bytes()
    again = train(small(epochs=EPOCHS), path, folder, resume=True)
    assert again.history == result.history
    assert_same_weights(again.model, result.model)
    assert len(state) == len((folder / "mesa_training_state.npz").read_bytes())
    for change in ({"seed": 1}, {"learning_rate": 0.5}, {"epochs": EPOCHS + 1}):
        with pytest.raises(ValueError, match=next(iter(change))):
            train(small(**{"epochs": EPOCHS, **change}), path, folder, resume=True)


def test_resume_of_other_columns_is_refused(run, path):
    folder = run[1]
    with pytest.raises(ValueError, match="columns"):
        train(
            small(epochs=EPOCHS),
            path,
            folder,
            columns={"depth": "duration"},
            resume=True,
        )


def test_resume_of_other_data_is_refused(run, tmp_path):
    other = write_default(tmp_path, seed=9)
    with pytest.raises(ValueError, match=r"same settings.*data"):
        train(small(epochs=EPOCHS), other, run[1], resume=True)


class Killed(Exception):
    pass


@pytest.mark.slow
def test_a_resumed_run_equals_an_uninterrupted_one(run, path, tmp_path, monkeypatch):
    original = RunState.on_epoch_end

    def kill(self, epoch, logs=None):
        original(self, epoch, logs)
        if epoch == 2:
            raise Killed

    monkeypatch.setattr(RunState, "on_epoch_end", kill)
    with pytest.raises(Killed):
        train(small(epochs=EPOCHS), path, tmp_path)
    assert (tmp_path / "mesa_training_state.npz").exists()
    assert not (tmp_path / "mesa_model.keras").exists()
    monkeypatch.undo()
    resumed = train(small(epochs=EPOCHS), path, tmp_path, resume=True)
    assert resumed.history == run[0].history
    assert_same_weights(resumed.model, run[0].model)


def test_one_class_only_is_an_error_before_anything_is_written(tmp_path):
    rows = make_rows(60)
    for row in rows:
        row["label"] = "PC"
    path = write(tmp_path / "data", rows, make_views(rows))
    with pytest.raises(ValueError, match=r"two classes or more.*PC") as error:
        train(small(), path, tmp_path / "output")
    assert str(path) in str(error.value)
    assert not (tmp_path / "output").exists()


def test_a_batch_larger_than_the_data_is_an_error(path, tmp_path):
    with pytest.raises(ValueError, match="`batch_size` must be positive and at most"):
        train(small(batch_size=5000), path, tmp_path / "output")


def test_freezing_needs_pretrained_weights(path, tmp_path):
    with pytest.raises(ValueError, match="`freeze_backbone` needs `pretrained_path`"):
        train(small(), path, tmp_path, freeze_backbone=True)


@pytest.mark.slow
def test_a_diverged_training_ends_in_one_sentence(path, tmp_path, monkeypatch):
    def explode(model, data):
        model.get_layer("logits").kernel.assign(
            np.full(model.get_layer("logits").kernel.shape, np.nan)
        )

    monkeypatch.setattr(module, "adapt", explode)
    with pytest.raises(ValueError, match="smaller `learning_rate`"):
        train(small(epochs=2), path, tmp_path)
    assert not (tmp_path / "mesa_model.keras").exists()


@pytest.mark.slow
def test_frozen_pretrained_encoders_stay_as_they_are(run, path, tmp_path):
    pretrained = run[1] / "mesa_model.keras"
    result = train(
        small(epochs=2, seed=3),
        path,
        tmp_path,
        pretrained_path=pretrained,
        freeze_backbone=True,
    )
    before, after = weights(run[0].model), weights(result.model)
    changed = {name for name in after if not np.array_equal(after[name], before[name])}
    encoders = [x for x in result.model.layers if x.name.endswith(ENCODERS)]
    frozen = {weight.path for layer in encoders for weight in layer.weights}
    assert len(encoders) >= 3
    assert not changed & frozen
    for head in ("logits", "classifier_hidden", "physics_projection"):
        assert any(head in name for name in changed), head
    assert result.history["loss"][0] < run[0].history["loss"][0]


@pytest.mark.slow
def test_pretraining_on_other_columns_and_classes_says_what_was_left(run, tmp_path):
    labels = ("PLANET", "BINARY")
    path = write_default(tmp_path / "data", labels=labels, seed=4)
    config = small(
        labels=labels, planet_features=("period", "depth"), epochs=2, batch_size=16
    )
    result = train(
        config, path, tmp_path / "out", pretrained_path=run[1] / "mesa_model.keras"
    )
    left = result.transfer.left
    assert left["logits/kernel"] == "the classes differ"
    assert left["planet_branch_embedding/kernel"] == "the columns differ"
    assert "light_curve_branch_block_0/mlp_in/kernel" in result.transfer.taken
    assert "the columns differ" in result.transfer.summary()
    assert result.model.output["probabilities"].shape == (None, 2)


RELOAD = """
import sys
import keras, mesa_keras
import numpy as np
model = keras.saving.load_model(sys.argv[1])
y = model.predict(dict(np.load(sys.argv[2])), verbose=0)
np.savez(sys.argv[3], **y)
"""


@pytest.mark.slow
def test_a_saved_model_predicts_the_same_in_a_fresh_process(run, path, tmp_path):
    result, folder = run
    inputs = load(path).inputs()
    np.savez(tmp_path / "in.npz", **inputs)
    files = [folder / "mesa_model.keras", tmp_path / "in.npz", tmp_path / "out.npz"]
    subprocess.run(
        [sys.executable, "-c", RELOAD, *map(str, files)], cwd=ROOT, check=True
    )
    expected = result.model.predict(inputs, verbose=0)
    with np.load(tmp_path / "out.npz") as outputs:
        assert set(outputs.files) == set(expected)
        for name, values in expected.items():
            np.testing.assert_allclose(outputs[name], values, rtol=1e-5, atol=1e-6)
