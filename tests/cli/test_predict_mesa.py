import argparse

import pandas as pd
import pytest

from cli.predict_mesa import class_prior, main
from mesa_keras.recipes.mesa import shipped_model
from tests.small_mesa import LABELS, make_run, rows_of, write_table


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


def test_writes_predictions_and_a_table(run, tmp_path, capsys):
    out = tmp_path / "predictions.csv"
    argv = ["--model_path", str(run[0]), "--data", str(run[2]), "--output", str(out)]
    assert main([*argv, "--class_prior", "0.3,0.1,0.6", "--batch-size", "16"]) == 0
    assert len(pd.read_csv(out)) == 40
    shown = capsys.readouterr()
    assert "candidates" in shown.out
    assert str(out) in shown.out
    assert "40/40" in shown.err


@pytest.mark.parametrize("option", ["--output", "--known_output"])
def test_no_result_takes_the_place_of_what_is_read(run, tmp_path, capsys, option):
    table = write_table(tmp_path / "new.csv", rows_of(3, 100))
    link = tmp_path / ("link.csv" if option == "--output" else "link.npz")
    link.symlink_to(table)
    before = table.read_bytes()
    argv = ["--model_path", str(run[0]), "--data", str(table)]
    argv += ["--output", str(tmp_path / "out.csv"), option, str(link)]
    assert main(argv) == 2
    assert f"`{option[2:]}` must be another file" in capsys.readouterr().err
    assert table.read_bytes() == before
    assert not (tmp_path / "out.csv").exists()


def test_status_says_that_rows_had_faults(run, tmp_path, capsys):
    rows = rows_of(6, 100)
    rows[1]["period"] = "inf"
    rows[2]["period"] = "-1"
    rows[3] |= dict.fromkeys(("period", "depth", "stellar_temp"), "")
    table = write_table(tmp_path / "t.csv", rows)
    out = tmp_path / "p.parquet"
    argv = ["--model_path", str(run[0]), "--data", str(table), "--output", str(out)]
    assert main(argv) == 1
    frame = pd.read_parquet(out)
    assert (frame["fault"] != "").tolist() == [False, True, True, True, False, False]
    assert frame["decision"][3] == "unknown"
    assert frame["decision"].drop(3).isin(LABELS).all()
    assert "error" not in capsys.readouterr().err


def test_ids_without_views_are_no_fault(run, tmp_path):
    rows = rows_of(3, 100) + rows_of(2, 900)
    table = write_table(run[2].parent / "t.csv", rows)
    out = tmp_path / "p.csv"
    argv = ["--model_path", str(run[0]), "--data", str(table), "--output", str(out)]
    assert main(argv) == 0
    missing = pd.read_csv(out, keep_default_na=False)["missing"].tolist()
    assert missing == ["", "", "", *["global_view;local_view"] * 2]


def test_reads_priors():
    assert class_prior("0.3, 0.1,0.6") == [0.3, 0.1, 0.6]
    named = class_prior("CONFIRMED=0.3,FALSE POSITIVE=0.7")
    assert named == {"CONFIRMED": 0.3, "FALSE POSITIVE": 0.7}
    for text in ("a,b", "A=0.3,0.7", "A=0.5,A=0.5"):
        with pytest.raises(argparse.ArgumentTypeError, match="a rate per class"):
            class_prior(text)


def target(real_data, *options):
    (path,) = (real_data / "raw_light_curves").glob("*261136679*.fits")
    return [
        *("--target", "TIC 261136679", "--light_curve", str(path)),
        *("--period", "6.268", "--epoch", "1325.504", *options),
    ]


@pytest.mark.usefixtures("wotan_compiled")
def test_one_object_from_its_light_curve(run, real_data, tmp_path, capsys):
    out = tmp_path / "p.csv"
    argv = ["--model_path", str(run[0]), "--output", str(out), *target(real_data)]
    assert main([*argv, "--feature", "stellar_temp=5870"]) == 0
    frame = pd.read_csv(out, keep_default_na=False)
    assert frame["object_id"].tolist() == ["TIC 261136679"]
    assert frame["missing"].tolist() == [""]
    shown = capsys.readouterr()
    assert "TESS, sector 1" in shown.out
    assert "probability of CONFIRMED" in shown.out
    assert "duration 3.0" in shown.err
    assert "measured in the light curve: depth 30" in shown.err


def test_wrong_calls_of_one_object(run, real_data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(shipped_model, "SHIPPED_MODEL", tmp_path / "m.keras")
    out = ["--output", str(tmp_path / "p.csv")]
    assert main([*out, *target(real_data)]) == 2
    assert "m.keras is not in the folder" in capsys.readouterr().err
    model = ["--model_path", str(run[0])]
    assert main([*out, *model, "--target", "TIC 1", "--period", "3"]) == 2
    assert "`--target` needs `--light_curve`" in capsys.readouterr().err
    for values, message in (
        ("steller_temp=5870", "Received: steller_temp"),
        ("depth=300,stellar_radius=-3", "stellar_radius=-3.0 is not positive"),
    ):
        assert main([*out, *model, *target(real_data), "--feature", values]) == 2
        assert message in capsys.readouterr().err
    for options, message in (
        (["--data", "t.csv", "--period", "3"], "--period: not allowed with"),
        ([*target(real_data), "--columns", "a=b"], "--columns: not allowed with"),
        ([*target(real_data), "--data", "t.csv"], "not allowed with argument"),
        ([*target(real_data), "--feature", "depth"], "must be name=number"),
        ([*target(real_data), "--feature", "depth=nan"], "must be name=number"),
        ([*target(real_data), "--feature", "depth=1,depth=2"], "each name once"),
        ([*target(real_data), "--other", "3,1300"], "must be three numbers: period"),
        (["--data", "t.csv", "--other", "3,1300,2"], "--other: not allowed with"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main([*out, *model, *options])
        assert stopped.value.code == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "p.csv").exists()


def test_known_objects_are_written(run, tmp_path, capsys):
    known = tmp_path / "known.npz"
    argv = ["--model_path", str(run[0]), "--data", str(run[2])]
    argv += ["--output", str(tmp_path / "p.csv"), "--known_output", str(known)]
    assert main(argv) == 0
    assert known.exists()
    assert f"40 in {known}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--class_prior", "0.5,0.5"], "`class_prior` must be 3 rates"),
        (["--output", "table/p.csv"], "`output` must be a file that can be written"),
    ],
)
def test_a_wrong_call_writes_no_known_objects(
    run, tmp_path, monkeypatch, capsys, options, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table").write_text("no folder")
    argv = ["--model_path", str(run[0]), "--data", str(run[2])]
    assert main([*argv, "--known_output", "known.npz", *options]) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["table"]


@pytest.mark.parametrize(
    "given", [("epoch_system", "BJD"), ("quality", "none"), ("flux_column", "X")]
)
def test_options_of_one_object_do_not_go_with_a_table(given, capsys):
    name, value = given
    with pytest.raises(SystemExit) as stopped:
        main(["--data", "t.csv", f"--{name}", value])
    assert stopped.value.code == 2
    assert f"--{name}: not allowed with argument --data" in capsys.readouterr().err
