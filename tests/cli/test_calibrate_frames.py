import json

import numpy as np
import pytest

from cli.calibrate import main
from mesa_keras.pipelines.frame_cache import FrameCache
from ost_classifier.calibrate_logits import (
    CalibrationLogits,
    calibration_path,
    saved_calibration,
    write_calibration,
)
from ost_classifier.predict import FrameClassifier
from ost_classifier.service import ClassifierService
from tests.small_ost import CLASSES, make_folder, make_model


@pytest.fixture
def model(tmp_path):
    return make_model(tmp_path / "own" / "m.keras", CLASSES)


def write_logits(model, count=60):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, count)
    logits = 3 * np.eye(3)[labels] + rng.normal(0, 2, (count, 3))
    kept = CalibrationLogits(logits, labels, "x", logits / 3)
    write_calibration(calibration_path(model), kept, CLASSES)


def test_from_the_frames_that_training_kept_back(model, tmp_path, capsys):
    write_logits(model)
    out = tmp_path / "new" / "c.keras"
    argv = ["--model_path", str(model), "--model_out", str(out), "--abstain"]
    argv += ["--thresholds", "target_precision", "--target_precision", "0.8,0.9,0.7"]
    assert main([*argv, "--profiles_dir", str(out.parent)]) == 0
    printed = capsys.readouterr()
    shown = printed.out
    assert "log-loss before, after" in shown
    assert "m_calibration.npz" in shown
    point = FrameClassifier(out).operating_point()
    # What is said of the copy is what it keeps; the profiles keep more.
    (row,) = (line for line in shown.splitlines() if line.startswith("temperature"))
    assert row.split()[1:] == [f"{point.temperature:.4f}"]
    assert point.pixel_temperature is None
    (note,) = printed.err.splitlines()
    assert point.abstain
    assert point.temperature != 1
    assert len(saved_calibration(FrameClassifier(out))) == 60
    for name in ("prod_precision", "prod_recall"):
        profile = json.loads((out.parent / f"thresholds_{name}.json").read_text())
        assert profile["temperature"] == pytest.approx(point.temperature)
        assert profile["pixel_temperature"] < profile["temperature"]
        assert f"the {profile['pixel_temperature']:.4f} fitted to them" in note
        service = ClassifierService(out, thresholds=name)
        assert service.meta()["thresholds"] == profile["thresholds"]
        # The copy is the same network: the profile knows it.
        assert service.notes == ()


@pytest.mark.parametrize(
    "options",
    [
        ["--columns", "period=p"],
        ["--views_path", "views.npz"],
        ["--allow_shared_stars"],
    ],
)
def test_refuses_options_of_candidates(model, tmp_path, capsys, options):
    write_logits(model)
    out = tmp_path / "c.keras"
    argv = ["--model_path", str(model), "--model_out", str(out)]
    with pytest.raises(SystemExit) as stopped:
        main([*argv, *options])
    assert stopped.value.code == 2
    assert f"argument {options[0]}: not allowed for frames" in capsys.readouterr().err
    assert not out.exists()


def test_from_a_folder_of_frames(model, tmp_path, capsys):
    folder = make_folder(tmp_path / "frames", per_class=3, unknown=1)
    (folder / "bias" / "x.fits").write_bytes(b"SIMPLE  = nothing more")
    out = tmp_path / "new" / "c.keras"
    argv = ["--model_path", str(model), "--model_out", str(out)]
    argv += ["--data_dir", str(folder), "--thresholds", "0.2", "--temperature", "1.5"]
    assert main(argv) == 1
    assert "9 frames of frames" in capsys.readouterr().out
    point = FrameClassifier(out).operating_point()
    assert point.temperature == 1.5
    np.testing.assert_allclose(point.thresholds.values, 0.2, rtol=1e-6)


def test_wrong_calls(model, tmp_path, capsys):
    own = ["--model_path", str(model)]
    out = [*own, "--model_out", str(tmp_path / "c.keras")]
    assert main(out) == 2
    assert "in training: name a folder" in capsys.readouterr().err
    write_logits(model)
    assert main([*own, "--model_out", str(tmp_path / "c.h5")]) == 2
    assert "must end in .keras" in capsys.readouterr().err
    assert main([*out, "--thresholds", "best"]) == 2
    assert "prod_precision" in capsys.readouterr().err
    assert main([*out, "--target_precision", "0.9"]) == 2
    assert "`target_precision` goes with" in capsys.readouterr().err
    for argv in (own, [*out, "--data", "t.csv", "--data_dir", "d"]):
        with pytest.raises(SystemExit):
            main(argv)
    assert not (tmp_path / "c.keras").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--thresholds", "target_recall"],
            "`thresholds` must be one of none, max_f1, target_precision, a number, "
            "numbers separated by commas, a JSON file or a profile",
        ),
        (
            ["--thresholds", "target_precision", "--target_precision", "1.5"],
            "`target_precision` must be in (0, 1], one number or 3. Received: "
            "target_precision=1.5",
        ),
        (["--thresholds", "target_precision"], "`target_precision` goes with"),
        (["--model_out", "c.h5"], "`model_out` must end in .keras"),
        (["--profiles_dir", "FILE"], "`profiles_dir` must be a folder that can be"),
        (["--model_out", "FILE/new/c.keras"], "`model_out` must be a file that can"),
    ],
    ids=str,
)
def test_refuses_before_a_frame_is_read(
    model, tmp_path, capsys, monkeypatch, options, message
):
    monkeypatch.setattr(FrameCache, "build", None)
    (tmp_path / "file").touch()
    folder = make_folder(tmp_path / "frames", per_class=1)
    out = tmp_path / "new" / "c.keras"
    argv = ["--model_path", str(model), "--data_dir", str(folder)]
    argv += ["--model_out", str(out)]
    options = [text.replace("FILE", str(tmp_path / "file")) for text in options]
    assert main([*argv, *options]) == 2
    assert message in capsys.readouterr().err
    assert not out.parent.exists()


def test_thresholds_of_candidates_are_named(capsys):
    with pytest.raises(SystemExit):
        main(["--data", "t.csv", "--model_out", "c", "--thresholds", "target_recall"])
    shown = capsys.readouterr().err
    assert "--thresholds: must be one of none, max_f1, target_precision with" in shown


def test_few_frames_leave_the_temperature(model, tmp_path, capsys):
    write_logits(model, 19)
    out = tmp_path / "new" / "c.keras"
    argv = ["--model_path", str(model), "--model_out", str(out)]
    assert main([*argv, "--thresholds", "max_f1"]) == 0
    shown = capsys.readouterr()
    assert "note: only 19 frames to calibrate on, fewer than 20" in shown.err
    point = FrameClassifier(out).operating_point()
    assert point.temperature == 1
    assert any(point.thresholds.values)


def test_a_class_without_a_frame_takes_no_others(model, tmp_path, capsys):
    labels = np.arange(60) % 2
    logits = 3 * np.eye(3)[labels]
    kept = CalibrationLogits(logits, labels, "x", logits)
    write_calibration(calibration_path(model), kept, CLASSES)
    out = tmp_path / "new" / "c.keras"
    argv = ["--model_path", str(model), "--model_out", str(out), "--abstain"]
    assert main([*argv, "--thresholds", "max_f1"]) == 0
    note = f"no frame of {CLASSES[2]} to calibrate on: the threshold is 0.5"
    assert f"note: {note}" in capsys.readouterr().err
    point = FrameClassifier(out).operating_point()
    decisions = point.decide(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 9.0]]))
    assert decisions.decision.tolist() == [3, 2]
    assert main(argv) == 0
    assert note not in capsys.readouterr().err


def test_one_class_is_not_enough(model, tmp_path, capsys):
    one = CalibrationLogits(np.ones((5, 3)), np.zeros(5, int), "x")
    write_calibration(calibration_path(model), one, CLASSES)
    argv = ["--model_path", str(model), "--model_out", str(tmp_path / "c.keras")]
    assert main(argv) == 2
    assert "needs two classes or more" in capsys.readouterr().err
