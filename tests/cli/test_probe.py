import json

import numpy as np
import pandas as pd
import pytest

from cli.probe import main
from mesa_keras.recipes.astroclip.embeddings import save_embeddings
from tests.recipes.astroclip.survey import survey


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("embeddings")
    save_embeddings(folder, survey(400))
    return folder


def call(folder, out, *options):
    argv = ["--embeddings", str(folder), "--output_dir", str(out)]
    return main([*argv, "--num-resamples", "20", *options])


def test_a_property(folder, tmp_path, capsys):
    assert call(folder, tmp_path, "--target", "mag_r", "--head", "linear") == 0
    shown = capsys.readouterr().out
    for words in ("SIMULATED", "mag_r, regression", "linear on both, alpha", "R²"):
        assert words in shown
    results = json.loads((tmp_path / "probe_results.json").read_text())
    assert results["measures"]["r2"]["value"] > 0.9
    table = pd.read_csv(tmp_path / "predictions.csv")
    assert list(table) == ["row", "object_id", "true", "predicted"]
    assert (tmp_path / "report.html").read_text().count("<img") == 2


def test_a_class_of_a_catalogue(folder, tmp_path, capsys):
    ids = 1000 + np.arange(0, 400, 2)
    kinds = np.where(survey(400).table["redshift"][::2] > 0.2, "old", "young")
    catalogue = tmp_path / "catalogue.csv"
    pd.DataFrame({"object_id": ids, "age": kinds}).to_csv(catalogue, index=False)
    out = tmp_path / "out"
    options = ["--table", str(catalogue), "--target", "age", "--map", "pca"]
    assert call(folder, out, *options, "--modality", "image") == 0
    shown = capsys.readouterr().out
    assert "age, classification" in shown
    assert "not in the catalogue" in shown
    assert {"p_old", "p_young"} <= set(pd.read_csv(out / "predictions.csv"))
    assert (out / "embedding_map.png").is_file()
    assert call(folder, out, "--target", "mag_r", "--map", "none") == 0
    assert not (out / "embedding_map.png").exists()


def test_without_a_map(folder, tmp_path):
    assert call(folder, tmp_path, "--target", "kind", "--map", "none") == 0
    assert not (tmp_path / "embedding_map.png").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--target", "size"], "`target` must be a column of the table of"),
        (["--target", "valid"], "there is nothing to learn"),
        (["--target", "x", "--table", "none.csv"], "none.csv: no such file"),
        (["--target", "mag_r", "--task", "classification"], "at most 50 can be"),
    ],
)
def test_wrong_calls_end_in_one_sentence(folder, tmp_path, capsys, options, words):
    assert call(folder, tmp_path / "o", *options) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert shown.count("\n") == 1
    assert not (tmp_path / "o").exists()
