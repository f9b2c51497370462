import pytest

from cli.calibrate import main
from mesa_keras.inference import Predictor
from tests.small_mesa import make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


def test_writes_a_copy_and_says_what_changed(run, tmp_path, capsys):
    out = tmp_path / "m.keras"
    argv = ["--model_path", str(run[0]), "--data", str(run[2])]
    argv += ["--model_out", str(out), "--thresholds", "target_precision"]
    assert main([*argv, "--target_precision", "0.5", "--abstain"]) == 0
    shown = capsys.readouterr().out
    assert "log-loss before, after" in shown
    assert "ECE before, after" in shown
    assert "temperature light curve" in shown
    assert "temperature planet + stellar + light curve" in shown
    assert float(Predictor(out).rule.abstain) == 1


def test_needs_a_name_for_the_copy(run, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--data", str(run[2])])
    assert stopped.value.code == 2
    assert "--model_out" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--temperature", "2.5"], ["--profiles_dir", "profiles"]]
)
def test_refuses_options_of_frames(run, tmp_path, capsys, options):
    out = tmp_path / "m.keras"
    argv = ["--model_path", str(run[0]), "--data", str(run[2]), "--model_out", str(out)]
    with pytest.raises(SystemExit) as stopped:
        main([*argv, *options])
    assert stopped.value.code == 2
    assert f"argument {options[0]}: not allowed with" in capsys.readouterr().err
    assert not out.exists()


def test_refuses_a_precision_without_its_objective(run, tmp_path, capsys):
    out = tmp_path / "m.keras"
    argv = ["--model_path", str(run[0]), "--data", str(run[2])]
    assert main([*argv, "--model_out", str(out), "--target_precision", "0.9"]) == 2
    assert "error: `target_precision` goes with" in capsys.readouterr().err
    assert not out.exists()
