import json

import pytest

from cli import evaluate_ost
from mesa_keras.pipelines.frame_cache import FrameCache
from ost_classifier.evaluate_files import result_files
from tests.small_ost import CLASSES, make_folder, make_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "m.keras", CLASSES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("data") / "test", unknown=2)


@pytest.fixture
def call(model, folder, tmp_path):
    """Function that runs the command on the folder."""

    def evaluate(*options, path=model, data=folder):
        argv = ["--model_path", str(path), "--data_dir", str(data)]
        return evaluate_ost.main([*argv, "--output_dir", str(tmp_path / "o"), *options])

    return evaluate


def test_the_published_command(call, tmp_path, capsys):
    options = ["--target_w", "32", "--target_h", "32", "--tta", "--fit_temperature"]
    options += ["--auto_threshold", "max_f1", "--pr_out_dir", str(tmp_path / "pr")]
    options += ["--save_thresholds", str(tmp_path / "t.json"), "--abstain_unknown"]
    assert call(*options) == 0
    shown = capsys.readouterr().out
    for text in (
        "There is no m_calibration.npz",
        "Coverage (share decided)",
        "Accuracy of these",
        "pixels alone",
        "log-loss rises by",
        "gradients",
        "true class, then decided",
        str(tmp_path / "t.json"),
    ):
        assert text in shown
    assert (tmp_path / "pr" / "bias.png").exists()
    # Each of them is known beforehand, so that thresholds cannot take its place.
    known = result_files(tmp_path / "o", tmp_path / "pr", CLASSES)
    written = {*(tmp_path / "o").glob("*.*"), *(tmp_path / "pr").iterdir()}
    assert written == {file for file in known if file.exists()}
    # What was saved can be used, to the letter of the published command.
    again = ["--thresholds", str(tmp_path / "t.json"), "--no-importance"]
    assert call(*again) == 0
    found = json.loads((tmp_path / "o" / "test_results.json").read_text())
    saved = json.loads((tmp_path / "t.json").read_text())
    for name in ("thresholds", "temperature", "pixel_temperature"):
        assert found["operating_point"][name] == saved[name]


def test_rates_of_the_classes(call, tmp_path, capsys):
    first = CLASSES[0]
    prior = ",".join(f"{name}={int(name == first)}" for name in CLASSES)
    assert call("--class_prior", prior, "--no-importance") == 0
    found = json.loads((tmp_path / "o" / "test_results.json").read_text())
    assert found["operating_point"]["class_prior"][first] == 1
    for verdict in ("with_header", "pixels_alone"):
        matrix = found[verdict]["confusion_matrix"]
        # All that is certain to be of one class is decided to be.
        assert sum(map(sum, matrix)) == sum(row[0] for row in matrix) > 0
    page = (tmp_path / "o" / "report.html").read_text()
    assert f"Rates of the classes taken for known: {first} 1.000" in page
    assert call("--class_prior", "0.5,0.5") == 2
    assert "`class_prior` must be 3 rates" in capsys.readouterr().err
    saved = ["--save_thresholds", str(tmp_path / "t.json")]
    assert call("--class_prior", prior, *saved) == 2
    assert "exclude each other" in capsys.readouterr().err


def test_status_1_where_a_file_cannot_be_read(call, tmp_path, capsys):
    data = make_folder(tmp_path / "data", per_class=2)
    # The bytes of a name may be no text.
    (data / "flats" / "x\udce9.fits").write_bytes(b"SIMPLE  = nothing more")
    assert call("--no-importance", data=data) == 1
    assert "not read" in capsys.readouterr().out
    assert r"x\udce9.fits" in (tmp_path / "o" / "report.html").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target_w", "448"], "`target_w` must be that of the model, 32"),
        (["--thresholds", "0.5,0.5"], "must have 3 values"),
        (["--fit_temperature", "--temperature", "2"], "exclude each other"),
        (["--auto_threshold", "target_precision"], "`target_precision` goes with"),
        (["--unknown_id", "1"], "`unknown_id` must be none of the classes"),
        (["--workers", "0"], "`workers` must be at least 1. Received: workers=0"),
        (["--workers", "-4"], "`workers` must be at least 1. Received: workers=-4"),
        (["--batch_size", "0"], "`batch_size` must be at least 1. Received: batch_s"),
        (["--seed", "-1"], "`seed` must not be negative. Received: seed=-1"),
        (
            ["--auto_threshold", "target_precision", "--target_precision", "1.5"],
            "`target_precision` must be in (0, 1], one number or 3. Received: "
            "target_precision=1.5",
        ),
    ],
)
def test_a_wrong_call_is_one_sentence_before_a_frame_is_read(
    call, tmp_path, capsys, monkeypatch, options, message
):
    monkeypatch.setattr(FrameCache, "build", None)
    assert call(*options) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("name", ["save_thresholds", "pr_out_dir", "output_dir"])
def test_a_place_that_cannot_be_written(call, tmp_path, capsys, monkeypatch, name):
    monkeypatch.setattr(FrameCache, "build", None)
    (tmp_path / "file").touch()
    assert call(f"--{name}", str(tmp_path / "file" / "x")) == 2
    shown = capsys.readouterr().err
    assert f"`{name}` must be a" in shown
    assert "file is no folder" in shown


def test_thresholds_that_are_a_folder(call, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(FrameCache, "build", None)
    assert call("--save_thresholds", str(tmp_path)) == 2
    assert "`save_thresholds` must be a file that can" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "name",
    [
        *("o/test_results.json", "o/report.html", "o/coverage.png", "pr/bias.csv"),
        *("x/../o/test_results.json", "pr/flats.png"),
    ],
)
def test_thresholds_take_the_place_of_no_other_result(
    call, tmp_path, capsys, monkeypatch, name
):
    monkeypatch.setattr(FrameCache, "build", None)
    options = ["--pr_out_dir", str(tmp_path / "pr")]
    assert call(*options, "--save_thresholds", str(tmp_path / name)) == 2
    shown = capsys.readouterr().err
    assert "`save_thresholds` must be another file than the run's own " in shown
    assert shown.endswith(f"Received: {tmp_path / name}\n")
    assert not (tmp_path / "o").exists()


def test_folders_that_do_not_fit(call, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert call(data=tmp_path / "empty") == 2
    assert "holds no frame" in capsys.readouterr().err
    other = make_folder(tmp_path / "other", per_class=1)
    (other / "flats").rename(other / "arcs")
    assert call(data=other) == 2
    assert "the label 'arcs'" in capsys.readouterr().err
    assert call(data=tmp_path / "absent") == 2
    assert "absent" in capsys.readouterr().err


def test_target_precision_is_one_number_or_one_a_class(capsys):
    parse = evaluate_ost.parser().parse_args
    base = ["--data_dir", "d", "--target_precision"]
    assert parse([*base, "0.9"]).target_precision == 0.9
    assert parse([*base, "0.9,0.8"]).target_precision == [0.9, 0.8]
    with pytest.raises(SystemExit):
        parse([*base, "high"])
    assert "numbers separated by commas" in capsys.readouterr().err
