"""A full disk is one sentence; a killed training goes on where it stopped."""

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.train_ost import main
from mesa_keras.inference import Predictor
from tests.ost_classifier.small_frames import CLASSES, write_folder

ROOT = Path(__file__).parents[2]
TINY = [
    *("--channels", "1", "--filters", "4,8", "--image_dim", "8", "--feature_dim", "8"),
    *("--header_dim", "4", "--classifier_dim", "8", "--workers", "1"),
    *("--target_w", "16", "--target_h", "16", "--batch_size", "8"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("data"), dict.fromkeys(CLASSES, 24))


def test_a_full_disk(folder, tmp_path, capsys):
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    out = tmp_path / "m.keras"
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, old[1]))
    try:
        argv = ["--data_dir", str(folder), "--model_out", str(out)]
        status = main([*argv, *TINY])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert status == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert "cannot write" in message
    assert not out.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.slow
def test_a_killed_training_goes_on(folder, tmp_path):
    out = tmp_path / "m.keras"
    argv = [sys.executable, "-m", "cli.train_ost", "--data_dir", str(folder)]
    argv += ["--model_out", str(out), *TINY, "--epochs", "40", "--patience", "40"]
    state = tmp_path / "m_training_state.npz"
    with subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + 1200
        while not state.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
    assert state.exists()
    assert not out.exists()
    done = subprocess.run(
        [*argv, "--resume"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in done.stderr
    # The bar starts at what was done before.
    assert " 0/40 [" not in done.stderr
    history = json.loads((tmp_path / "m_training_history.json").read_text())
    assert len(history["loss"]) == 40
    assert Predictor(out).class_names == CLASSES
