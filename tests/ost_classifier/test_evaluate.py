import csv
import json

import numpy as np
import pytest

from ost_classifier.calibrate_logits import (
    CalibrationLogits,
    calibration_path,
    saved_calibration,
    write_calibration,
)
from ost_classifier.evaluate import evaluate
from ost_classifier.evaluate_options import EvaluateOptions
from ost_classifier.predict import FrameClassifier
from ost_classifier.thresholds import read_thresholds
from tests.small_ost import CLASSES, make_folder, make_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "m.keras", CLASSES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("data") / "test", unknown=3)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(model, folder, cache, tmp_path):
    """Function that evaluates with options; decoded frames are shared."""

    def call(path=model, data=folder, **options):
        options = {"importance": False, "cache_dir": cache, **options}
        return evaluate(path, data, tmp_path / "out", EvaluateOptions(**options))

    return call


def copy_of(model, folder):
    path = folder / "own" / "m.keras"
    path.parent.mkdir()
    path.write_bytes(model.read_bytes())
    return path


def test_measures_with_header_and_from_pixels_alone(run, tmp_path):
    found = run(importance=True, tta=True, batch_size=5)
    results = found.results
    assert (results["num_frames"], results["num_unknown"]) == (27, 3)
    for part in ("with_header", "pixels_alone"):
        accuracy = results[part]["accuracy"]
        assert 0 <= accuracy["low"] <= accuracy["value"] <= accuracy["high"] <= 1
        assert results[part]["coverage"]["value"] == 1
        assert np.array(results[part]["confusion_matrix"]).sum() == 27
        assert set(results[part]["per_class"]) == set(CLASSES)
    assert "accuracy_one_kind" in results["pixels_alone"]
    assert not results["optimistic"]
    assert results["fit"] == []
    assert sum(row["frames"] for row in results["by_class_and_camera"]) == 27
    assert {row["camera"] for row in results["by_class_and_camera"]} == {
        *("Camera 0", "Camera 1", "Small camera")
    }
    assert sum(row["frames"] for row in results["agreement"].values()) == 27
    for name in ("results", "report", "confusion_matrix", "coverage", "reliability"):
        assert found.files[name].stat().st_size > 1000
    written = json.loads((tmp_path / "out" / "test_results.json").read_text())
    assert written["with_header"]["accuracy"] == results["with_header"]["accuracy"]


def test_features_that_matter_are_named(run):
    importance = run(importance=True).results["importance"]
    permutation, gradient = importance["permutation"], importance["gradient"]
    for name in ("image", "statistics", "header", "claim", "header.exposure"):
        assert set(permutation[name]) == {"accuracy_drop", "log_loss_rise"}
    rises = [row["log_loss_rise"] for row in permutation.values()]
    assert rises == sorted(rises, reverse=True)
    assert any(name.startswith("statistics.") for name in permutation)
    assert all("." in name for name in gradient)
    assert max(gradient.values()) > 0
    assert list(gradient.values()) == sorted(gradient.values(), reverse=True)
    # No frame has an airmass: nothing can be said, and nothing is.
    assert "header.airmass" not in permutation
    assert gradient["header.airmass"] == 0


def test_abstaining_on_unknown_frames_is_right(run):
    found = run(thresholds=1.0, abstain_unknown=True, unknown_id=99).results
    part = found["with_header"]
    assert part["coverage"]["value"] == 0
    assert part["accuracy"]["value"] == pytest.approx(3 / 27)
    assert np.isnan(part["accuracy_at_coverage"]["value"])
    assert part["abstained"] == 27
    assert np.array(part["confusion_matrix"])[:, -1].tolist() == [8, 8, 8, 3]
    assert part["per_class"]["bias"]["support"] == 0
    assert part["per_class"]["bias"]["coverage"] == 0
    assert found["unknown_id"] == 99


def test_without_calibration_frames_the_folder_is_halved_by_night(run, tmp_path):
    found = run(
        fit_temperature=True,
        auto_threshold="target_precision",
        target_precision=[0.5, 0.6, 0.7],
        save_thresholds=tmp_path / "new" / "t.json",
        pr_out_dir=tmp_path / "pr",
    )
    results = found.results
    assert results["num_frames"] < 27
    assert results["num_unknown"] == 3
    assert "There is no m_calibration.npz" in results["fit"][0]
    assert not results["optimistic"]
    saved = read_thresholds(tmp_path / "new" / "t.json", CLASSES)
    assert saved.by_name() == results["operating_point"]["thresholds"]
    assert saved.temperature == results["operating_point"]["temperature"]
    assert saved.described["target_precision"] == [0.5, 0.6, 0.7]
    assert not saved.optimistic
    assert (tmp_path / "pr" / "flats.png").stat().st_size > 1000
    with (tmp_path / "pr" / "flats.csv").open() as stream:
        rows = [
            {key: float(value) for key, value in row.items()}
            for row in csv.DictReader(stream)
        ]
    assert rows[-1]["recall"] == 1
    assert rows[-1]["precision"] == pytest.approx(8 / 27, abs=0.2)


def test_frames_that_were_fitted_to_are_never_scored(run, monkeypatch):
    from ost_classifier import evaluate as module

    plans = []
    plan_fit = module.plan_fit

    def noted(*args, **options):
        plans.append(plan_fit(*args, **options))
        return plans[-1]

    monkeypatch.setattr(module, "plan_fit", noted)
    run(fit_temperature=True)
    (plan,) = plans
    assert len(plan.calibration) + len(plan.scored) == 27
    # A night of a camera is in one half only.
    scored = {tuple(row) for row in plan.scored.logits.header}
    fitted = {tuple(row.astype("float32")) for row in plan.calibration.logits}
    assert not scored & fitted


def test_calibration_frames_of_training_come_first(run, model, tmp_path):
    own = copy_of(model, tmp_path)
    rng = np.random.default_rng(0)
    kept = CalibrationLogits(
        rng.normal(size=(30, 3)), rng.integers(0, 3, 30), "x", rng.normal(size=(30, 3))
    )
    write_calibration(calibration_path(own), kept, CLASSES)
    read = saved_calibration(FrameClassifier(own))
    np.testing.assert_allclose(read.logits, kept.logits, rtol=1e-6)
    np.testing.assert_allclose(read.pixel_logits, kept.pixel_logits, rtol=1e-6)
    found = run(own, fit_temperature=True, auto_threshold="max_f1").results
    assert found["num_frames"] == 27
    assert "30 calibration frames kept back in training" in found["fit"][0]


def test_damaged_or_other_calibration_files_are_refused(run, model, tmp_path):
    own = copy_of(model, tmp_path)
    path = calibration_path(own)
    path.write_bytes(b"no zip")
    with pytest.raises(ValueError, match="holds no calibration logits"):
        run(own, fit_temperature=True)
    other = CalibrationLogits(np.zeros((4, 2)), np.array([0, 1, 0, 1]), "x")
    write_calibration(path, other, ("a", "b"))
    with pytest.raises(ValueError, match="is of other classes than"):
        run(own, fit_temperature=True)
    none = CalibrationLogits(np.full((4, 3), np.nan), np.zeros(4, int), "x")
    write_calibration(path, none, CLASSES)
    with pytest.raises(ValueError, match="holds no labelled frame"):
        run(own, fit_temperature=True)


def test_optimism_must_be_asked_for_and_is_marked_everywhere(run, tmp_path):
    found = run(
        fit_temperature=True,
        auto_threshold="max_f1",
        allow_optimistic=True,
        save_thresholds=tmp_path / "t.json",
        pr_out_dir=tmp_path / "pr",
    )
    assert found.results["num_frames"] == 27
    assert found.results["optimistic"]
    assert found.results["fit"][0].startswith("OPTIMISTIC")
    assert "OPTIMISTIC" in found.files["report"].read_text()
    assert read_thresholds(tmp_path / "t.json", CLASSES).optimistic


def test_the_folder_of_training_is_refused(run, model, folder, tmp_path):
    own = copy_of(model, tmp_path)
    described = {"data": {"path": str(folder.resolve())}}
    (own.parent / "m_config.json").write_text(json.dumps(described))
    with pytest.raises(ValueError, match="was trained on the frames of"):
        run(own)
    found = run(own, allow_optimistic=True).results
    assert found["optimistic"]
    assert "was trained on the frames of" in found["fit"][0]


def test_rejects_what_does_not_fit(run, tmp_path):
    with pytest.raises(ValueError, match="`target_w` must be that of the model, 32"):
        run(target_w=448)
    with pytest.raises(ValueError, match="`fit_temperature` and `temperature`"):
        run(fit_temperature=True, temperature=2.0)
    with pytest.raises(ValueError, match="`auto_threshold` and `thresholds`"):
        run(auto_threshold="max_f1", thresholds=0.5)
    with pytest.raises(ValueError, match="`target_precision` goes with"):
        run(auto_threshold="max_f1", target_precision=0.9)
    with pytest.raises(ValueError, match="`batch_size` must be at least 1"):
        run(batch_size=0)
    with pytest.raises(ValueError, match="one number or 3"):
        run(auto_threshold="target_precision", target_precision=[0.5, 0.5])


def test_too_few_frames_to_halve(run, tmp_path):
    small = make_folder(tmp_path / "small", per_class=1)
    for name in ("flats", "deep_sky"):
        for path in (small / name).iterdir():
            path.unlink()
    with pytest.raises(ValueError, match="too few frames to fit to one half"):
        run(data=small, fit_temperature=True)
    # A class with one frame, and classes without any, can be measured.
    found = run(data=small).results
    assert found["num_frames"] == 1


def test_files_that_cannot_be_read_are_listed(run, tmp_path):
    broken = make_folder(tmp_path / "broken", per_class=2)
    (broken / "bias" / "x.fits").write_bytes(b"SIMPLE  = nothing more")
    found = run(data=broken)
    assert list(found.results["faults"]) == ["bias/x.fits"]
    assert found.results["num_frames"] == 6


@pytest.mark.parametrize("given", ["0.9", "0.1,0.9,0.5"])
def test_saved_thresholds_are_used_at_the_temperature_that_they_were(
    run, tmp_path, given
):
    path = tmp_path / "t.json"
    first = run(
        thresholds=given, temperature=3.0, abstain_unknown=True, save_thresholds=path
    )
    again = run(thresholds=str(path), abstain_unknown=True)
    for verdict in ("with_header", "pixels_alone"):
        coverage = [x.results[verdict]["coverage"]["value"] for x in (first, again)]
        assert coverage[0] == coverage[1]
    saved = read_thresholds(path, CLASSES)
    assert (saved.temperature, saved.pixel_temperature) == (3.0, 3.0)
    assert saved.model_weights
    # Fitted at another temperature: what was said of the fit no longer holds.
    path.write_text(path.read_text().replace('"model"', '"fitted_to": "x", "model"', 1))
    assert read_thresholds(path, CLASSES).described["fitted_to"] == "x"
    run(thresholds=str(path), temperature=2.0, save_thresholds=path)
    saved = read_thresholds(path, CLASSES)
    assert saved.temperature == 2.0
    assert "fitted_to" not in saved.described


def test_abstaining_without_thresholds_is_said_to_do_nothing(run):
    found = run(thresholds="0", abstain_unknown=True)
    assert any("no frame is ever unknown" in x for x in found.results["warnings"])
    found = run(thresholds="0.5", abstain_unknown=True)
    assert not any("ever unknown" in x for x in found.results["warnings"])


def test_thresholds_take_the_place_of_nothing_that_is_read(run, model, folder):
    frame = next(folder.rglob("*.fits"))
    for path in (frame, frame.with_name("new.fits"), model):
        before = path.read_bytes() if path.exists() else None
        with pytest.raises(ValueError, match="save_thresholds"):
            run(save_thresholds=path)
        assert (path.read_bytes() if path.exists() else None) == before
