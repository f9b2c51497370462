import gzip

import numpy as np
import pytest

from mesa_keras.readers.light_curve_files import find_light_curves, star_of_file
from tests import archive_light_curves as archive

TIME, FLUX = np.arange(5.0), np.ones(5)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    archive.write_kepler(tmp_path / "deep" / "q2.fits", TIME, FLUX, star=757450)
    archive.write_kepler(tmp_path / "deep" / "q1.fits", TIME, FLUX, star=757450)
    archive.write_k2(tmp_path / "k2.fits", TIME, FLUX, star=201367065)
    archive.write_tess(tmp_path / "tess.fits", TIME, FLUX, star=757450)
    archive.write_qlp(tmp_path / "qlp.fits", TIME, FLUX, star=261136679)
    (tmp_path / "x_tp.fits").write_bytes((tmp_path / "tess.fits").read_bytes())
    whole = (tmp_path / "qlp.fits").read_bytes()
    (tmp_path / "packed.fits.gz").write_bytes(gzip.compress(whole, mtime=0))
    (tmp_path / "TIC 0042 sector 1.csv").write_text("time,flux\n1,1\n")
    (tmp_path / "1234.csv").write_text("time,flux\n1,1\n")
    (tmp_path / "K00001.01.csv").write_text("time,flux\n1,1\n")
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "empty.fits").write_bytes(b"")
    return find_light_curves(tmp_path)


@pytest.mark.parametrize(
    ("star", "catalogue", "names"),
    [
        ("KIC 757450", None, ["q1.fits", "q2.fits"]),
        ("757450", "KIC", ["q1.fits", "q2.fits"]),
        ("757450", "TIC", ["tess.fits"]),
        ("EPIC 201367065", None, ["k2.fits"]),
        ("201367065", None, ["k2.fits"]),
        ("TIC 0261136679", None, ["packed.fits.gz", "qlp.fits"]),
        ("TIC 42", None, ["TIC 0042 sector 1.csv"]),
        ("TIC 1234", None, ["1234.csv"]),
        ("TIC 5", None, []),
        ("HD 39091", None, []),
    ],
)
def test_files_of_a_star(folder, star, catalogue, names):
    found = folder.find("some object", star, catalogue)
    assert [path.name for path in found] == names


def test_tables_named_after_objects(folder):
    assert folder.find("K00001.01", "5")[0].name == "K00001.01.csv"
    assert [path.name for path in folder.unknown] == ["empty.fits"]


def test_same_number_in_two_catalogues(folder):
    with pytest.raises(ValueError, match="has files of KIC 757450 and TIC 757450"):
        folder.find("some object", "757450")


def test_header_of_real_files(real_data):
    for path in sorted((real_data / "raw_light_curves").glob("*.fits")):
        assert star_of_file(path) == f"TIC {int(path.name.split('-')[2])}"
    for path in sorted((real_data / "bad_files").glob("*.fit*")):
        assert "TIC" not in star_of_file(path)


def test_rejects(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find_light_curves(tmp_path / "absent")
    with pytest.raises(ValueError, match="no light curve"):
        find_light_curves(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="must be a folder"):
        find_light_curves(tmp_path / "file")
