import json

import numpy as np
import pytest

from mesa_keras.readers import open_pair_store
from mesa_keras.recipes.astroclip import generate
from mesa_keras.recipes.astroclip.embed import embed_images, model_fingerprint
from mesa_keras.recipes.astroclip.embeddings import open_embeddings
from mesa_keras.recipes.astroclip.generate import generate_embeddings
from mesa_keras.training import open_model, save_model
from tests.small_astroclip import (
    FAR,
    NO_IMAGE,
    NO_REDSHIFT,
    NO_SPECTRUM,
    ZERO_SPECTRUM,
    small_model,
    write_small_store,
)

ROWS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_small_store(tmp_path_factory.mktemp("store") / "pairs", ROWS)


@pytest.fixture(scope="module")
def model(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.keras"
    save_model(small_model(folder), path)
    return path


@pytest.fixture(scope="module")
def whole(model, folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    return out, generate_embeddings(model, folder, out, split="all")


def check_equal(folder, expected):
    for name in ("image_embeddings", "spectrum_embeddings", "valid_indices"):
        np.testing.assert_array_equal(
            np.load(folder / f"{name}.npy"), np.load(expected / f"{name}.npy"), name
        )
    first, second = open_embeddings(folder), open_embeddings(expected)
    assert first.table.equals(second.table)
    assert first.model_fingerprint == second.model_fingerprint
    assert not list(folder.glob("*partial*"))
    assert not (folder / "embeddings_progress.json").exists()


def test_every_row_keeps_its_place(whole, folder, model):
    out, result = whole
    found = open_embeddings(out)
    assert result.num_rows == found.num_rows == ROWS
    assert np.isnan(found.image).all(axis=1).nonzero()[0].tolist() == [NO_IMAGE]
    assert np.isnan(found.spectrum).all(axis=1).nonzero()[0].tolist() == [NO_SPECTRUM]
    bad = [NO_IMAGE, NO_SPECTRUM, ZERO_SPECTRUM, NO_REDSHIFT, FAR]
    assert np.setdiff1d(np.arange(ROWS), found.valid_indices).tolist() == sorted(bad)
    assert result.num_valid == ROWS - 5
    reasons = found.table["reason"]
    assert reasons[ZERO_SPECTRUM] == "spectrum is all zero"
    assert reasons[NO_REDSHIFT] == "redshift is unknown"
    assert "outside 0 to 0.8" in reasons[FAR]
    store = open_pair_store(folder)
    expected = embed_images(open_model(model), store.images(np.arange(ROWS)))
    np.testing.assert_array_equal(found.image, expected)
    assert found.simulated
    assert found.model_fingerprint == model_fingerprint(open_model(model))
    assert found.data_fingerprint == store.fingerprint
    assert not result.faults


@pytest.mark.parametrize(("batch_size", "workers"), [(1, 1), (7, 3), (1000, 2)])
def test_batch_size_and_workers_change_no_bit(
    model, folder, whole, tmp_path, batch_size, workers
):
    generate_embeddings(
        model, folder, tmp_path, split="all", batch_size=batch_size, workers=workers
    )
    check_equal(tmp_path, whole[0])


def test_a_run_that_was_stopped_goes_on(model, folder, whole, tmp_path, monkeypatch):
    calls = []
    plain = generate.embed_images

    def counted(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return plain(*arguments)

    settings = {"split": "all", "batch_size": 64}
    monkeypatch.setattr(generate, "embed_images", counted)
    monkeypatch.setattr(generate, "_SAVE_EVERY", 64)
    with pytest.raises(KeyboardInterrupt):
        generate_embeddings(model, folder, tmp_path, **settings)
    journal = json.loads((tmp_path / "embeddings_progress.json").read_text())
    assert journal["done"] == 128
    assert not (tmp_path / "embeddings.parquet").exists()
    generate_embeddings(model, folder, tmp_path, **settings)
    # Two parts before, the third that failed, and two more.
    assert len(calls) == 5
    check_equal(tmp_path, whole[0])


def test_what_another_run_left_is_not_gone_on_with(model, folder, whole, tmp_path):
    journal = {"key": {"split": "test"}, "done": 64, "faults": {}}
    (tmp_path / "embeddings_progress.json").write_text(json.dumps(journal))
    (tmp_path / "image_embeddings.partial.npy").write_bytes(b"junk")
    generate_embeddings(model, folder, tmp_path, split="all")
    check_equal(tmp_path, whole[0])


def test_a_wrong_range_leaves_earlier_embeddings(model, folder, tmp_path):
    generate_embeddings(model, folder, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for wrong in ((0.8, 0.0), (0.0, float("nan"))):
        with pytest.raises(ValueError, match="`redshift_range` must be a lowest"):
            generate_embeddings(model, folder, tmp_path, redshift_range=wrong)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_split_has_its_own_rows(model, folder, whole, tmp_path):
    result = generate_embeddings(model, folder, tmp_path, redshift_range=(0.0, 0.2))
    index = open_pair_store(folder).index
    rows = np.flatnonzero(index["split"] == "validation")
    found = open_embeddings(tmp_path)
    assert found.table["object_id"].tolist() == index["object_id"][rows].tolist()
    np.testing.assert_allclose(
        found.spectrum, open_embeddings(whole[0]).spectrum[rows], atol=1e-5
    )
    assert result.num_rows == len(rows)
    assert found.table["redshift"][found.valid].max() <= 0.2


def test_a_damaged_shard_is_named_and_its_rows_are_nan(model, whole, tmp_path):
    folder = write_small_store(tmp_path / "pairs", ROWS)
    path = folder / "images_00001.npy"
    path.write_bytes(path.read_bytes()[:1000])
    result = generate_embeddings(model, folder, tmp_path / "out", split="all")
    assert list(result.damaged) == ["images_00001.npy"]
    assert sorted(result.faults) == list(range(32, 64))
    found, expected = open_embeddings(tmp_path / "out"), open_embeddings(whole[0])
    assert np.isnan(found.image[32:64]).all()
    assert np.isfinite(found.image[64:]).all()
    np.testing.assert_array_equal(found.spectrum, expected.spectrum)
    assert not found.valid[32:64].any()
    assert found.table["reason"][40] == "image is in a damaged file"


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"wavelength": {"start": 3650.0, "step": 8.0, "num": 503}}, "`wavelength`"),
        ({"bands": ["g", "r", "i"]}, "`bands`"),
        ({"pixel_scale": 0.4}, "`pixel_scale`"),
    ],
)
def test_data_of_another_kind_are_refused(model, tmp_path, settings, rule):
    folder = write_small_store(tmp_path / "pairs", 40, **settings)
    with pytest.raises(ValueError, match=f"{rule} must be that of"):
        generate_embeddings(model, folder, tmp_path / "out", split="all")
    assert not (tmp_path / "out").exists()


def test_bad_arguments(model, folder, tmp_path):
    with pytest.raises(ValueError, match="`batch_size` and `workers`"):
        generate_embeddings(model, folder, tmp_path, batch_size=0)
    with pytest.raises(ValueError, match="`format` must be"):
        generate_embeddings(model, folder, tmp_path, formats=("csv",))
    with pytest.raises(ValueError, match="holds test, train, validation"):
        generate_embeddings(model, folder, tmp_path, split="exam")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        generate_embeddings(tmp_path / "no.keras", folder, tmp_path)
