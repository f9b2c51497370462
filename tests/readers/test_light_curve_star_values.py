import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers import read_light_curve, read_light_curves, stitch
from tests import archive_light_curves as archive

TIME = np.arange(100.0, 102.0, archive.LONG_CADENCE_DAYS)


def write(path, **keywords):
    archive.write_kepler(path, TIME, np.full(TIME.size, 1000.0))
    with fits.open(path, mode="update") as hdus:
        hdus[0].header.update(keywords)
    return path


def test_values_of_the_star(tmp_path):
    path = write(tmp_path / "a.fits", TEFF=5800, RADIUS=1.1, LOGG="", KEPMAG=13.2)
    expected = {"stellar_temp": 5800, "stellar_radius": 1.1, "magnitude": 13.2}
    assert read_light_curve(path).star_values == expected
    assert read_light_curve(write(tmp_path / "b.fits")).star_values == {}


def test_the_first_of_several_files_counts(tmp_path):
    curves = [
        read_light_curve(write(tmp_path / f"{n}.fits", **keywords))
        for n, keywords in enumerate(({"TEFF": 5000}, {"TEFF": 6000, "LOGG": 4.4}))
    ]
    assert stitch(curves).star_values == {"stellar_temp": 5000, "stellar_logg": 4.4}


def test_real_file(real_data):
    (path,) = (real_data / "raw_light_curves").glob("*261136679*.fits")
    values = read_light_curves([path]).star_values
    assert values["stellar_temp"] == pytest.approx(5992.1, abs=0.1)
    assert values["magnitude"] == pytest.approx(5.105, abs=0.001)
    assert set(values) == {
        *("stellar_temp", "stellar_radius", "stellar_logg", "magnitude"),
    }
