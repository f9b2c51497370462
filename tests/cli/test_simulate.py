import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli.simulate import main
from mesa_keras.simulation import SURVEY_FILES


@pytest.mark.parametrize("spelling", ["--output_dir", "--output-dir"])
def test_writes_and_sums_up(tmp_path, capsys, spelling):
    folder = tmp_path / "data"
    assert main(["mesa", spelling, str(folder), "--num", "30", "--seed", "5"]) == 0
    shown = capsys.readouterr()
    for name in SURVEY_FILES:
        assert (folder / name).exists()
        assert str(folder / name) in shown.out
    for word in (
        "planet",
        "CONFIRMED",
        "FALSE POSITIVE",
        "candidates of",
        "all",
        "time",
    ):
        assert word in shown.out
    assert "simulating" in shown.err
    assert "30/30" in shown.err
    rows = sum(len(pd.read_csv(folder / f"{n}_data.csv")) for n in ("train", "test"))
    assert rows == 30


def check_one_sentence(capsys, arguments, words):
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    last = shown.err.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert words in last
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--num", "9"], "`num` must be 10 or more"),
        (["--seed", "-1"], "`seed` must be 0 or more"),
        (["--test_fraction", "2"], "`test_fraction` must be"),
        (["--window_days", "1"], "`window_days` must be"),
    ],
)
def test_wrong_values(tmp_path, capsys, arguments, words):
    check_one_sentence(
        capsys, ["mesa", "--output_dir", str(tmp_path / "new"), *arguments], words
    )
    assert not list(tmp_path.glob("*/*"))


def test_wrong_folder(tmp_path, capsys):
    path = tmp_path / "file"
    path.write_text("")
    check_one_sentence(capsys, ["mesa", "--output_dir", str(path)], "is a file")
    below = str(path / "below")
    check_one_sentence(capsys, ["mesa", "--output_dir", below], "Not a directory")


@contextlib.contextmanager
def ordinary_user():
    """Takes root's rights away for a while; permissions mean nothing to root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def closed_folder():
    """A folder that any user may read, and none may write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_folder_that_takes_no_files(closed_folder, capsys):
    for folder in (closed_folder, closed_folder / "new"):
        with ordinary_user():
            check_one_sentence(
                capsys,
                ["mesa", "--output_dir", str(folder)],
                f"Permission denied: '{folder}'",
            )
        assert not list(closed_folder.iterdir())


def test_full_disk(tmp_path, capsys, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    arguments = ["mesa", "--output_dir", str(tmp_path), "--num", "10"]
    check_one_sentence(capsys, arguments, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_without_batman(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "batman", None)
    check_one_sentence(
        capsys,
        ["mesa", "--output_dir", str(tmp_path)],
        'pip install -e ".[lightcurves]"',
    )


@pytest.mark.slow  # starts processes
def test_help_is_quick():
    begin = time.perf_counter()
    shown = subprocess.run(
        [sys.executable, "-m", "cli.simulate", "mesa", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert time.perf_counter() - begin < 1
    assert "--output_dir" in shown.stdout
