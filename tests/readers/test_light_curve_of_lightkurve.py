"""Files that lightkurve's `LightCurve.to_fits` writes."""

import warnings

import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers import read_light_curve
from mesa_keras.readers.light_curve_files import find_light_curves

TIME = np.array([1325.5, 1325.6, 1325.7])
FLUX = np.array([1.0, 0.99, 1.01])


def write(path, creator="lightkurve.LightCurve.to_fits()", unit="btjd", **keywords):
    primary = fits.PrimaryHDU()
    primary.header.update({"CREATOR": creator, "MISSION": "TESS", "OBJECT": "25155310"})
    primary.header.update(keywords)
    columns = [
        fits.Column("TIME", "D", unit=unit, array=TIME),
        fits.Column("FLUX", "E", array=FLUX),
        fits.Column("FLUX_ERR", "E", array=np.full(3, 0.01)),
        fits.Column("QUALITY", "J", array=[0, 128, 0]),
    ]
    table = fits.BinTableHDU.from_columns(columns, name="LIGHTCURVE")
    fits.HDUList([primary, table]).writeto(path)
    return path


def test_what_it_wrote_is_read(tmp_path):
    path = write(tmp_path / "lc.fits", SECTOR=3)
    curve = read_light_curve(path)
    np.testing.assert_array_equal(curve.time, TIME)
    np.testing.assert_allclose(curve.flux, FLUX, rtol=1e-6)
    np.testing.assert_allclose(curve.flux_err, 0.01, rtol=1e-6)
    (part,) = curve.segments
    told = curve.time_system, curve.star_id, part.name, part.product, curve.flux_unit
    assert told == ("BTJD", "TIC 25155310", "sector 3", "lightkurve", "relative")


def test_its_choice_of_cadences_is_kept_unless_asked(tmp_path):
    path = write(tmp_path / "lc.fits")
    for quality, count in (("recommended", 3), ("strict", 2), ("none", 3)):
        assert len(read_light_curve(path, quality=quality)) == count


@pytest.mark.parametrize(
    ("mission", "star"),
    [("Kepler", "KIC 25155310"), ("K2", "EPIC 25155310"), ("other", "25155310")],
)
def test_the_star_is_of_the_missions_catalogue(tmp_path, mission, star):
    path = write(tmp_path / "lc.fits", unit="bkjd", MISSION=mission)
    curve = read_light_curve(path)
    assert (curve.star_id, curve.time_system) == (star, "BKJD")
    found = find_light_curves(tmp_path)
    assert found.find("object", star) == [path]


def test_days_of_an_unknown_system_stay_unknown(tmp_path):
    path = write(tmp_path / "lc.fits", unit="jd")
    assert read_light_curve(path).time_system == "unknown"


@pytest.mark.parametrize(
    "creator",
    ["lightkurve.FoldedLightCurve.to_fits()", "lightkurve.TargetPixelFileFactory", ""],
)
def test_what_is_no_curve_in_time_is_refused(tmp_path, creator):
    path = write(tmp_path / "folded.fits", creator=creator)
    with pytest.raises(ValueError, match=r"folded\.fits: no table with TIME"):
        read_light_curve(path)


@pytest.mark.slow  # lightkurve takes seconds to load
def test_a_real_file_through_lightkurve_and_back(tmp_path, real_data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on optional parts that are not installed
        lightkurve = pytest.importorskip("lightkurve")
        source = next((real_data / "raw_light_curves").glob("*261136679*_lc.fits"))
        theirs = lightkurve.read(source)
        theirs.to_fits(tmp_path / "all.fits")
        theirs.normalize().fold(6.268).to_fits(tmp_path / "folded.fits")
    own, back = read_light_curve(source), read_light_curve(tmp_path / "all.fits")
    assert (back.star_id, back.time_system) == (own.star_id, own.time_system)
    both = np.intersect1d(own.time, back.time)
    assert len(both) > 0.99 * len(own)
    np.testing.assert_array_equal(
        back.flux[np.isin(back.time, both)], own.flux[np.isin(own.time, both)]
    )
    with pytest.raises(ValueError, match="no table with TIME"):
        read_light_curve(tmp_path / "folded.fits")
