"""One tiny run and its variants, from files to files."""

import dataclasses
import json
from functools import partial

import keras
import numpy as np
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.training import RunState
from ost_classifier import cross_validation, fitted
from ost_classifier.cross_validation import cross_validate
from ost_classifier.features import HEADER_VALUE_NAMES, STATISTIC_NAMES
from ost_classifier.run_files import write_run
from ost_classifier.train import train
from ost_classifier.train_options import TrainOptions
from tests.ost_classifier.small_frames import CLASSES, small, write_folder
from tests.ost_classifier.small_frames import write_frame as frame

pytestmark = pytest.mark.slow

EPOCHS = 6
QUIET = TrainOptions(workers=1, progress=False)


def config(**changes):
    return small(**{"epochs": EPOCHS, "batch_size": 12, "initial_lr": 0.01, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = write_folder(tmp_path_factory.mktemp("frames"), dict.fromkeys(CLASSES, 48))
    (folder / "bias" / "broken.fits").write_bytes(b"SIMPLE  = no more")
    frame(folder / "unknown" / "x.fits", "dragon")
    return folder


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "new" / "frames.keras"
    return train(config(), folder, out, QUIET), out


def weights(model):
    return {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}


def assert_same_weights(model, expected):
    found, wanted = weights(model), weights(expected)
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def test_a_run_writes_every_file(run):
    result, out = run
    names = {path.name for path in out.parent.iterdir()}
    assert names == {
        "frames.keras",
        "frames_config.json",
        "frames_training_history.json",
        "frames_metrics.json",
        "frames_calibration.npz",
        "frames_feat_scaler.npz",
        "frames_figures",
        "frames_report.html",
        "frames_training_state.npz",
        "frame_cache",
    }
    assert all(path.exists() for path in result.files.values())
    assert len(list((out.parent / "frames_figures").iterdir())) == 6
    page = (out.parent / "frames_report.html").read_text()
    assert "broken.fits" in page
    assert "pixels alone" in page


def test_the_classes_are_learned_with_header_and_without(run):
    measured = run[0].run.metrics["calibration"]
    assert measured["with header"]["accuracy"] > 0.9
    assert measured["pixels alone"]["accuracy"] > 0.8
    history = run[0].run.history
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert run[0].run.best_epoch == int(np.argmin(history["val_logits_loss"]))


def test_the_config_file_says_what_was_run_on_what(run, folder):
    saved = json.loads(run[0].files["config"].read_text())
    assert saved["config"] == json.loads(json.dumps(dataclasses.asdict(config())))
    assert saved["classes"] == list(CLASSES)
    assert saved["data"]["path"] == str(folder)
    assert list(saved["data"]["faults"]) == ["bias/broken.fits"]
    assert sum(saved["data"]["frames"]["train"].values()) > 90
    notes = " ".join(saved["data"]["notes"])
    assert "1 frames of no class are not learned from" in notes
    assert "to calibrate on" not in notes


def test_what_is_not_defined_is_null(run, tmp_path):
    done = run[0].run
    part = {**done.metrics["validation"]}
    part["with header"] = {**part["with header"], "roc_auc": float("nan")}
    changed = dataclasses.replace(done, metrics={**done.metrics, "validation": part})
    files = write_run(tmp_path / "m.keras", changed)

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    text = files["metrics"].read_text()
    found = json.loads(text, parse_constant=refuse)["validation"]["with header"]
    assert found["roc_auc"] is None
    assert found["accuracy"] == part["with header"]["accuracy"]


def test_the_model_file_alone_decides(run, folder):
    result, out = run
    predictor = Predictor(out)
    assert predictor.class_names == CLASSES
    assert predictor.schema["recipe"] == "ost"
    found = predictor.predict(result.run.calibration.inputs())
    with np.load(result.files["calibration"]) as saved:
        np.testing.assert_allclose(
            found["logits"], saved["logits"], rtol=1e-4, atol=1e-4
        )
        assert saved["logits_pixels"].shape == saved["logits"].shape
        assert saved["labels"].tolist() == result.run.calibration.label.tolist()
        assert set(saved["night"]) <= set(result.run.data.night)
        assert set(saved["camera"]) <= set(result.run.data.camera)
    metrics = json.loads(result.files["metrics"].read_text())
    assert float(predictor.rule.temperature) == pytest.approx(metrics["temperature"])


def test_the_scaler_file_holds_means_and_spreads(run):
    with np.load(run[0].files["feature scaler"]) as saved:
        assert saved["names"].tolist() == [*STATISTIC_NAMES, *HEADER_VALUE_NAMES]
        assert saved["mean"].shape == saved["scale"].shape == saved["names"].shape
        assert np.all(saved["scale"] > 0)
        exposure = saved["names"].tolist().index("exposure")
        assert 15 < saved["mean"][exposure] < 25


def test_parts_share_no_night_of_a_camera(run):
    parts = run[0].run.parts
    groups = [set(zip(part.camera, part.night, strict=True)) for part in parts.values()]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]


class Killed(Exception):
    pass


def test_a_killed_run_goes_on_to_the_same_end(run, folder, tmp_path, monkeypatch):
    original = RunState.on_epoch_end

    def kill(self, epoch, logs=None):
        original(self, epoch, logs)
        if epoch == 2:
            raise Killed

    out = tmp_path / "m.keras"
    cache = str(run[1].parent / "frame_cache")
    options = dataclasses.replace(QUIET, cache_dir=cache)
    monkeypatch.setattr(RunState, "on_epoch_end", kill)
    with pytest.raises(Killed):
        train(config(), folder, out, options)
    assert not out.exists()
    monkeypatch.undo()
    options = dataclasses.replace(options, resume=True)
    resumed = train(config(), folder, out, options)
    assert resumed.run.history == run[0].run.history
    assert_same_weights(resumed.run.model, run[0].run.model)
    with pytest.raises(ValueError, match=r"same settings.*initial_lr"):
        train(config(initial_lr=0.02), folder, out, options)


@pytest.mark.parametrize(
    "changes",
    [
        {"loss_strategy": "focal_loss", "thresholds": "max_f1"},
        {
            "balanced_sampling": True,
            "mixup_alpha": 0.2,
            "randaug_n": 2,
            "precision": "mixed_bfloat16",
            "lr_schedule": "constant",
        },
        {"loss_strategy": "none", "split_by": "file", "weight_averaging": 0.0},
    ],
    ids=str,
)
def test_every_option_runs(run, folder, tmp_path, changes):
    options = dataclasses.replace(QUIET, cache_dir=str(run[1].parent / "frame_cache"))
    result = train(config(epochs=3, **changes), folder, tmp_path / "m.keras", options)
    assert np.all(np.isfinite(result.run.history["loss"]))
    assert result.run.metrics["validation"]["with header"]["accuracy"] > 0.3


def test_cross_validation_measures_every_frame_once(run, folder, tmp_path):
    out = tmp_path / "m.keras"
    cache = str(run[1].parent / "frame_cache")
    options = dataclasses.replace(QUIET, cache_dir=cache, kfold=2)
    result = train(config(), folder, out, options)
    with np.load(result.files["calibration"]) as saved:
        assert len(saved["labels"]) == 144
        assert np.isfinite(saved["logits"]).all()
    rows = result.run.tables["folds"]
    assert [row["fold"] for row in rows] == [1, 2, "mean", "standard deviation"]
    both = [row["accuracy with header"] for row in rows[:2]]
    assert rows[2]["accuracy with header"] == pytest.approx(np.mean(both))
    assert rows[0]["frames"] + rows[1]["frames"] == 144
    assert set(result.run.parts) == {"train", "validation"}
    # Folds that are finished are not trained again.
    kept = (tmp_path / "m_fold_1.npz").stat().st_mtime_ns
    options = dataclasses.replace(options, resume=True)
    train(config(), folder, out, options)
    assert (tmp_path / "m_fold_1.npz").stat().st_mtime_ns == kept
    # Of other settings they are refused, as the state of a plain run is.
    with pytest.raises(ValueError, match=r"m_fold_1.npz .* initial_lr 0.01, now 0.02"):
        train(config(initial_lr=0.02), folder, out, options)
    tuned = dataclasses.replace(options, pretrained_path=str(run[1]), label_counts=())
    with pytest.raises(ValueError, match=r"m_fold_1.npz .* pretrained_path None, now"):
        train(config(), folder, out, tuned)
    assert (tmp_path / "m_fold_1.npz").stat().st_mtime_ns == kept


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"freeze": True}, "freeze_backbone False, now True"),
        ({"path": "b.keras"}, "pretrained_path 'a.keras', now 'b.keras'"),
        ({"class_names": ("bias", "deep_sky", "flats")}, r"classes \['bias', 'flats'"),
        ({"features": -1}, "features .*, now -1"),
        ({}, None),
    ],
    ids=str,
)
def test_a_fold_goes_on_with_its_own_settings_only(
    run, tmp_path, monkeypatch, changed, named
):
    data = run[0].run.data
    data = data.take(np.flatnonzero(data.label < 3))
    fits = []

    def fit(settings, parts, path, **options):
        fits.append(path)
        return dataclasses.replace(run[0].fitted)

    monkeypatch.setattr(cross_validation, "fit_model", fit)
    start = fitted.Pretrained(run[0].run.model, "a.keras")
    beside = tmp_path / "m.keras"
    cross_validate(config(), data, 2, beside, pretrained=start)
    assert len(fits) == 2
    start = dataclasses.replace(
        start, **{k: v for k, v in changed.items() if k in ("freeze", "path")}
    )
    if "features" in changed:
        monkeypatch.setattr(fitted, "FEATURE_VERSION", changed["features"])
    data = dataclasses.replace(
        data, class_names=changed.get("class_names", data.class_names)
    )
    again = partial(
        cross_validate, config(), data, 2, beside, pretrained=start, resume=True
    )
    if named is None:
        again()
    else:
        with pytest.raises(ValueError, match=named):
            again()
    assert len(fits) == 2


def test_fine_tuning_on_corrected_labels(run, folder, tmp_path):
    other = write_folder(tmp_path / "mine", dict.fromkeys(CLASSES, 32))
    table = tmp_path / "labels.csv"
    loose = frame(other / "night" / "y.fits", "bias")
    table.write_text(f"file,label\n{loose.resolve()},bias\nbias/000.fits,flats\n")
    options = dataclasses.replace(
        QUIET,
        pretrained_path=str(run[1]),
        freeze_backbone=True,
        labels_csv=str(table),
        label_counts=(0, 2, 8),
    )
    # Widths and size come from the pretrained model.
    changed = config(epochs=3, image_dim=7, target_w=20, seed=4)
    result = train(changed, other, tmp_path / "m.keras", options)
    assert result.run.config.image_dim == config().image_dim
    assert result.run.config.target_w == 16
    rows = result.run.tables["label_curve"]
    assert [row["frames per class"] for row in rows] == [0, 2, 8]
    assert [row["frames"] for row in rows] == [0, 6, 24]
    assert rows[0]["accuracy with header"] > 0.8
    before, after = weights(run[0].run.model), weights(result.run.model)
    changed = {name for name in after if not np.array_equal(after[name], before[name])}
    assert {name.split("/")[0] for name in changed} <= {
        *("classifier_hidden", "logits", "decision_rule"),
    }
    assert "logits/kernel" in changed
    assert not list(tmp_path.glob("*label_curve_state*"))


def test_a_model_of_another_size_is_not_measured_as_it_is(run, folder, tmp_path):
    options = dataclasses.replace(
        QUIET,
        pretrained_path=str(run[1]),
        label_counts=(0, 2),
        given={"target_w": 20, "target_h": 20},
    )
    changed = config(epochs=1, target_w=20, target_h=20)
    result = train(changed, folder, tmp_path / "m.keras", options)
    assert [row["frames per class"] for row in result.run.tables["label_curve"]] == [2]
    assert result.files["model"].exists()
    (note,) = (note for note in result.run.notes if "not known again" in note)
    assert note.endswith("they were images of another size or type")


def test_other_classes_take_the_branches(run, tmp_path):
    other = tmp_path / "mine"
    for number in range(24):
        frame(other / "moon" / f"{number}.fits", "flats", number)
        frame(other / "sun" / f"{number}.fits", "deep_sky", number)
    options = dataclasses.replace(
        QUIET,
        pretrained_path=str(run[1]),
        classes=("sun", "moon"),
        label_counts=(0, 2),
    )
    result = train(config(epochs=1), other, tmp_path / "m.keras", options)
    assert result.fitted.transfer.left["logits/kernel"] == "the classes differ"
    assert "image_branch_embedding/kernel" in result.fitted.transfer.taken
    assert Predictor(tmp_path / "m.keras").class_names == ("sun", "moon")
    rows = result.run.tables["label_curve"]
    assert [row["frames per class"] for row in rows] == [2]
