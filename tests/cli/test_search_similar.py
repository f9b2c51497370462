import dataclasses
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from cli.search_similar import main
from mesa_keras.readers import open_pair_store
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
    store = open_pair_store(root / "store")
    made = dataclasses.replace(
        made, store=str(store.folder), data_fingerprint=store.fingerprint
    )
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


@pytest.mark.parametrize(
    ("kept", "wanted"), [("approximate", "exact"), ("exact", "approximate")]
)
def test_a_kept_index_of_another_kind_is_refused(
    folders, tmp_path, capsys, kept, wanted
):
    options = ["--query_id", "1020", "--index_dir", str(tmp_path / "index")]
    assert call(folders, tmp_path / "a", *options, "--index", kept) == 0
    capsys.readouterr()
    assert call(folders, tmp_path / "b", *options, "--index", wanted) == 2
    shown = capsys.readouterr().err
    assert f"`--index {wanted}` is not the index in" in shown
    assert f"which is {kept}" in shown
    assert not (tmp_path / "b").exists()
    assert call(folders, tmp_path / "b", *options) == 0
    assert f"56 objects, {kept}" in capsys.readouterr().out


def test_says_that_a_picture_is_of_another_survey(folders, tmp_path, capsys):
    options = ["--query_id", "1020", "--top", "2"]
    assert call(folders, tmp_path / "a", *options) == 0
    assert "note" not in capsys.readouterr().err
    # The same objects by their numbers, and other images.
    other = make_store(tmp_path / "s", 60, object_id=1000 + np.arange(60))
    assert call(folders, tmp_path / "b", *options, "--store", str(other)) == 0
    assert (tmp_path / "b" / "hits.png").is_file()
    shown = capsys.readouterr().err
    assert f"note: the store at {other} is not as it was when it was embedded" in shown


def test_a_picture_of_many_hits_shows_the_first(folders, tmp_path, capsys):
    assert call(folders, tmp_path, "--query_id", "1020", "--top", "1000") == 0
    assert len(pd.read_csv(tmp_path / "hits.csv")) == 55
    assert "shows the first 24 of 55 hits" in capsys.readouterr().err


def test_numbers_of_hits_keep_their_digits(folders, tmp_path):
    made = survey(60)
    ra = 100 + np.linspace(0, 1, 60) / 3
    made = dataclasses.replace(made, table=made.table.assign(ra=ra))
    save_embeddings(tmp_path / "e", made)
    argv = ["--embeddings", str(tmp_path / "e"), "--query_id", "1020"]
    assert main([*argv, "--output_dir", str(tmp_path / "o")]) == 0
    hits = pd.read_csv(tmp_path / "o" / "hits.csv")
    np.testing.assert_allclose(hits["ra"], ra[hits["row"]], rtol=0, atol=1e-12)


def test_a_store_that_cannot_be_read_costs_the_picture_alone(folders, tmp_path, capsys):
    shutil.copytree(folders / "store", tmp_path / "s")
    (tmp_path / "s" / "index.parquet").unlink()
    options = ["--query_id", "1020", "--store", str(tmp_path / "s")]
    assert call(folders, tmp_path / "o", "--query_id", "1020") == 0
    assert call(folders, tmp_path / "o", *options) == 0
    assert "the store cannot be read" in capsys.readouterr().out
    assert not (tmp_path / "o" / "hits.png").exists()


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
