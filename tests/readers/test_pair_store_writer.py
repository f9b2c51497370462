import itertools
import json

import numpy as np
import pytest

from mesa_keras.readers.pair_store import open_pair_store
from mesa_keras.readers.pair_store_writer import (
    PairStoreWriter,
    store_settings,
    write_pair_store,
)
from tests.small_pairs import SETTINGS, make_arrays, make_index, make_store

NAMES = {
    *("index.parquet", "store.json"),
    *(f"{k}_0000{n}.npy" for k in ("images", "flux", "ivar") for n in range(3)),
}
KEYS = ["a", "b", "c"]


def shards():
    images, flux, ivar = make_arrays()
    return [
        (images[rows], flux[rows], ivar[rows])
        for rows in (slice(0, 5), slice(5, 10), slice(10, 12))
    ]


def makers(calls, fail_at=None):
    """Functions that make the shards and note that they were called."""

    def maker(number, block):
        def make():
            if number == fail_at:
                raise RuntimeError("killed")
            calls.append(number)
            return block

        return make

    return [maker(number, block) for number, block in enumerate(shards())]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_and_settings(tmp_path):
    folder = make_store(tmp_path / "s", settings={"about": {"seed": 3}})
    assert {path.name for path in folder.iterdir()} == NAMES
    settings = json.loads((folder / "store.json").read_text())
    assert settings["about"] == {"seed": 3}
    assert settings["simulated"] is True
    assert [shard["rows"] for shard in settings["shards"]] == [5, 5, 2]


@pytest.mark.parametrize("sizes", [[1] * 12, [12], [7, 5], [2, 6, 4], [5, 5, 2]])
def test_blocks_of_any_size_give_the_same_files(tmp_path, sizes):
    arrays = make_arrays()
    borders = np.cumsum([0, *sizes])
    parts = [
        tuple(array[a:b] for array in arrays) for a, b in itertools.pairwise(borders)
    ]
    folder = write_pair_store(tmp_path / "s", make_index(), parts, settings=SETTINGS)
    assert contents(folder) == contents(make_store(tmp_path / "other"))


def test_an_interrupted_writing_goes_on(tmp_path):
    folder, calls = tmp_path / "s", []
    with pytest.raises(RuntimeError):
        write_pair_store(
            folder, make_index(), makers(calls, 2), settings=SETTINGS, resume=KEYS
        )
    assert calls == [0, 1]
    with pytest.raises(FileNotFoundError, match="was interrupted"):
        open_pair_store(folder)
    write_pair_store(
        folder, make_index(), makers(calls), settings=SETTINGS, resume=KEYS
    )
    assert calls == [0, 1, 2]
    other = write_pair_store(
        tmp_path / "o", make_index(), makers([]), settings=SETTINGS, resume=KEYS
    )
    assert contents(folder) == contents(other)


def test_what_is_whole_and_made_from_the_same_stays(tmp_path):
    folder, calls = tmp_path / "s", []

    def write(keys=KEYS, **changes):
        calls.clear()
        settings = {**SETTINGS, **changes}
        write_pair_store(
            folder, make_index(), makers(calls), settings=settings, resume=keys
        )
        open_pair_store(folder)
        return calls

    assert write() == [0, 1, 2]
    assert write() == []
    assert write(about={"words": "only"}) == []
    assert write(["a", "other", "c"]) == [1]
    assert write(["a", "other", "c"]) == []
    (folder / "flux_00002.npy").unlink()
    assert write(["a", "other", "c"]) == [2]
    assert write(["a", "other", "c"], pixel_scale=0.3) == [0, 1, 2]


def test_shards_of_a_larger_store_are_removed(tmp_path):
    folder = make_store(tmp_path / "s", 24)
    assert (folder / "flux_00004.npy").exists()
    make_store(folder)
    assert {path.name for path in folder.iterdir()} == NAMES
    assert open_pair_store(folder).verify() == {}


def test_shards_may_be_written_in_any_order(tmp_path):
    writer = PairStoreWriter(tmp_path / "s", 12, SETTINGS)
    for shard in (2, 0):
        writer.write(shard, *shards()[shard])
    with pytest.raises(ValueError, match="shard 1 of 3 has not been written"):
        writer.finish(make_index())
    writer.write(1, *shards()[1])
    assert contents(writer.finish(make_index())) == contents(
        make_store(tmp_path / "other")
    )


def test_rows_without_image_or_spectrum_keep_their_place(tmp_path):
    images, flux, ivar = make_arrays()
    images[3], flux[7], ivar[7] = np.nan, np.nan, 0
    store = open_pair_store(make_store(tmp_path / "s", arrays=(images, flux, ivar)))
    got = store.images(np.arange(12))
    assert np.isnan(got).all(axis=(1, 2, 3)).tolist() == [i == 3 for i in range(12)]
    assert np.isnan(store.spectra([7])[0]).all()


def test_half_precision_has_no_infinity(tmp_path):
    images, flux, ivar = make_arrays()
    images = images.astype("float32")
    images[0, 1, 1] = 1e6
    store = open_pair_store(make_store(tmp_path / "s", arrays=(images, flux, ivar)))
    assert store.images([0])[0, 1, 1].tolist() == [65504.0] * 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda i, f, v: (i[:, :20], f, v), r"`images` of shard 0 must have shape"),
        (lambda i, f, v: (i, f[:, :50], v[:, :50]), r"`flux` of shard 0 must have sh"),
        (lambda i, f, v: (i, f, v * np.nan), r"`ivar` of shard 0 must be finite"),
        (lambda i, f, v: (i, f, -v), r"`ivar` of shard 0 must be finite"),
        (lambda i, f, v: (i[:9], f, v), r"as many rows"),
        (lambda i, f, v: (i[:9], f[:9], v[:9]), r"must fill the 12 rows"),
        (lambda i, f, v: [np.concatenate([a, a]) for a in (i, f, v)], r"more than"),
    ],
)
def test_blocks_that_do_not_fit(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        make_store(tmp_path / "s", arrays=change(*make_arrays()))
    assert not (tmp_path / "s" / "store.json").exists()


def test_blocks_of_mixed_shapes(tmp_path):
    images, flux, ivar = make_arrays()
    parts = [
        (images[:2], flux[:2], ivar[:2]),
        (images[2:, :20], flux[2:], ivar[2:]),
    ]
    with pytest.raises(ValueError, match="must have one shape"):
        write_pair_store(tmp_path / "s", make_index(), parts, settings=SETTINGS)


def test_wrong_index_or_keys(tmp_path):
    with pytest.raises(ValueError, match="object_id 1 stands in rows"):
        make_store(tmp_path / "s", object_id=[1] * 12)
    with pytest.raises(ValueError, match="a key for each of 3 shards"):
        write_pair_store(
            tmp_path, make_index(), shards(), settings=SETTINGS, resume=["a"]
        )
    with pytest.raises(ValueError, match="must fill 3 shards"):
        write_pair_store(
            tmp_path, make_index(), shards()[:2], settings=SETTINGS, resume=KEYS
        )
    writer = PairStoreWriter(tmp_path / "w", 12, SETTINGS)
    with pytest.raises(ValueError, match="must have 12 rows"):
        writer.finish(make_index(5))
    with pytest.raises(ValueError, match="`num_rows` must be 1"):
        PairStoreWriter(tmp_path / "w", 0)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "store.json").write_text('{"format": "theirs"}')
    with pytest.raises(FileExistsError, match="no store of galaxy pairs"):
        make_store(tmp_path)
    assert (tmp_path / "store.json").read_text() == '{"format": "theirs"}'
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        make_store(tmp_path / "file")


def test_unknown_settings():
    with pytest.raises(ValueError, match="no field 'pixelscale'"):
        store_settings(pixelscale=1.0)
