import pytest

from cli.ensemble_mesa import main
from mesa_keras.inference import Predictor
from tests.small_mesa import make_run


@pytest.mark.slow
def test_joins_two_models(tmp_path, capsys):
    models = [str(make_run(tmp_path / str(seed), seed)[0]) for seed in range(2)]
    out = tmp_path / "both.keras"
    assert main(["--members", ",".join(models), "--output", str(out)]) == 0
    parts = [Predictor(path).model.count_params() for path in models]
    shown = capsys.readouterr().out
    assert str(out) in shown
    assert Predictor(out).model.count_params() > sum(parts)


def test_one_model_is_no_ensemble(tmp_path, capsys):
    out = tmp_path / "one.keras"
    assert main(["--members", "a.keras", "--output", str(out)]) == 2
    assert "two or more" in capsys.readouterr().err
    assert not out.exists()
