import dataclasses
import json

import pandas as pd
import pytest

from cli.predict_redshift import main
from mesa_keras.recipes.astroclip.embeddings import save_embeddings
from tests.recipes.astroclip.survey import survey


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("embeddings")
    save_embeddings(folder, survey(600))
    return folder


def test_reports_all_four_directions(folder, tmp_path, capsys):
    out = tmp_path / "out"
    argv = ["--embeddings", str(folder), "--output_dir", str(out), "--pool-size", "50"]
    assert main([*argv, "--num_resamples", "50"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "SIMULATED",
        "spectrum-image",
        "sigma_NMAD",
        "no view",
        "in a pool of 50",
        "valid of",
        str(out / "report.html"),
    ):
        assert words in shown
    results = json.loads((out / "redshift_results.json").read_text())
    assert len(results["directions"]) == 4
    measure = results["directions"]["image-spectrum"]["measures"]["sigma_nmad"]
    assert set(measure) == {"value", "low", "high"}
    table = pd.read_parquet(out / "predictions.parquet")
    assert len(table) == results["pools"]["query"]["num_rows"]
    page = (out / "report.html").read_text()
    assert "SIMULATED" in page
    assert page.count("<img") == 2
    for name in ("redshift_scatter.png", "pit_histogram.png"):
        assert (out / name).read_bytes().startswith(b"\x89PNG")


def test_one_direction_of_named_splits_as_csv(folder, tmp_path):
    argv = ["--embeddings", str(folder), "--output_dir", str(tmp_path)]
    options = ["--query", "image", "--against", "spectrum", "--weights", "distance"]
    splits = ["--reference", "test", "--query_split", "test", "--pool_size", "0"]
    (tmp_path / "predictions.parquet").write_bytes(b"of an earlier run")
    assert main([*argv, *options, *splits, "--table_format", "csv"]) == 0
    table = pd.read_csv(tmp_path / "predictions.csv")
    assert "image_to_spectrum_mean" in table
    assert "image_to_image_mean" not in table
    assert not (tmp_path / "predictions.parquet").exists()
    results = json.loads((tmp_path / "redshift_results.json").read_text())
    assert results["retrieval"] is None
    assert results["pools"]["reference"]["split"] == "test"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--reference", "nothing"], "`reference_split` must be a split"),
        (
            ["--reference", "train", "--reference_split", "test"],
            "`reference` must be a folder where `reference_split` names the split. "
            "Received: 'train' and 'test'",
        ),
        (["--num_neighbors", "0"], "`num_neighbors` must be at least 1. Received: 0"),
        (["--num_neighbors", "9999"], "`num_neighbors` must not exceed"),
    ],
)
def test_wrong_calls_end_in_one_sentence(folder, tmp_path, capsys, options, words):
    argv = ["--embeddings", str(folder), "--output_dir", str(tmp_path / "o")]
    assert main([*argv, *options]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert shown.count("\n") == 1
    assert not (tmp_path / "o").exists()


def test_refuses_a_reference_of_another_model(folder, tmp_path, capsys):
    other = dataclasses.replace(survey(60), model_fingerprint="model-b")
    save_embeddings(tmp_path / "other", other)
    argv = ["--embeddings", str(folder), "--reference", str(tmp_path / "other")]
    assert main(argv) == 2
    assert "embeddings of two models" in capsys.readouterr().err


def test_a_folder_without_embeddings(tmp_path, capsys):
    assert main(["--embeddings", str(tmp_path)]) == 2
    assert "does not exist" in capsys.readouterr().err
