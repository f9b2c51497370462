"""A training that is killed goes on to the result of one that was not."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from mesa_keras.simulation import write_survey
from mesa_keras.training import open_model

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EPOCHS = 10
# Narrow, but with all that has a state: dropout, averages, augmentation, warm-up.
OPTIONS = [
    *("--epochs", str(EPOCHS), "--patience", "99", "--batch_size", "32"),
    *("--learning_rate", "0.01", "--warmup_epochs", "1", "--weight_averaging", "0.8"),
    *("--d_model", "8", "--nhead", "2", "--mlp_dim", "8", "--feature_dim", "8"),
    *("--feature_embedding_dim", "4", "--classifier_dim", "8", "--num_towers", "1"),
    *("--projection_dim", "4", "--calibration_fraction", "0.2"),
]
# Sums over several threads may differ in their last bits, which training carries on.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-4}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey")
    write_survey(folder, 300, seed=0)
    return folder / "train_data.csv"


def start(table, folder, *options):
    argv = ["--data_path", str(table), "--output_dir", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "cli.train_mesa", *argv, *OPTIONS, *options],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(process):
    """Waits for the end and returns what was shown on the way."""
    shown = process.communicate(timeout=900)[1].decode()
    assert process.returncode == 0, shown
    return shown


def state_of(folder):
    """What is known about the run, `None` before the first epoch is finished."""
    path = folder / "mesa_training_state.npz"
    if not path.exists():
        return None
    with np.load(path) as saved:
        return json.loads(str(saved["state"]))


def kill_in_the_middle(process, folder):
    """Kills the process once two epochs are done or more, and says how many."""
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read().decode()
        state = state_of(folder)
        if state and len(state["history"]["loss"]) >= 2:
            break
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    process.stderr.close()
    state = state_of(folder)
    assert not state["finished"]
    done = len(state["history"]["loss"])
    assert 2 <= done < EPOCHS
    assert not (folder / "mesa_model.keras").exists()
    return done


def result_of(folder):
    """Weights, decision rule, calibration logits and history as arrays by name."""
    model = open_model(folder / "mesa_model.keras")
    found = {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}
    assert {"decision_rule/temperature", "logits/kernel"} <= set(found)
    with np.load(folder / "mesa_calibration.npz") as saved:
        found |= {f"calibration {name}": saved[name] for name in saved.files}
    history = json.loads((folder / "mesa_training_history.json").read_text())
    assert len(history["loss"]) == EPOCHS
    return found | {name: np.array(values) for name, values in history.items()}


@pytest.mark.parametrize("options", [(), ("--deterministic",)], ids=str)
def test_goes_on_to_the_result_of_an_uninterrupted_run(table, tmp_path, options):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    uninterrupted = start(table, whole, *options)
    done = kill_in_the_middle(start(table, killed, *options), killed)
    shown = finish(start(table, killed, "--resume", *options))
    # It went on, and did not start anew.
    assert f" {done}/{EPOCHS} " in shown
    assert f" {done - 1}/{EPOCHS} " not in shown
    finish(uninterrupted)
    found, expected = result_of(killed), result_of(whole)
    assert set(found) == set(expected)
    for name, value in expected.items():
        if options or value.dtype.kind not in "f":
            np.testing.assert_array_equal(found[name], value, err_msg=name)
        else:
            np.testing.assert_allclose(found[name], value, err_msg=name, **TOLERANCE)
