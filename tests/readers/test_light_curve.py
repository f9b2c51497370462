import gzip

import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers import read_light_curve, to_time_system


def write_fits(path, reference, mission=None, quality="SAP_QUALITY"):
    time = np.arange(10.0)
    time[9] = np.nan
    flags = np.zeros(10, dtype=np.int32)
    flags[3] = 16
    flux = np.linspace(1, 2, 10, dtype=np.float32)
    flux[5] = np.nan
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column("TIME", "D", array=time),
            fits.Column("PDCSAP_FLUX", "E", array=flux),
            fits.Column("PDCSAP_FLUX_ERR", "E", array=flux / 100),
            fits.Column(quality, "J", array=flags),
        ],
        name="LIGHTCURVE",
    )
    table.header["BJDREFI"] = reference
    table.header["BJDREFF"] = 0.25
    primary = fits.PrimaryHDU()
    primary.header["TELESCOP"] = "Kepler"
    if mission:
        primary.header["MISSION"] = mission
    fits.HDUList([primary, table]).writeto(path)


@pytest.mark.parametrize("name", ["lc.fits", "lc.fits.gz"])
def test_kepler_file(tmp_path, name):
    write_fits(tmp_path / name, 2454833, mission="K2")
    curve = read_light_curve(tmp_path / name)
    # Flagged, without flux, without time: left out.
    np.testing.assert_allclose(curve.time, np.array([0, 1, 2, 4, 6, 7, 8]) + 0.25)
    assert curve.time_system == "BKJD"
    assert curve.mission == "K2"
    np.testing.assert_allclose(curve.flux_err, curve.flux / 100, rtol=1e-6)


def test_real_tess_files(real_data):
    files = sorted((real_data / "raw_light_curves").glob("*.fits"))
    for path in files:
        curve = read_light_curve(path)
        assert curve.time_system == "BTJD"
        assert curve.mission == "TESS"
        assert (np.diff(curve.time) > 0).all()
        assert 1325 < curve.time[0] < curve.time[-1] < 1354
        assert np.isfinite(curve.flux).all()


def test_csv_in_order_of_time(tmp_path):
    path = tmp_path / "lc.csv"
    path.write_text("time,flux\n3,1.0\n1,0.9\n2,nan\n,1\n")
    curve = read_light_curve(path)
    assert curve.time.tolist() == [1, 3]
    assert curve.time_system == "unknown"
    assert "reference of its times" in curve.warnings[0]
    assert np.isnan(curve.flux_err).all()
    path.write_text("time,flux,flux_err\n2457001,1.0,0.1\n2457002,0.9,0.1\n")
    assert read_light_curve(path).time_system == "BJD"


def test_bad_files_are_named(tmp_path, real_data):
    whole = next((real_data / "raw_light_curves").glob("*.fits")).read_bytes()
    (tmp_path / "half.fits").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"half\.fits: damaged or truncated"):
        read_light_curve(tmp_path / "half.fits")
    packed = gzip.compress(whole[:200000], mtime=0)
    (tmp_path / "half.fits.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ValueError, match=r"half\.fits\.gz: .*truncated"):
        read_light_curve(tmp_path / "half.fits.gz")
    (tmp_path / "no.csv").write_text("time,brightness\n1,2\n")
    with pytest.raises(ValueError, match=r"no\.csv: .*'flux' is missing"):
        read_light_curve(tmp_path / "no.csv")
    (tmp_path / "nan.csv").write_text("time,flux\n1,nan\n")
    with pytest.raises(ValueError, match=r"nan\.csv: no cadence"):
        read_light_curve(tmp_path / "nan.csv")
    with pytest.raises(FileNotFoundError, match=r"absent\.fits"):
        read_light_curve(tmp_path / "absent.fits")
    for path in sorted((real_data / "bad_files").glob("*.fit*")):
        with pytest.raises(ValueError, match=path.name):
            read_light_curve(path)


def test_time_systems():
    assert to_time_system(100.0, "BKJD", "BTJD") == 100.0 - 2167.0
    assert to_time_system(2457100.0, None, "BTJD") == 100.0
    assert to_time_system(2457100.0, "BKJD", "BKJD") == 2267.0
    assert to_time_system(100.0, None, "BTJD") == 100.0
    assert to_time_system(100.0, "BTJD", "unknown") == 100.0
