"""Which frames are fitted to and scored, and that none was seen in training."""

import gzip
import json

import numpy as np
import pytest
from astropy.io import fits

from ost_classifier import evaluate as module
from ost_classifier.calibrate_logits import (
    CalibrationLogits,
    calibration_path,
    write_calibration,
)
from ost_classifier.calibrate_run import calibrate
from ost_classifier.data import load_data
from ost_classifier.evaluate import evaluate
from ost_classifier.evaluate_options import EvaluateOptions
from ost_classifier.frame_keys import frame_keys
from ost_classifier.predict import FrameClassifier
from ost_classifier.thresholds import read_thresholds
from ost_classifier.train import train
from ost_classifier.train_options import TrainOptions
from ost_classifier.trained_on import write_config_of_copy
from tests.ost_classifier.small_frames import small, write_folder
from tests.small_ost import CLASSES, make_folder, make_model, write_frame


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(cache, tmp_path):
    """Function that evaluates with options; decoded frames are shared."""

    def call(path, data, **options):
        options = EvaluateOptions(
            **{"importance": False, "cache_dir": cache, "workers": 1, **options}
        )
        return evaluate(path, data, tmp_path / "out", options)

    return call


@pytest.fixture
def plans(monkeypatch):
    """All frames and the plan of each evaluation."""
    found = []
    plan_fit = module.plan_fit

    def noted(classifier, evaluated, **options):
        found.append((evaluated, plan_fit(classifier, evaluated, **options)))
        return found[-1][1]

    monkeypatch.setattr(module, "plan_fit", noted)
    return found


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "m.keras", CLASSES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("data") / "test", unknown=2)


@pytest.fixture
def trained(tmp_path, cache, folder):
    """A model that says that it was trained on the frames of `folder`."""
    path = make_model(tmp_path / "own" / "m.keras", CLASSES)
    settings = FrameClassifier(path).settings
    data = load_data(folder, settings, cache_dir=cache, workers=1)
    content = {"data": {"frame_keys": " ".join(frame_keys(data))}}
    (path.parent / "m_config.json").write_text(json.dumps(content))
    return path


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_night_of_a_camera_is_both_fitted_to_and_scored(
    model, folder, run, plans, seed
):
    results = run(model, folder, fit_temperature=True, seed=seed).results
    ((evaluated, plan),) = plans
    known = evaluated.take(evaluated.known)
    fitted = ~np.isin(known.data.file, plan.scored.data.file)
    assert fitted.sum() == len(plan.calibration)
    assert 0 < fitted.sum() < len(known)
    assert not set(known.groups[fitted]) & set(known.groups[~fitted])
    (text,) = results["fit"]
    assert f"the {(~fitted).sum()} of other nights are measured, with 2 of" in text
    assert not results["optimistic"]


@pytest.mark.parametrize("nights", [1, None])
def test_halves_that_share_nights_are_marked(model, run, tmp_path, nights):
    for name, kind in zip(CLASSES, ("Bias Frame", "Flat Field", "Light"), strict=True):
        for i in range(8):
            known = {"DATE_OBS": "2026-07-01T22:00:00"} if nights else {}
            gone = {} if nights else {"DATE_OBS": None, "INSTRUME": None}
            path = tmp_path / "data" / name / f"{i}.fits"
            write_frame(path, kind, i, **known, **gone)
    saved = tmp_path / "t.json"
    found = run(
        model,
        tmp_path / "data",
        fit_temperature=True,
        thresholds=0.5,
        save_thresholds=saved,
    )
    text, *_ = found.results["fit"]
    assert text.startswith("OPTIMISTIC: There is no m_calibration.npz")
    assert "others, perhaps of the same nights, are measured." in text
    assert "of other nights" not in text
    assert found.results["optimistic"]
    assert "OPTIMISTIC" in found.files["report"].read_text()
    assert read_thresholds(saved, CLASSES).optimistic


def test_copies_of_training_frames_are_known(trained, folder, run, tmp_path):
    other = make_folder(tmp_path / "other", per_class=2, first=5000)
    assert not run(trained, other).results["optimistic"]
    # Renamed, compressed, with another header and in another class, as one of many.
    with fits.open(sorted((folder / "bias").iterdir())[0]) as opened:
        opened[0].header["OBJECT"] = "corrected"
        opened.writeto(tmp_path / "plain.fits")
    copy = other / "flats" / "new.fits.gz"
    copy.write_bytes(gzip.compress((tmp_path / "plain.fits").read_bytes()))
    with pytest.raises(
        ValueError, match=r"on 1 of the 7 frames of .*, such as flats/new.fits.gz"
    ):
        run(trained, other)
    found = run(trained, other, allow_optimistic=True)
    assert found.results["optimistic"]
    assert "was trained on 1 of the 7 frames" in found.results["fit"][0]
    assert "OPTIMISTIC" in found.files["report"].read_text()


@pytest.mark.parametrize("calibrated_on", ["logits", "frames"])
def test_a_calibrated_copy_knows_what_the_model_was_trained_on(
    trained, folder, run, cache, tmp_path, calibrated_on
):
    copy = tmp_path / "new" / "copy.keras"
    other = make_folder(tmp_path / "other", first=8000)
    if calibrated_on == "logits":
        labels = np.arange(30) % 3
        kept = CalibrationLogits(np.eye(3)[labels], labels, "x")
        write_calibration(calibration_path(trained), kept, CLASSES)
        calibrate(trained, copy)
    else:
        calibrate(trained, copy, data_dir=other, cache_dir=cache)
    with pytest.raises(ValueError, match=r"copy.keras was trained on 26 of the 26"):
        run(copy, folder)
    with pytest.raises(
        ValueError, match=r"copy.keras was trained on 26 of the 26.*calibrate on others"
    ) as caught:
        calibrate(copy, tmp_path / "n.keras", data_dir=folder, cache_dir=cache)
    # That option is of the evaluation alone.
    assert "--allow_optimistic" not in str(caught.value)
    if calibrated_on == "logits":
        assert not run(copy, other).results["optimistic"]
        return
    # What a copy was calibrated on is no test of it, but may calibrate it again.
    assert not run(trained, other).results["optimistic"]
    with pytest.raises(ValueError, match=r"was trained on 24 of the 24 frames"):
        run(copy, other)
    again = tmp_path / "new" / "again.keras"
    calibrate(copy, again, data_dir=other, cache_dir=cache)
    with pytest.raises(ValueError, match=r"was trained on 24 of the 24 frames"):
        run(again, other)


def test_a_copy_does_not_stand_beside_the_configuration_of_another(
    trained, model, folder, run, tmp_path
):
    copy = tmp_path / "copy.keras"
    write_config_of_copy(trained, copy)
    labels = np.arange(30) % 3
    own = make_model(tmp_path / "other" / "m.keras", CLASSES)
    kept = CalibrationLogits(np.eye(3)[labels], labels, "x")
    write_calibration(calibration_path(own), kept, CLASSES)
    calibrate(own, copy)
    assert not run(copy, folder).results["optimistic"]


def test_blank_frames_are_of_no_training(trained, cache, tmp_path):
    other = make_folder(tmp_path / "other", per_class=2, first=6000)
    path = other / "flats" / "saturated.fits"
    fits.PrimaryHDU(np.full((24, 32), 65535, "uint16")).writeto(path)
    settings = FrameClassifier(trained).settings
    data = load_data(other, settings, cache_dir=cache, workers=1)
    keys = dict(zip(data.file.tolist(), frame_keys(data, batch_size=2), strict=True))
    assert keys.pop("flats/saturated.fits") == ""
    assert len(set(keys.values())) == 6
    assert all(len(key) == 16 for key in keys.values())


def test_the_folder_is_known_by_its_fingerprint(model, folder, cache, run, tmp_path):
    own = tmp_path / "own" / "m.keras"
    own.parent.mkdir()
    own.write_bytes(model.read_bytes())
    settings = FrameClassifier(own).settings
    data = load_data(folder, settings, cache_dir=cache, workers=1)
    content = {"data": {"path": "/elsewhere", "sha256": data.fingerprint}}
    (own.parent / "m_config.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match="was trained on the frames of"):
        run(own, folder)


def test_says_which_classes_there_was_no_frame_of(run, folder, tmp_path):
    own = make_model(tmp_path / "own" / "m.keras", CLASSES)
    labels = np.arange(40) % 2
    logits = 3 * np.eye(3)[labels]
    kept = CalibrationLogits(logits, labels, "x", logits)
    write_calibration(calibration_path(own), kept, CLASSES)
    found = run(own, folder, auto_threshold="max_f1").results
    note = f"no frame of {CLASSES[2]} to calibrate on: the threshold is 0.5"
    assert note in found["warnings"]
    assert found["operating_point"]["thresholds"][CLASSES[2]] == 0.5
    plain = run(own, folder, fit_temperature=True).results
    assert note not in plain["warnings"]
    # Thresholds for single frames are used on means over flips: that is told.
    turned = run(own, folder, fit_temperature=True, tta=True).results
    told = "which were not flipped as those measured are"
    assert told in turned["fit"][0]
    assert told not in plain["fit"][0]


@pytest.mark.slow
def test_a_training_run_keeps_what_it_saw(run, tmp_path):
    folder = write_folder(tmp_path / "frames")
    out = tmp_path / "run" / "frames.keras"
    done = train(
        small(epochs=1, batch_size=12),
        folder,
        out,
        TrainOptions(workers=1, progress=False),
    )
    notes = json.loads(done.files["config"].read_text())["data"]["notes"]
    count = len(done.run.calibration)
    assert f"only {count} frames to calibrate on, fewer than 20: " in " ".join(notes)
    assert FrameClassifier(out).operating_point().temperature == 1
    # The same files but one, elsewhere and with other times.
    copy = tmp_path / "copy"
    for path in sorted(folder.rglob("*.fits"))[1:]:
        target = copy / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    with pytest.raises(ValueError, match="was trained on 71 of the 71 frames"):
        run(out, copy)
    # A model that starts from this one has seen its frames as well.
    mine = write_folder(tmp_path / "mine", dict.fromkeys(CLASSES, 12), first=500)
    options = TrainOptions(
        workers=1, progress=False, pretrained_path=str(out), label_counts=()
    )
    tuned = tmp_path / "tuned" / "m.keras"
    done = train(small(epochs=1, batch_size=12), mine, tuned, options)
    assert not [note for note in done.run.notes if "known again" in note]
    with pytest.raises(ValueError, match="was trained on 71 of the 71 frames"):
        run(tuned, copy)
