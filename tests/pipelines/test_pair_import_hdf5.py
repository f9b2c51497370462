import numpy as np
import pytest

from mesa_keras.pipelines.pair_import_hdf5 import import_hdf5
from mesa_keras.readers import open_pair_store
from mesa_keras.readers.desi_pairs_hdf5 import DesiPairs, read_desi_pairs
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from tests.readers.small_galaxies import write_pairs


def test_rows_of_the_file_are_rows_of_the_store(tmp_path):
    path = write_pairs(tmp_path / "p.h5")
    done = import_hdf5(path, tmp_path / "s", shard_rows=4)
    store = open_pair_store(tmp_path / "s")
    pairs = read_desi_pairs(path)
    images, flux, _ = pairs.read(0, 15)
    np.testing.assert_array_equal(store.images(range(15)), images.astype("float16"))
    stored, ivar = store.spectra(range(15))
    np.testing.assert_array_equal(stored, flux)
    assert store.index["object_id"].tolist() == pairs.object_id.tolist()
    np.testing.assert_array_equal(store.index["redshift"], pairs.redshift)
    assert not store.settings["simulated"]
    # The noise of the file is 1, and it tells no inverse variance.
    assert np.median(ivar[1]) == pytest.approx(1.0, rel=0.2)
    assert any("estimated" in warning for warning in done.warnings)
    # The first spectrum of each group is zero, but for the mark of its row.
    bad = np.flatnonzero(~store.index["spectrum_valid"])
    assert bad.tolist() == [0, 5]
    assert store.index["reason"][0] == "spectrum is all zero"
    assert store.index["image_valid"].all()
    tests = np.flatnonzero(store.index["split"] == "test")
    assert tests.tolist() == [4, 13, 14]
    assert done.faults == {}


def test_inverse_variances_of_the_file_are_kept(tmp_path):
    ivar = np.full((4, 7781), 2.0, "float32")
    ivar[1] = np.nan
    ivar[2] = 0
    path = write_pairs(tmp_path / "p.h5", [4], ivar=ivar, redshift=np.full(4, np.nan))
    import_hdf5(path, tmp_path / "s", split=False)
    store = open_pair_store(tmp_path / "s")
    assert (store.spectra([3])[1] == 2).all()
    assert (store.spectra([1, 2])[1] == 0).all()
    assert store.index["redshift"].isna().all()
    # Those of the file stay, and nothing is held back besides.
    assert store.index["split"].tolist() == ["train"] * 3 + ["test"]
    reason = "spectrum has no inverse variance above 0"
    assert store.index["reason"].tolist()[1:] == [reason, reason, ""]


def test_pixels_without_a_number_are_missing(tmp_path):
    def broken(images):
        images[1] = np.inf
        images[2, 3, 3] = [np.inf, -np.inf, 7.0]
        return images

    path = write_pairs(tmp_path / "p.h5", [4], image=broken)
    import_hdf5(path, tmp_path / "s")
    store = open_pair_store(tmp_path / "s")
    assert store.index["image_valid"].tolist() == [True, False, True, True]
    assert store.index["reason"][1] == "no image"
    pixel = store.images([2])[0, 3, 3]
    assert np.isnan(pixel[:2]).all()
    assert pixel[2] == 7


def test_repeated_targets_keep_their_rows(tmp_path):
    ids = np.array([5, 6, 5, 7, 5])
    path = write_pairs(tmp_path / "p.h5", [5], targetid=ids)
    done = import_hdf5(path, tmp_path / "s")
    index = open_pair_store(tmp_path / "s").index
    assert index["object_id"].tolist() == [5, 6, -3, 7, -5]
    assert index["source_id"].tolist() == ids.tolist()
    # The last row, a test by its place, goes with the first of its target.
    assert index["split"].tolist() == ["train"] * 5
    assert any("2 rows repeat a target" in warning for warning in done.warnings)


def test_new_ids_of_repeated_targets_are_none_of_the_file(tmp_path):
    path = write_pairs(tmp_path / "p.h5", [5], targetid=np.array([5, -3, 5, 7, 5]))
    import_hdf5(path, tmp_path / "s")
    index = open_pair_store(tmp_path / "s").index
    assert index["object_id"].tolist() == [5, -3, -6, 7, -8]


def test_an_interrupted_import_goes_on(tmp_path, monkeypatch):
    path = write_pairs(tmp_path / "p.h5")
    reads = []
    read = DesiPairs.read

    def broken(self, start, stop):
        reads.append(start)
        if start >= 8 and len(reads) == 3:
            raise KeyboardInterrupt
        return read(self, start, stop)

    monkeypatch.setattr(DesiPairs, "read", broken)
    with pytest.raises(KeyboardInterrupt):
        import_hdf5(path, tmp_path / "s", shard_rows=4)
    import_hdf5(path, tmp_path / "s", shard_rows=4)
    assert reads == [0, 4, 8, 8, 12]
    import_hdf5(path, tmp_path / "s", shard_rows=4)
    assert len(reads) == 5
    assert open_pair_store(tmp_path / "s").verify() == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spectrum": lambda flux: flux[:, :4000]}, "must have the 7781 bins.*4000"),
        ({"image": lambda images: images[..., :2]}, "bands g, r, z, and have 2"),
    ],
)
def test_another_grid_or_other_bands(tmp_path, changes, message):
    path = write_pairs(tmp_path / "p.h5", **changes)
    with pytest.raises(GalaxyFileError, match=message):
        import_hdf5(path, tmp_path / "s")
    assert not (tmp_path / "s").exists()
