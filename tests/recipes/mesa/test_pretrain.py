"""One tiny pretraining from files to files, and what follows it."""

import json
import shutil

import keras
import numpy as np
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.calibrate import calibrate
from mesa_keras.recipes.mesa.evaluate import evaluate
from mesa_keras.recipes.mesa.model import ENCODERS
from mesa_keras.recipes.mesa.predict import predict
from mesa_keras.recipes.mesa.pretrain import pretrain
from mesa_keras.recipes.mesa.run_config import known_stars, read_run_config
from mesa_keras.recipes.mesa.train import train
from mesa_keras.training import RunState, open_model
from tests.recipes.mesa import candidates
from tests.recipes.mesa.event_sets import KEPLER, TESS, load, small, write_sets

CLASSES = {"kepler_tce": KEPLER, "tess_tce": TESS}
EPOCHS = 6
# One tower is traced in half the time.
SETTINGS = {"epochs": EPOCHS, "masked_epochs": EPOCHS, "num_towers": 1}
CONFIG = small(**SETTINGS)
# Sums over several threads may differ in their last bits, which training carries on.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-4}
FILES = {
    "pretrained.keras",
    "pretrained_masked.keras",
    "mesa_config.json",
    "mesa_pretraining_history.json",
    "mesa_metrics.json",
    "mesa_masked_state.npz",
    "mesa_supervised_state.npz",
    "masked_loss.png",
    "supervised_loss.png",
    "supervised_accuracy.png",
    *(f"mesa_{name}.keras" for name in CLASSES),
    *(f"mesa_{name}_calibration.npz" for name in CLASSES),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return write_sets(tmp_path_factory.mktemp("sets"), num=240)


@pytest.fixture(scope="module")
def run(folders, tmp_path_factory):
    folder = tmp_path_factory.mktemp("output") / "new"
    said = []
    result = pretrain(CONFIG, load(folders), folder, announce=said.append)
    return result, folder, said


def weights(model):
    return {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}


def fine_tuning(**changes):
    """A training of the same network on other classes."""
    settings = {"epochs": 2, "batch_size": 20, "num_towers": 1}
    return candidates.small(**{**settings, **changes})


def test_nothing_is_written_for_a_wrong_call(folders, tmp_path):
    events = load(folders)
    for stages in ((), ("supervised", "masked"), ("masked", "other")):
        with pytest.raises(ValueError, match="`stages` must be of masked, supervised"):
            pretrain(CONFIG, events, tmp_path / "out", stages=stages)
    unlabelled = load(folders, labels={"kepler_tce": (), "tess_tce": ()})
    with pytest.raises(ValueError, match="needs a set with labels"):
        pretrain(CONFIG, unlabelled, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_run_writes_every_file_and_nothing_else(run):
    result, folder, said = run
    assert {file.name for file in folder.iterdir()} == FILES
    for file in result.files.values():
        assert file.stat().st_size > 0
    assert "labels are not used" in said[0]
    assert "share of the batches: kepler_tce 0." in said[1]


@pytest.mark.slow
def test_both_losses_fall_and_the_labels_are_learned(run):
    result, folder, _ = run
    history = json.loads((folder / "mesa_pretraining_history.json").read_text())
    for stage, names in (
        ("masked", ("val_global_view_rebuilt_loss", "val_local_view_rebuilt_loss")),
        ("supervised", [f"val_{name}_tower_logits_loss" for name in CLASSES]),
    ):
        assert len(history[stage]["loss"]) == EPOCHS
        for name in ("loss", "val_loss"):
            assert history[stage][name][-1] < 0.9 * history[stage][name][0], name
        for name in names:
            assert history[stage][name][-1] < history[stage][name][0], name
    for found in result.models.values():
        held_out = [row["accuracy"] for row in found.metrics.values()]
        assert np.mean(held_out) > 0.6


@pytest.mark.slow
def test_the_configuration_says_what_was_seen(run, folders):
    result, folder, _ = run
    config = json.loads((folder / "mesa_config.json").read_text())
    assert config["config"]["masked_epochs"] == EPOCHS
    assert "labels" not in config["config"]
    assert set(config["data"]["sets"]) == set(CLASSES)
    for name, noted in config["data"]["sets"].items():
        assert noted["classes"] == list(CLASSES[name])
        assert noted["sha256"] == result.events.sets[name].fingerprint
        assert sum(noted["candidates"].values()) == 240
    assert sum(config["data"]["mixing"].values()) == pytest.approx(1)
    assert len(config["data"]["test_tables"]) == 2
    known = known_stars(read_run_config(folder / "pretrained.keras"))
    assert known == result.events.known_stars()


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_the_model_of_a_set_is_judged_on_its_test_stars(run, folders, tmp_path, name):
    _, folder, _ = run
    model, table = folder / f"mesa_{name}.keras", folders[name] / "test_data.csv"
    found = evaluate(model, table, tmp_path / "out", positive=[["PC"]])
    assert found.results["num_objects"] == 12
    assert not any("not checked" in text for text in found.results["warnings"])
    predictor = Predictor(model)
    assert predictor.class_names == CLASSES[name]
    assert float(predictor.rule.temperature) != 1
    assert ("secondary_view" in predictor.schema["views"]) == (name == "tess_tce")
    # Stars of either training table are refused: they were pretrained on.
    own, other = (
        folders[n] / "train_data.csv" for n in (name, *CLASSES.keys() - {name})
    )
    for path in (own, relabelled(other, tmp_path, CLASSES[name])):
        with pytest.raises(ValueError, match="the model was pretrained on"):
            evaluate(model, path, tmp_path / "no")
    assert len(predict(model, table)) == 12


def relabelled(path, folder, labels):
    """A copy of a table, beside a copy of its views, with other labels."""
    lines = path.read_text().splitlines()
    place = lines[0].split(",").index("label")
    rows = [line.split(",") for line in lines[1:]]
    for i, row in enumerate(rows):
        row[place] = labels[i % 3]
    copy = folder / "relabelled.csv"
    copy.write_text("\n".join([lines[0], *map(",".join, rows)]) + "\n")
    (folder / "views.npz").write_bytes((path.parent / "views.npz").read_bytes())
    return copy


@pytest.mark.slow
def test_a_calibrated_copy_remembers_the_stars(run, folders, tmp_path):
    _, folder, _ = run
    test = folders["tess_tce"] / "test_data.csv"
    out = tmp_path / "copy" / "mesa_tess_tce.keras"
    calibrate(folder / "mesa_tess_tce.keras", test, out)
    with pytest.raises(ValueError, match="the model was pretrained on"):
        evaluate(out, folders["tess_tce"] / "train_data.csv", tmp_path / "no")


@pytest.mark.slow
@pytest.mark.parametrize("freeze", [False, True])
def test_weights_go_over_into_training(run, folders, tmp_path, freeze):
    result, folder, _ = run
    labels = ("A", "B", "C")
    path = relabelled(folders["kepler_tce"] / "train_data.csv", tmp_path, labels)
    trained = train(
        fine_tuning(labels=labels),
        path,
        tmp_path / "out",
        pretrained_path=folder / "pretrained.keras",
        freeze_backbone=freeze,
    )
    # Everything but the two layers of a head, and the decision rule.
    left = {name.split("/")[0] for name in trained.transfer.left}
    assert left == {"classifier_hidden", "logits", "decision_rule"}
    assert len(trained.transfer.left) == 4 + 5
    total = len(trained.model.weights)
    assert len(trained.transfer.taken) == total - len(trained.transfer.left)
    before, after = weights(result.encoders), weights(trained.model)
    encoders = [x for x in trained.model.layers if x.name.endswith(ENCODERS)]
    paths = [weight.path for layer in encoders for weight in layer.trainable_weights]
    paths = [w.path for layer in encoders for w in layer.weights] if freeze else paths
    changed = [p for p in paths if not np.array_equal(before[p], after[p])]
    assert len(changed) == 0 if freeze else len(changed) > 0.8 * len(paths)
    # Early stopping and calibration had stars that the pretraining had held back.
    known = result.events.known_stars()
    with np.load(tmp_path / "out" / "mesa_calibration.npz") as saved:
        stars = {("KIC", star) for star in saved["star_id"].tolist()}
    assert stars <= known.held_back
    # And what the pretraining has seen is no test set of this model either.
    test = relabelled(folders["tess_tce"] / "train_data.csv", tmp_path, labels)
    with pytest.raises(ValueError, match="the model was pretrained on"):
        evaluate(tmp_path / "out" / "mesa_model.keras", test, tmp_path / "no")


@pytest.mark.slow
def test_a_pretraining_goes_on_from_another(run, folders, tmp_path):
    _, folder, _ = run
    result = pretrain(
        small(**{**SETTINGS, "masked_epochs": 1}),
        load({"tess_tce": folders["tess_tce"]}),
        tmp_path,
        stages=("masked",),
        pretrained_path=folder / "pretrained_masked.keras",
    )
    assert {path.split("_")[0] for path in result.transfer.left} == {"decoder"}
    assert {file.name for file in tmp_path.iterdir()} == {
        *("pretrained.keras", "mesa_config.json", "mesa_pretraining_history.json"),
        *("masked_loss.png", "mesa_masked_state.npz"),
    }
    assert open_model(tmp_path / "pretrained.keras").output["embedding"].shape[1] == 24
    known = known_stars(read_run_config(tmp_path / "pretrained.keras"))
    earlier = known_stars(read_run_config(folder / "pretrained.keras"))
    assert earlier.trained <= known.trained


class Killed(Exception):
    pass


@pytest.mark.slow
def test_a_resumed_run_equals_an_uninterrupted_one(run, folders, tmp_path, monkeypatch):
    original, epochs = RunState.on_epoch_end, []

    def kill(self, epoch, logs=None):
        original(self, epoch, logs)
        epochs.append(epoch)
        if len(epochs) == 2:
            raise Killed

    # The first stage is done: it is not run once more.
    shutil.copy(run[1] / "mesa_masked_state.npz", tmp_path)
    monkeypatch.setattr(RunState, "on_epoch_end", kill)
    with pytest.raises(Killed):
        pretrain(CONFIG, load(folders), tmp_path, resume=True)
    assert {file.name for file in tmp_path.iterdir()} == {
        *("mesa_masked_state.npz", "mesa_supervised_state.npz"),
        "pretrained_masked.keras",
    }
    monkeypatch.undo()
    resumed = pretrain(CONFIG, load(folders), tmp_path, resume=True)
    expected = run[0]
    for stage, found in resumed.stages.items():
        for name, values in expected.stages[stage].history.items():
            np.testing.assert_allclose(found.history[name], values, **TOLERANCE)
    found = weights(resumed.models["kepler_tce"].model)
    for path, value in weights(expected.models["kepler_tce"].model).items():
        np.testing.assert_allclose(found[path], value, err_msg=path, **TOLERANCE)
    other = small(**SETTINGS, mask_share=0.4)
    with pytest.raises(ValueError, match=r"same settings.*mask_share"):
        pretrain(other, load(folders), tmp_path, resume=True)
