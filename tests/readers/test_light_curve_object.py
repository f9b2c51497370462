import warnings

import numpy as np
import pytest
from astropy import units
from astropy.table import MaskedColumn
from astropy.time import Time
from astropy.timeseries import TimeSeries
from astropy.utils.masked import Masked

from mesa_keras.readers import from_lightkurve, read_light_curve, stitch
from tests import archive_light_curves as archive


def series(**columns):
    """What lightkurve's class is derived from, with the keywords of a file."""
    curve = TimeSeries(time=Time([2458001.5, 2458000.5], format="jd"))
    for name, values in columns.items():
        curve[name] = values
    curve.meta.update(
        {
            "MISSION": "TESS",
            "TICID": 261136679,
            "SECTOR": 1,
            "LABEL": "TIC 261136679",
            "CROWDSAP": 0.9,
        }
    )
    return curve


def test_columns_and_keywords():
    curve = series(
        flux=[1.0, 2.0] * units.Unit("electron / s"),
        flux_err=[0.1, 0.2] * units.Unit("electron / s"),
        centroid_col=[5.0, 6.0] * units.pixel,
        centroid_row=[7.0, 8.0] * units.pixel,
    )
    ours = from_lightkurve(curve)
    assert ours.time.tolist() == [2458000.5, 2458001.5]
    assert ours.flux.tolist() == [2, 1]
    assert ours.flux_err.tolist() == [0.2, 0.1]
    assert ours.centroid.tolist() == [[6, 8], [5, 7]]
    assert (ours.time_system, ours.mission, ours.star_id) == (
        "BJD",
        "TESS",
        "TIC 261136679",
    )
    assert (ours.segments[0].name, ours.crowding()) == ("sector 1", 0.9)


def test_masked_values_are_missing():
    curve = series(flux=Masked([1.0, 2.0] * units.one, mask=[True, False]))
    assert from_lightkurve(curve).flux.tolist() == [2]
    curve = series(flux=MaskedColumn([1.0, 2.0], mask=[False, True]))
    assert from_lightkurve(curve).flux.tolist() == [1]


@pytest.mark.parametrize(
    "style", ["jd", pytest.param("btjd of lightkurve", marks=pytest.mark.slow)]
)
def test_masked_times_are_left_out(style, request):
    days = np.ma.array([1325.5, 1326.5, 1327.5], mask=[False, True, False])
    if style == "jd":
        time, expected = Time(days + 2457000, format="jd", scale="tdb"), 2457000
    else:
        request.getfixturevalue("lightkurve")
        time, expected = Time(days, format="btjd", scale="tdb"), 0
    curve = TimeSeries(time=time)
    curve["flux"] = [1.0, 2.0, 3.0]
    ours = from_lightkurve(curve)
    assert ours.time.tolist() == [expected + 1325.5, expected + 1327.5]
    assert ours.flux.tolist() == [1, 3]


def test_magnitudes_are_refused():
    curve = series(flux=[10.0, 10.1] * units.mag)
    with pytest.raises(ValueError, match=r"TIC 261136679: the flux must be linear"):
        from_lightkurve(curve)


def test_star_and_motion_are_those_of_the_file():
    curve = series(
        flux=[1.0, 2.0],
        centroid_col=[5.0, 6.0] * units.pixel,
        centroid_row=[7.0, 8.0] * units.pixel,
        pos_corr1=[0.5, 0.25] * units.pixel,
        pos_corr2=[0.0, 0.5] * units.pixel,
    )
    curve.meta.update({"TEFF": 5992.1, "TESSMAG": 5.1, "LOGG": None})
    ours = from_lightkurve(curve)
    assert ours.centroid.tolist() == [[5.75, 7.5], [4.5, 7.0]]
    assert ours.star_values == {"stellar_temp": 5992.1, "magnitude": 5.1}


def test_rejects():
    with pytest.raises(TypeError, match="Received: dict"):
        read_light_curve({"time": [1.0]})
    with pytest.raises(ValueError, match=r"lightkurve object TIC 261136679: no cad"):
        from_lightkurve(series(flux=[np.nan, np.nan]))


@pytest.fixture(scope="module")
def lightkurve():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on optional parts that are not installed
        return pytest.importorskip("lightkurve")


@pytest.mark.slow  # lightkurve takes seconds to load
def test_reads_what_lightkurve_has_read(lightkurve, tmp_path):
    time = 500 + archive.LONG_CADENCE_DAYS * np.arange(300)
    flux = np.full(300, 1000.0)
    flux[7] = np.nan
    path = tmp_path / "lc.fits"
    archive.write_kepler(path, time, flux)
    theirs = lightkurve.io.kepler.read_kepler_lightcurve(str(path))
    ours, taken = read_light_curve(path), read_light_curve(theirs)
    np.testing.assert_allclose(taken.time, ours.time)
    np.testing.assert_allclose(taken.flux, ours.flux)
    np.testing.assert_allclose(taken.flux_err, ours.flux_err)
    np.testing.assert_allclose(taken.centroid, ours.centroid)
    assert (taken.time_system, taken.mission) == ("BKJD", "Kepler")
    assert (taken.star_id, taken.flux_unit) == ("KIC 757450", "e-/s")
    (part,) = taken.segments
    assert part.name == "quarter 3"
    assert part.crowding == pytest.approx(0.95)
    assert len(stitch([taken])) == 299


@pytest.mark.slow  # lightkurve takes seconds to load
def test_plain_objects(lightkurve, tmp_path):
    curve = lightkurve.LightCurve(time=[2458000.5, 2458001.5], flux=[1.0, 0.9])
    ours = from_lightkurve(curve)
    assert (ours.time_system, ours.flux_unit) == ("BJD", "relative")
    assert np.isnan(ours.flux_err).all()
    btjd = lightkurve.TessLightCurve(time=[1325.5, 1326.5], flux=[1.0, 0.9])
    assert from_lightkurve(btjd).time_system == "BTJD"
    btjd.write(tmp_path / "lc.ecsv", format="ascii.ecsv")
    again = read_light_curve(tmp_path / "lc.ecsv")
    assert again.time_system == "BTJD"
    np.testing.assert_allclose(again.time, [1325.5, 1326.5])


@pytest.mark.slow  # lightkurve takes seconds to load
def test_folded_objects_are_refused(lightkurve):
    curve = lightkurve.LightCurve(time=np.arange(9.0), flux=np.ones(9))
    with pytest.raises(TypeError, match="folded"):
        from_lightkurve(curve.fold(period=2.0))
