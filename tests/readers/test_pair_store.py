import json

import numpy as np
import pandas as pd
import pytest

from mesa_keras.readers.pair_store import open_pair_store
from tests.small_pairs import BINS, make_arrays, make_index, make_store


@pytest.fixture
def folder(tmp_path):
    return make_store(tmp_path / "store")


def edit(folder, **changes):
    """Changes fields of store.json."""
    path = folder / "store.json"
    settings = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps(settings))


def replace_index(folder, frame):
    frame.to_parquet(folder / "index.parquet", index=False)


def test_rows_come_as_they_were_written(folder):
    store = open_pair_store(folder)
    images, flux, ivar = make_arrays()
    assert len(store) == store.num_rows == 12
    rows = np.arange(12)
    np.testing.assert_array_equal(store.images(rows), images)
    assert store.images(rows).dtype == np.float16
    for got, want in zip(store.spectra(rows), (flux, ivar), strict=True):
        np.testing.assert_array_equal(got, want)
        assert got.dtype == np.float32
    pd.testing.assert_frame_equal(store.index, make_index())
    assert store.wavelengths.shape == (BINS,)
    assert store.faults == {}
    assert store.verify() == {}


@pytest.mark.parametrize(
    "rows", [[11], [7, 0, 4, 5], [3, 3, 9, 3], [4, 5, 6, 1, 2], [], list(range(12))]
)
def test_any_rows_in_any_order(folder, rows):
    store = open_pair_store(folder)
    images, flux, ivar = make_arrays()
    rows = np.array(rows, int)
    np.testing.assert_array_equal(store.images(rows), images[rows])
    got = store.spectra(rows)
    np.testing.assert_array_equal(got[0], flux[rows])
    np.testing.assert_array_equal(got[1], ivar[rows])


@pytest.mark.parametrize(
    ("rows", "message"),
    [([12], "between 0 and 11"), ([-1], "between"), ([[1]], "one-dim"), ([0.5], "int")],
)
def test_rows_must_be_of_the_store(folder, rows, message):
    with pytest.raises(ValueError, match=message):
        open_pair_store(folder).images(rows)


def test_splits(tmp_path):
    split = ["train"] * 8 + ["test"] * 4
    store = open_pair_store(make_store(tmp_path / "s", split=split))
    assert store.rows_of("test").tolist() == [8, 9, 10, 11]
    assert store.rows_of("all").size == 12
    with pytest.raises(ValueError, match=r"holds test, train. Received: 'validation'"):
        store.rows_of("validation")


def test_a_store_without_splits_has_all_rows(folder):
    store = open_pair_store(folder)
    assert store.rows_of("all").size == 12
    with pytest.raises(ValueError, match="no column 'split'"):
        store.rows_of("train")


def truncate(path):
    path.write_bytes(path.read_bytes()[:-10])


def reshape(path):
    array = np.load(path)
    np.save(path, array[:, :-1])


DAMAGE = {
    "truncated": (truncate, "promises"),
    "wrong shape": (reshape, "must hold"),
    "missing": (lambda path: path.unlink(), "No such file"),
    "foreign": (lambda path: path.write_text("hello"), "no NumPy file"),
    "empty": (lambda path: path.write_bytes(b""), "no NumPy file"),
    "other type": (lambda path: np.save(path, np.zeros(3)), "must hold"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", ["images", "flux", "ivar"])
def test_a_damaged_shard_is_named_and_its_rows_are_missing(folder, kind, damage):
    whole = open_pair_store(folder).fingerprint
    harm, reason = DAMAGE[damage]
    name = f"{kind}_00001.npy"
    harm(folder / name)
    store = open_pair_store(folder)
    assert list(store.faults) == [name]
    assert reason in store.faults[name]
    assert store.fingerprint != whole
    images, flux, ivar = make_arrays()
    hit = np.isin(np.arange(12), [5, 6, 7, 8, 9])
    rows = np.arange(12)
    got = store.images(rows), *store.spectra(rows)
    for array, want in zip(got, (images, flux, ivar), strict=True):
        np.testing.assert_array_equal(array[~hit], want[~hit])
    if kind == "images":
        assert np.isnan(got[0][hit]).all()
        np.testing.assert_array_equal(got[1], flux)
        np.testing.assert_array_equal(store.damaged_images, hit)
    else:
        assert np.isnan(got[1][hit]).all()
        assert (got[2][hit] == 0).all()
        np.testing.assert_array_equal(got[0], images)
        np.testing.assert_array_equal(store.damaged_spectra, hit)


def test_a_file_that_shrinks_while_it_is_open(folder):
    store = open_pair_store(folder)
    truncate(folder / "flux_00000.npy")
    flux, ivar = store.spectra([4, 5])
    assert np.isnan(flux[0]).all()
    assert (ivar[0] == 0).all()
    assert np.isfinite(flux[1]).all()
    assert store.faults == {"flux_00000.npy": "the file ends before its rows do"}


def test_changed_content_is_found_by_verification(folder):
    path = folder / "ivar_00002.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    store = open_pair_store(folder)
    assert store.faults == {}
    assert store.verify() == {"ivar_00002.npy": "its content has changed"}
    assert (store.spectra([11])[1] == 0).all()


def test_a_store_of_one_shard_that_is_damaged_can_be_opened(tmp_path):
    folder = make_store(tmp_path / "s", settings={"shard_rows": 12})
    truncate(folder / "images_00000.npy")
    store = open_pair_store(folder)
    assert list(store.faults) == ["images_00000.npy"]
    assert np.isnan(store.images([3])).all()
    assert np.isfinite(store.spectra([3])[0]).all()


def test_an_image_shape_that_fits_no_shard(folder):
    edit(folder, image_shape=[32, 32])
    with pytest.raises(ValueError, match=r"fits no file of images: .*holds float16"):
        open_pair_store(folder)


def test_another_wavelength_grid_than_that_of_the_arrays(folder):
    edit(folder, wavelength={"start": 3600.0, "step": 0.8, "num": 7781})
    with pytest.raises(ValueError, match=r"fits no file of flux"):
        open_pair_store(folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "something else"),
        ("wavelength", {"start": 3600.0, "step": -0.8, "num": 60}),
        ("wavelength", {"start": 3600.0, "num": 60}),
        ("wavelength", [3600.0, 0.8]),
        ("image_shape", [24]),
        ("image_shape", [24, 0]),
        ("bands", ["g", "g", "z"]),
        ("bands", []),
        ("shard_rows", 2.5),
        ("simulated", "yes"),
        ("pixel_scale", 0),
        ("shards", []),
        ("shards", [{"name": "../x", "rows": 5, "fingerprint": ""}]),
    ],
)
def test_settings_that_make_no_sense(folder, field, value):
    edit(folder, **{field: value})
    with pytest.raises(ValueError, match=rf"store.json: `{field}` must"):
        open_pair_store(folder)


def test_settings_that_lack_or_are_no_json(folder):
    path = folder / "store.json"
    settings = json.loads(path.read_text())
    del settings["bands"]
    path.write_text(json.dumps(settings))
    with pytest.raises(ValueError, match="`bands` is missing"):
        open_pair_store(folder)
    path.write_text("{")
    with pytest.raises(ValueError, match="not readable as JSON"):
        open_pair_store(folder)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"store.json: no such file, so"):
        open_pair_store(folder)


def test_no_folder_and_no_index(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        open_pair_store(tmp_path / "nothing")
    (folder / "index.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"index.parquet"):
        open_pair_store(folder)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"object_id": [7] * 12}, "object_id 7 stands in rows 0 and 1"),
        ({"object_id": np.arange(12.0)}, "'object_id' must hold integers"),
        ({"object_id": [str(i) for i in range(12)]}, "'object_id' must hold integers"),
        ({"image_valid": np.ones(12, int)}, "'image_valid' must be boolean"),
        ({"spectrum_valid": [True] * 11 + [None]}, "'spectrum_valid' must be boolean"),
        ({"redshift": ["0.1"] * 12}, "'redshift' must hold numbers"),
        ({"split": ["training"] * 12}, "'split' must hold train, .*'training' in row"),
        ({"source_id": np.full(12, np.nan)}, "'source_id' must hold integers"),
    ],
)
def test_an_index_that_breaks_a_rule(folder, columns, message):
    replace_index(folder, make_index(**columns))
    with pytest.raises(ValueError, match=f"index.parquet: .*{message}"):
        open_pair_store(folder)


def test_an_index_without_a_column_or_with_other_rows(folder):
    replace_index(folder, make_index().drop(columns="reason"))
    with pytest.raises(ValueError, match="column 'reason' is missing"):
        open_pair_store(folder)
    replace_index(folder, make_index(11))
    with pytest.raises(
        ValueError, match=r"has 11 rows, and the shards of store.json 1"
    ):
        open_pair_store(folder)


def test_unknown_redshift_and_absent_reason_are_no_error(tmp_path):
    folder = make_store(
        tmp_path / "s", redshift=[np.nan] * 12, reason=[None] * 11 + ["late"]
    )
    index = open_pair_store(folder).index
    assert index["redshift"].isna().all()
    assert index["reason"].tolist() == [""] * 11 + ["late"]
