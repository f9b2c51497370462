import zipfile

import numpy as np
import pytest

from mesa_keras.readers import DEFAULT_CONVENTION, read_candidates, read_views

IDS = np.array(["a", "b", "c"])
VIEW = np.arange(12, dtype=np.float16).reshape(3, 4)


def write(folder, **arrays):
    np.savez_compressed(folder / "views.npz", **arrays)
    return folder / "views.npz"


def test_joined_by_id_in_the_order_asked(tmp_path):
    path = write(tmp_path, object_id=IDS, global_view=VIEW)
    read = read_views(path, ["c", "x", "a"])
    view = read.views["global_view"]
    assert view.dtype == np.float32
    np.testing.assert_array_equal(view[[0, 2]], VIEW[[2, 0]])
    assert np.isnan(view[1]).all()
    assert read.found.tolist() == [True, False, True]
    assert "no view of 1 of 3 objects" in read.warnings[0]
    assert read.convention == DEFAULT_CONVENTION


def test_convention_of_the_file_and_infinite_values(tmp_path):
    view = VIEW.copy()
    view[0, 0] = np.inf
    path = write(tmp_path, object_id=IDS, local_view=view, convention="median1")
    read = read_views(path, IDS)
    assert read.convention == "median1"
    assert np.isnan(read.views["local_view"][0, 0])
    assert np.isfinite(read.views["local_view"]).sum() == 11


def test_numbers_and_bytes_as_ids(tmp_path):
    for ids in (np.array([1, 2, 3]), np.array([b"1", b"2", b"3"])):
        path = write(tmp_path, object_id=ids, a_view=VIEW)
        assert read_views(path, ["3"]).views["a_view"].tolist() == [[8, 9, 10, 11]]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"global_view": VIEW}, "no array 'object_id'"),
        ({"object_id": IDS}, r"no array named '\*_view'"),
        ({"object_id": IDS, "a_view": VIEW[:2]}, "'a_view' has 2 rows .* 3"),
        ({"object_id": IDS, "a_view": VIEW[:, 0]}, r"'a_view' must have shape \(obj"),
        ({"object_id": IDS, "a_view": VIEW.astype(str)}, "'a_view' must hold numbers"),
        ({"object_id": np.array(["a", "b", "a"]), "a_view": VIEW}, "'a' stands at"),
        ({"object_id": IDS, "a_view": VIEW, "convention": IDS}, "a single text"),
        ({"object_id": np.array([b"\xff"]), "a_view": VIEW[:1]}, "text in UTF-8"),
        ({"object_id": IDS[None], "a_view": VIEW}, "one-dimensional array of text"),
        ({"object_id": IDS.astype(object), "a_view": VIEW}, "'object_id' .* pickle"),
        ({"object_id": IDS, "a_view": VIEW.astype(object)}, "'a_view' .* pickle"),
    ],
)
def test_schema_faults_name_file_and_array(tmp_path, arrays, message):
    with pytest.raises(ValueError, match=rf"views\.npz: .*{message}"):
        read_views(write(tmp_path, **arrays), IDS)


def test_foreign_and_truncated_files(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.npz"):
        read_views(tmp_path / "absent.npz", IDS)
    path = write(tmp_path, object_id=IDS, a_view=VIEW)
    whole = path.read_bytes()
    for content in (b"", b"a,b\n1,2\n", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"views\.npz: not a \.npz archive"):
            read_views(path, IDS)
    np.save(tmp_path / "one.npy", VIEW)
    with pytest.raises(ValueError, match=r"one\.npy: not a"):
        read_views(tmp_path / "one.npy", IDS)


def test_damaged_array_is_named(tmp_path):
    big = np.random.default_rng(0).normal(size=(3, 4000))
    path = write(tmp_path, object_id=IDS, a_view=big)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("a_view.npy")
    content = bytearray(path.read_bytes())
    middle = info.header_offset + info.compress_size // 2
    content[middle : middle + 50] = b"\0" * 50
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"views\.npz: array 'a_view'"):
        read_views(path, IDS)


@pytest.mark.parametrize("name", ["koi", "kepler_tce", "tess_tce"])
def test_real_views_are_joined_row_by_row(real_data, name):
    folder = real_data / name
    table = read_candidates(next(folder.glob("test_data.csv*")))
    read = read_views(folder / "views.npz", table.frame["object_id"])
    assert read.found.all()
    with np.load(folder / "views.npz") as archive:
        ids, views = archive["object_id"], archive["local_view"]
    assert read.views["global_view"].shape == (len(table.frame), 201)
    for row in (0, 17, len(table.frame) - 1):
        place = np.flatnonzero(ids == table.frame["object_id"][row])
        assert len(place) == 1
        expected = views[place[0]].astype(np.float32)
        np.testing.assert_array_equal(read.views["local_view"][row], expected)
    lowest = np.nanmin(read.views["local_view"], axis=1)
    assert np.median(lowest) == pytest.approx(-1, abs=0.01)
