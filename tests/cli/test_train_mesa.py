import json
import subprocess
import sys
import time

import pytest

from cli.train_mesa import main
from mesa_keras.inference import Predictor
from tests.small_mesa import rows_of, write_table, write_views

COMMANDS = (
    *("train_mesa", "evaluate_mesa", "predict_mesa", "calibrate"),
    "pretrain_mesa",
)
SMALL = [
    *("--planet_features", "period,depth", "--stellar-features", "stellar_temp"),
    *("--d_model", "8", "--nhead", "2", "--num_layers", "1", "--mlp_dim", "8"),
    *("--feature_dim", "8", "--feature_embedding_dim", "0", "--classifier_dim", "8"),
    *("--num_towers", "1", "--projection_dim", "4", "--batch_size", "16"),
    *("--no-jit_compile", "--steps_per_execution", "1"),
]


@pytest.fixture
def table(tmp_path):
    rows = rows_of(80)
    write_views(tmp_path, rows)
    return write_table(tmp_path / "train_data.csv", rows)


@pytest.mark.slow
def test_writes_what_it_promises(table, tmp_path, capsys):
    out = tmp_path / "output"
    argv = ["--data_path", str(table), "--output_dir", str(out), "--epochs", "2"]
    assert main([*argv, *SMALL]) == 0
    shown = capsys.readouterr()
    assert "candidates to calibrate on, fewer than 20: the model's temper" in shown.err
    assert str(out / "mesa_model.keras") in shown.out
    for name in (
        "mesa_model.keras",
        "mesa_training_history.json",
        "mesa_config.json",
        "training_loss.png",
        "training_accuracy.png",
    ):
        assert (out / name).stat().st_size > 100
    history = json.loads((out / "mesa_training_history.json").read_text())
    assert len(history["loss"]) == 2
    config = json.loads((out / "mesa_config.json").read_text())
    assert config["config"]["d_model"] == 8
    assert config["data"]["path"] == str(table)
    assert Predictor(out / "mesa_model.keras").schema["planet_features"] == [
        "period",
        "depth",
    ]
    # With the encoders frozen, and the weights of the run before.
    argv = ["--data_path", str(table), "--output_dir", str(tmp_path / "second")]
    argv += ["--epochs", "1", "--freeze_backbone"]
    argv += ["--pretrained_path", str(out / "mesa_model.keras")]
    assert main([*argv, *SMALL]) == 0


def test_options_out_of_range(table, tmp_path, capsys):
    argv = ["--data_path", str(table), "--output_dir", str(tmp_path / "out")]
    assert main([*argv, "--d_model", "9", "--nhead", "2"]) == 2
    assert "error: `nhead` must divide d_model" in capsys.readouterr().err
    assert main([*argv, "--freeze_backbone"]) == 2
    assert "`freeze_backbone` needs `pretrained_path`" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--batch_size", "6400"], "`batch_size` must be positive and at most"),
        (["--pretrained_path", "{table}"], "must be a whole `.keras` model file"),
    ],
)
def test_a_call_refused_late_leaves_no_folder(
    table, tmp_path, capsys, options, message
):
    argv = ["--data_path", str(table), "--output_dir", str(tmp_path / "out")]
    options = [option.format(table=table) for option in options]
    assert main([*argv, *SMALL, *options]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_quick(command):
    argv = [sys.executable, "-m", f"cli.{command}", "--help"]
    took = []
    # The best of three: other work on the machine is no fault of the command.
    for _ in range(3):
        start = time.perf_counter()
        shown = subprocess.run(argv, capture_output=True, text=True, check=True)
        took.append(time.perf_counter() - start)
    assert "usage: python -m cli." in shown.stdout
    assert shown.stderr == ""
    assert min(took) < 1
