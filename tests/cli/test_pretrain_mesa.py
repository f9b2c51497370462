import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cli.pretrain_mesa import label_sets, main, parser
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.pretrain_config import PRETRAIN_PRESETS
from tests.recipes.mesa.candidates import PLANET, STELLAR
from tests.recipes.mesa.event_sets import write_sets

ROOT = Path(__file__).parents[2]
SMALL = [
    *("--planet_features", ",".join(PLANET), "--stellar-features", ",".join(STELLAR)),
    *("--d_model", "8", "--nhead", "2", "--mlp_dim", "8", "--patch_size", "4"),
    *("--feature_dim", "8", "--feature_embedding_dim", "0", "--classifier_dim", "8"),
    *("--num_towers", "1", "--projection_dim", "4", "--batch_size", "16"),
    *("--decoder_dim", "8", "--steps_per_execution", "1", "--patience", "99"),
    *("--validation_fraction", "0.1", "--calibration_fraction", "0.15"),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return write_sets(tmp_path_factory.mktemp("sets"), num=120)


def data(folders):
    return ["--data", ",".join(f"{name}={path}" for name, path in folders.items())]


def test_options():
    found = parser().parse_args(
        ["--data", "a=x,b=y", "--labels", "a=P/Q,b=none", "--stages", "supervised"]
    )
    assert found.data == {"a": "x", "b": "y"}
    assert found.labels == {"a": ("P", "Q"), "b": ()}
    assert found.stages == ("supervised",)
    assert label_sets("koi=FALSE POSITIVE/PC") == {"koi": ("FALSE POSITIVE", "PC")}
    text = parser().format_help()
    for name in ("--masked_epochs", "--mixing", "--mask_share", "--d_model"):
        assert name in text


def test_the_presets_are_offered():
    for name in PRETRAIN_PRESETS:
        assert parser().parse_args(["--data", "a=x", "--preset", name]).preset == name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mask_share", "1.5"], "error: `mask_share` must lie in (0, 1)"),
        (["--mixing", "kepler_tce"], "error: `mixing` must be set=number"),
        (["--labels", "other=A/B"], "error: `labels` names 'other'"),
        (["--test_data", "gone.csv"], "gone.csv"),
        (["--stages", "late"], "error: `stages` must be of masked, supervised"),
        (["--pretrained_path", "gone.keras"], "gone.keras does not exist"),
    ],
    ids=str,
)
def test_a_wrong_call_ends_in_one_sentence(folders, tmp_path, capsys, options, message):
    out = ["--output_dir", str(tmp_path / "out")]
    assert main([*data(folders), *out, *SMALL, *options]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.err.strip().count("\n") == shown.err.count("note:")
    assert not any((tmp_path / "out").glob("*.keras"))


def test_a_set_without_its_table(tmp_path, capsys):
    assert main(["--data", f"koi={tmp_path}"]) == 2
    assert "the set 'koi' needs a file train_data.csv" in capsys.readouterr().err


def test_a_test_star_is_refused(folders, tmp_path, capsys):
    """One event of a test star, in the training table of another set."""
    lines = (folders["kepler_tce"] / "train_data.csv").read_text().splitlines()
    theirs = (folders["kepler_tce"] / "test_data.csv").read_text().splitlines()[1]
    place = lines[0].split(",").index("star_id")
    row = lines[5].split(",")
    row[place] = f"KIC {theirs.split(',')[place]}"
    lines[5] = ",".join(row)
    (tmp_path / "train_data.csv").write_text("\n".join(lines) + "\n")
    views = folders["kepler_tce"] / "views.npz"
    (tmp_path / "views.npz").write_bytes(views.read_bytes())
    argv = [*data({**folders, "koi": tmp_path}), "--labels", "koi=PC/AFP/NTP"]
    assert main([*argv, *SMALL, "--output_dir", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr().err
    assert "1 events are of stars of the test table" in shown
    assert not (tmp_path / "out").exists()


def start(folders, out, *options):
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "cli.pretrain_mesa", *data(folders), *SMALL),
            *("--masked_epochs", "2", "--epochs", "40", "--learning_rate", "0.01"),
            *("--output_dir", str(out), *options),
        ],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_killed_in_the_second_stage_it_goes_on_there(folders, tmp_path):
    process = start(folders, tmp_path)
    state = tmp_path / "mesa_supervised_state.npz"
    deadline = time.monotonic() + 900
    while not state.exists() and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "mesa_kepler_tce.keras").exists()
    with np.load(state) as saved:
        done = len(json.loads(str(saved["state"]))["history"]["loss"])
    again = start(folders, tmp_path, "--resume")
    out, shown = again.communicate(timeout=900)
    assert again.returncode == 0, shown
    assert "note: tess_tce: only 17" in shown
    # The first stage is not trained again, and the second goes on where it was.
    assert " 2/2 " not in shown
    assert f" {done}/40 " in shown
    for text in ("stage masked", "stage supervised", "tess_tce validation", "encoders"):
        assert text in out
    history = json.loads((tmp_path / "mesa_pretraining_history.json").read_text())
    assert {name: len(x["loss"]) for name, x in history.items()} == {
        "masked": 2,
        "supervised": 40,
    }
    assert Predictor(tmp_path / "mesa_tess_tce.keras").class_names == ("PC", "EB", "J")
