from pathlib import Path

import pytest

from cli.ensemble_mesa import main
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.run_config import CONFIG_FILE
from tests.small_mesa import make_run


@pytest.mark.slow
def test_joins_two_models_where_training_leaves_them(tmp_path, capsys, monkeypatch):
    # As `train_mesa` and this command are called without a word on folders.
    monkeypatch.chdir(tmp_path)
    make_run(tmp_path)
    models = ["output/mesa_model.keras", str(make_run(tmp_path / "second", 1)[0])]
    assert main(["--members", ",".join(models)]) == 0
    out = Path("ensemble/mesa_ensemble.keras")
    assert out.with_name(CONFIG_FILE).is_file()
    parts = [Predictor(path).model.count_params() for path in models]
    shown = capsys.readouterr().out
    assert str(out) in shown
    assert Predictor(out).model.count_params() > sum(parts)


def test_one_model_is_no_ensemble(tmp_path, capsys):
    out = tmp_path / "one.keras"
    assert main(["--members", "a.keras", "--output", str(out)]) == 2
    assert "two or more" in capsys.readouterr().err
    assert not out.exists()
