import json

import pytest

from cli.evaluate_mesa import main
from tests.small_mesa import make_run, rows_of, write_table


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.mark.slow
def test_writes_results_and_a_table(run, tmp_path, capsys):
    out = tmp_path / "test_results"
    argv = ["--model_path", str(run[0]), "--test_data", str(run[2])]
    argv += ["--output_dir", str(out), "--visualize"]
    argv += ["--positive", "CONFIRMED", "--positive", "CONFIRMED,CANDIDATE"]
    assert main([*argv, "--boundary_features", "depth,stellar_temp"]) == 0
    shown = capsys.readouterr()
    assert "Light curves come from a file of folded views." in shown.out
    assert shown.err == ""
    assert "CONFIRMED + CANDIDATE against the rest, ROC-AUC" in shown.out
    assert json.loads((out / "test_results.json").read_text())["num_objects"] == 40
    for name in ("report.html", "decision_boundary.png"):
        assert str(out / name) in shown.out
        assert (out / name).stat().st_size > 1000


def test_status_says_that_rows_had_faults(run, tmp_path, capsys):
    rows = rows_of(20, 100)
    rows[1]["period"] = "inf"
    table = write_table(run[2].parent / "faulty.csv", rows)
    argv = ["--model_path", str(run[0]), "--test_data", str(table)]
    assert main([*argv, "--output_dir", str(tmp_path / "out")]) == 1
    assert "with a fault" in capsys.readouterr().out
