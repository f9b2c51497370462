import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli import classify_ost
from ost_classifier.service import ClassifierService
from ost_classifier.service_folder import FolderResult
from tests.small_ost import make_model, write_frame

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "m.keras")


@pytest.fixture
def night(tmp_path):
    folder = tmp_path / "night"
    for i in range(3):
        write_frame(folder / f"{i}.fits", seed=i)
    return folder


@pytest.fixture
def call(model, night, tmp_path):
    """Function that runs the command on the night."""

    def classify(*options, folder=night, path=model):
        out = tmp_path / "out" / "results.json"
        argv = ["--input_dir", str(folder), "--output_json", str(out)]
        return classify_ost.main([*argv, "--model_path", str(path), *options])

    return classify


def test_production_call_with_every_option(call, night, tmp_path, capsys):
    (night / "broken.fits").write_bytes(b"SIMPLE  = nothing more")
    (tmp_path / "t.json").write_text("[" + ",".join(["0.99"] * 11) + "]")
    options = ["--thresholds", str(tmp_path / "t.json"), "--tta", "--abstain_unknown"]
    options += ["--include_probs", "--defect_log", str(tmp_path / "out" / "d.log")]
    options += ["--warn_log", str(tmp_path / "out" / "w.log"), "--unknown-id", "99"]
    options += ["--night_log", str(tmp_path / "out" / "n.csv"), "--batch_size", "2"]
    assert call(*options, "--suggest_headers", str(tmp_path / "out" / "h.csv")) == 1
    shown = capsys.readouterr()
    assert "class unknown" in shown.out
    assert re.search(r"^not read +1$", shown.out, re.MULTILINE)
    assert "Traceback" not in shown.err
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [row["class_id"] for row in found["results"]] == [99] * 3
    assert found["meta"]["tta"] is True
    for name in ("d.log", "w.log", "n.csv", "h.csv", "results.journal"):
        assert (tmp_path / "out" / name).exists()
    assert call(*options) == 1
    assert "of these new 0" in capsys.readouterr().out


def test_status_0_where_every_file_is_read(call, capsys):
    assert call() == 0
    assert "frames" in capsys.readouterr().out


def test_the_thresholds_of_a_profile_beside_the_model(call, model, tmp_path):
    profile = model.parent / "thresholds_prod_precision.json"
    profile.write_text("0.75")
    assert call("--thresholds", "prod_precision") == 0
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    assert found["meta"]["thresholds"]["flats"] == 0.75
    assert found["meta"]["thresholds_source"] == str(profile)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--thresholds", "0.5,0.5"], "must have 11 values"),
        (["--thresholds", "absent"], "prod_precision, prod_recall"),
        (["--temperature", "0"], "`temperature` must be positive"),
        (["--unknown_id", "3"], "`unknown_id` must be none of the classes"),
        (["--batch_size", "0"], "`batch_size` must be at least 1"),
        (["--workers", "0"], "`workers` must be at least 1"),
        (["--watch", "0"], "`watch` must be positive"),
        (["--watch", "nan"], "`watch` must be positive"),
        (["--watch", "inf"], "at most 86400, a day. Received: watch=inf"),
        (["--watch", "1e30"], "at most 86400"),
    ],
)
def test_a_wrong_call_is_one_sentence(call, tmp_path, capsys, options, message):
    assert call(*options) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_and_other_models(call, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert call(folder=tmp_path / "empty") == 2
    assert "holds no FITS or TIFF file" in capsys.readouterr().err
    assert call(folder=tmp_path / "absent") == 2
    assert "absent is not a folder" in capsys.readouterr().err
    assert call(path=tmp_path / "absent.keras") == 2
    assert "absent.keras does not exist" in capsys.readouterr().err
    (tmp_path / "text.keras").write_text("no model")
    assert call(path=tmp_path / "text.keras") == 2
    assert "must be a whole `.keras` model file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["2026-13-01", "yesterday", "36x", "", "99999999999d", "9999999d", f"{'9' * 400}h"],
)
def test_times_that_are_none(text):
    with pytest.raises(argparse.ArgumentTypeError, match="must be a date"):
        classify_ost.moment(text)


def test_what_waits_is_shown(capsys):
    nothing = {"meta": {"seconds": 1.0}, "results": [], "defects": [], "warnings": []}
    classify_ost._print(FolderResult(3, 0, 2, nothing), {})
    assert re.search(r"^waiting +2 that may", capsys.readouterr().out, re.MULTILINE)


def test_no_frame_is_overwritten(call, night, tmp_path, capsys):
    frame = (night / "0.fits").read_bytes()
    assert call("--night_log", str(night / "0.fits")) == 2
    assert "`night_log` must not be a frame" in capsys.readouterr().err
    assert (night / "0.fits").read_bytes() == frame
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name", ["output_json", "defect_log", "warn_log", "night_log", "suggest_headers"]
)
@pytest.mark.parametrize(
    ("place", "reason"), [("", "it is a folder"), ("file/x", "file is no folder")]
)
def test_a_result_that_cannot_be_written_is_one_sentence_before_a_frame_is_read(
    call, tmp_path, capsys, monkeypatch, name, place, reason
):
    monkeypatch.setattr(ClassifierService, "classify", None)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    path = tmp_path / "taken" / place
    assert call(f"--{name}", str(path)) == 2
    shown = capsys.readouterr()
    rule = f"error: `{name}` must be a file that can be written: "
    assert shown.err.startswith(rule)
    assert shown.err.endswith(f"{reason}. Received: {path}\n")
    assert shown.out == ""
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.rglob("*.journal"))


def test_a_journal_that_is_a_folder(call, tmp_path, capsys):
    (tmp_path / "out" / "results.journal").mkdir(parents=True)
    assert call() == 2
    assert "results.journal is a folder. Received: " in capsys.readouterr().err


def test_a_file_name_that_is_no_text(call, night, tmp_path):
    (night / "0.fits").rename(night / "latin\udce9.fits")
    (night / "no\udce9.fits").write_bytes(b"SIMPLE  = nothing more")
    out = tmp_path / "out"
    options = [f"--{name}={out / name}" for name in ("night_log", "defect_log")]
    assert call(*options) == 1
    assert b"latin\xe9.fits" in (out / "night_log").read_bytes()
    assert b"no\xe9.fits" in (out / "defect_log").read_bytes()
    assert call(*options) == 1


def test_times():
    assert classify_ost.moment("2026-07-14T18:00:00+02:00") == datetime(
        2026, 7, 14, 16, tzinfo=UTC
    )
    assert classify_ost.moment("2026-07-14").tzinfo is not None
    for text, hours in (("36h", 36), ("2d", 48), ("90m", 1.5)):
        ago = datetime.now(UTC) - classify_ost.moment(text)
        assert abs(ago - timedelta(hours=hours)) < timedelta(seconds=5)


@pytest.mark.slow
def test_a_full_disk_ends_in_a_sentence_and_keeps_what_is_done(call, tmp_path, capsys):
    assert call() == 0
    journal = tmp_path / "out" / "results.journal"
    size = journal.stat().st_size
    capsys.readouterr()
    write_frame(tmp_path / "night" / "3.fits", seed=3)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        assert call() == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    shown = capsys.readouterr()
    assert "error: " in shown.err
    assert "Traceback" not in shown.err
    assert call() == 0
    assert "of these new 1" in capsys.readouterr().out


@pytest.mark.slow
def test_a_kill_loses_nothing(model, tmp_path):
    folder, out = tmp_path / "night", tmp_path / "out" / "results.json"
    for i in range(60):
        write_frame(folder / f"{i:02d}.fits", seed=i, size=(300, 300))
    argv = [sys.executable, "-m", "cli.classify_ost", "--input_dir", str(folder)]
    argv += ["--output_json", str(out), "--model_path", str(model)]
    argv += ["--batch_size", "4", "--workers", "1"]
    journal = out.with_suffix(".journal")
    with subprocess.Popen(
        argv, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        deadline = time.time() + 120
        while time.time() < deadline and process.poll() is None:
            if journal.exists() and journal.read_bytes().count(b"\n") >= 8:
                break
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    done = journal.read_bytes().count(b"\n")
    assert 8 <= done < 60
    assert not out.exists()
    finished = subprocess.run(
        argv, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"of these new {60 - done}" in finished.stdout
    whole = json.loads(out.read_text())
    assert len(whole["results"]) == 60
    argv[argv.index(str(out))] = str(tmp_path / "b.json")
    alone = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "of these new 60" in alone.stdout
    again = json.loads((tmp_path / "b.json").read_text())
    for one, two in zip(whole["results"], again["results"], strict=True):
        assert one["path"] == two["path"]
        assert one["class"] == two["class"]
        assert one["score"] == pytest.approx(two["score"], abs=1e-5)
