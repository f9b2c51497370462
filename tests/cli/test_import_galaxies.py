import re
import shutil

import numpy as np
import pytest

from cli import import_galaxies
from mesa_keras.readers import open_pair_store
from tests.readers.small_galaxies import write_cutout, write_pairs, write_sdss
from tests.small_pairs import make_store


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def run(*arguments):
    return import_galaxies.main([str(argument) for argument in arguments])


def test_files_to_a_store(tmp_path, store, capsys):
    write_sdss(tmp_path / "spec-0266-51630-0007.fits")
    write_cutout(tmp_path / "266516300007.fits")
    where = ["--spectra", tmp_path, "--images", tmp_path, "--image-size", 16]
    assert run("--output_dir", store, *where) == 0
    shown = capsys.readouterr()
    assert "galaxies" in shown.out
    assert str(store) in shown.out
    assert "importing: 100%" in shown.err
    assert len(open_pair_store(store)) == 1


def test_what_cannot_be_read_is_named_and_the_status_is_1(tmp_path, store, capsys):
    write_sdss(tmp_path / "spec-0266-51630-0007.fits")
    (tmp_path / "spec-0266-51630-0008.fits").write_text("hello")
    assert run("--output_dir", store, "--spectra", tmp_path, "--image_size", 8) == 1
    shown = capsys.readouterr()
    assert "not read: spec-0266-51630-0008.fits: no FITS file" in shown.err
    assert "not read" in shown.out
    index = open_pair_store(store).index
    assert index["spectrum_valid"].tolist() == [True, False]
    assert "cannot be read" in index["reason"][1]


def test_hdf5_to_a_store(tmp_path, store, capsys):
    path = write_pairs(tmp_path / "p.h5")
    assert run("--output-dir", store, "--hdf5", path, "--shard_rows", 4) == 0
    shown = capsys.readouterr()
    assert "note: p.h5: has no inverse variances" in shown.err
    assert "test split" in shown.out
    assert len(open_pair_store(store)) == 15


def test_a_store_is_verified(tmp_path, capsys):
    folder = make_store(tmp_path / "pairs")
    assert run("--verify", folder) == 0
    shown = capsys.readouterr()
    assert "verifying: 100%" in shown.err
    assert "damaged files" in shown.out
    changed, cut = folder / "flux_00001.npy", folder / "images_00002.npy"
    content = bytearray(changed.read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)
    cut.write_bytes(cut.read_bytes()[:-1])
    assert run("--verify", folder) == 1
    shown = capsys.readouterr()
    named = [line for line in shown.err.splitlines() if line.startswith("damaged: ")]
    assert named[0] == f"damaged: {changed}: its content has changed"
    assert named[1].startswith(f"damaged: {cut}: its header promises")
    assert len(named) == 2
    # Of 12 galaxies in shards of 5: the second shard's, and the last two.
    assert re.search(r"galaxies in them\s+7\n", shown.out)
    assert run("--verify", folder, "--table", "t.csv") == 2
    assert "takes a store and nothing to import" in capsys.readouterr().err
    assert run("--verify", tmp_path / "nowhere") == 2
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name either --hdf5, or"),
        (["--hdf5", "a.h5", "--spectra", "b"], "name either --hdf5, or"),
        (["--hdf5", "none.h5"], "none.h5: no such file"),
        (["--spectra", "none"], "none: no such file or folder"),
        (["--images", "text.jpeg", "--pixel_scale", "-1"], "`pixel_scale` must"),
        (["--images", "text.jpeg", "--image_size", "0"], "`image_shape` must"),
        (["--hdf5", "text.jpeg"], "no HDF5 file"),
        (["--table", "text.jpeg"], "needs a column"),
    ],
)
def test_a_wrong_call_ends_with_one_sentence(
    tmp_path, store, capsys, monkeypatch, arguments, message
):
    (tmp_path / "text.jpeg").write_text("hello\n1\n")
    monkeypatch.chdir(tmp_path)
    assert run("--output_dir", store, *arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert lines[-1].startswith("error: ")
    assert message in lines[-1]
    assert not store.exists()


def test_real_galaxies(real_data, tmp_path, store, capsys):
    files = real_data / "galaxies"
    arguments = ["--spectra", files, "--images", files, "--table", tmp_path / "t.csv"]
    (tmp_path / "t.csv").write_text("name,mass\nspec-0266-51630-0215,9.5\n")
    assert run("--output_dir", store, *arguments) == 0
    shown = capsys.readouterr()
    assert "not linear in flux" in shown.err
    pairs = open_pair_store(store)
    assert pairs.verify() == {}
    index = pairs.index.set_index("object_id")
    assert len(index) == 13
    both = index[index["image_valid"] & index["spectrum_valid"]]
    assert sorted(both.index) == [266516300168, 266516300215, 266516300367]
    assert both["redshift"].loc[266516300215] == pytest.approx(0.02165, abs=1e-5)
    assert pairs.index["object_id"][0] == 266516300215
    assert pairs.index["mass"][0] == 9.5
    # The strongest line of a star-forming galaxy is H alpha, on our grid as well.
    flux, ivar = pairs.spectra([0])
    wavelength = pairs.wavelengths
    red = (wavelength > 6000) & (ivar[0] > 0)
    peak = wavelength[red][np.argmax(flux[0][red])]
    assert peak == pytest.approx(6564.61 * 1.02166, abs=2)


def test_an_import_may_be_repeated(tmp_path, store):
    write_sdss(tmp_path / "spec-0266-51630-0007.fits")
    arguments = ["--output_dir", store, "--spectra", tmp_path, "--image_size", 8]
    assert run(*arguments) == 0
    before = open_pair_store(store).fingerprint
    assert run(*arguments) == 0
    assert open_pair_store(store).fingerprint == before
    shutil.rmtree(store)
    store.mkdir()
    (store / "store.json").write_text("{}")
    assert run(*arguments) == 2
