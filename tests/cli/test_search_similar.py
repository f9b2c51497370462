import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from cli.search_similar import main
from mesa_keras.recipes.astroclip.embeddings import save_embeddings
from tests.recipes.astroclip.survey import survey
from tests.small_pairs import make_arrays, make_store


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Embeddings, and the store of their images and spectra in another order."""
    root = tmp_path_factory.mktemp("search")
    made = survey(60)
    order = np.random.default_rng(0).permutation(60)
    images, flux, ivar = make_arrays(60)
    make_store(
        root / "store",
        60,
        arrays=(images[order], flux[order], ivar[order]),
        object_id=1000 + order,
    )
    made = dataclasses.replace(made, store=str(root / "store"))
    save_embeddings(root / "embeddings", made)
    return root


def call(folders, out, *options):
    argv = ["--embeddings", str(folders / "embeddings"), "--output_dir", str(out)]
    return main([*argv, *options])


@pytest.mark.parametrize("direction", ["image-image", "spectrum-image"])
def test_writes_hits_and_a_picture(folders, tmp_path, capsys, direction):
    options = ["--query-id", "1020", "--direction", direction, "--top", "3"]
    assert call(folders, tmp_path, *options) == 0
    table = pd.read_csv(tmp_path / "hits.csv")
    assert len(table) == 3
    assert 1020 not in table["object_id"].tolist()
    content = json.loads((tmp_path / "hits.json").read_text())
    assert content["query"]["object_id"] == 1020
    assert content["direction"] == direction
    assert [hit["rank"] for hit in content["hits"]] == [1, 2, 3]
    assert (tmp_path / "hits.png").read_bytes().startswith(b"\x89PNG")
    shown = capsys.readouterr().out
    assert "SIMULATED" in shown
    assert "56 objects, exact" in shown


def test_conditions_and_an_index_that_is_kept(folders, tmp_path, capsys):
    options = ["--query_id", "1020", "--where", "object_id<=1012", "--top", "20"]
    kept = ["--index_dir", str(tmp_path / "index"), "--index", "approximate"]
    hits = []
    for _ in range(2):
        assert call(folders, tmp_path / "out", *options, *kept) == 0
        hits.append(pd.read_csv(tmp_path / "out" / "hits.csv")["object_id"].tolist())
        shown = capsys.readouterr().out
        assert "9 of 20 wanted" in shown
        assert "approximate" in shown
    assert hits[0] == hits[1]
    assert max(hits[0]) == 1012
    other = dataclasses.replace(survey(60), data_fingerprint="data-b")
    save_embeddings(tmp_path / "other", other)
    argv = ["--embeddings", str(tmp_path / "other"), "--query_id", "1020", *kept]
    assert main([*argv, "--output_dir", str(tmp_path / "o")]) == 2
    assert "index of other embeddings" in capsys.readouterr().err


def test_says_why_there_is_no_picture(folders, tmp_path, capsys):
    options = ["--query_id", "1020", "--store", ""]
    assert call(folders, tmp_path, "--query_id", "1020") == 0
    assert call(folders, tmp_path, *options) == 0
    assert "no picture" in capsys.readouterr().out
    assert not (tmp_path / "hits.png").exists()
    assert call(folders, tmp_path, *options[:2], "--store", str(tmp_path)) == 0
    assert "there is no store" in capsys.readouterr().out
    make_store(tmp_path / "s", 5)
    assert call(folders, tmp_path, *options[:2], "--store", str(tmp_path / "s")) == 0
    assert "has no object 1020" in capsys.readouterr().out
    assert call(folders, tmp_path, *options[:2], "--where", "redshift>9") == 0
    assert "nothing was found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--query_id", "3"], "`query_id` 3 is none of the 60 objects"),
        (["--query_id", "1003"], "`query_id` 1003 has no image"),
        (["--query_id", "1020", "--top", "0"], "`top` must be at least 1"),
        (["--query_id", "1020", "--where", "size>1"], "`where` names the column"),
        (["--query_file", "a.fits"], "`--query_file` needs the model"),
        (["--query_file", "a.fits", "--model", "none.keras"], "does not exist"),
    ],
)
def test_wrong_calls_end_in_one_sentence(folders, tmp_path, capsys, options, words):
    assert call(folders, tmp_path / "o", *options) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert shown.count("\n") == 1
    assert not (tmp_path / "o").exists()
