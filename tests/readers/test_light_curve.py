import gzip

import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers import read_light_curve, to_time_system
from tests import archive_light_curves as archive

TIME = np.arange(10.0)
FLUX = np.linspace(1000, 1009, 10)


def spoiled(kind):
    """Time, flux and flags with a cadence without time, one without flux, one bad."""
    time, flux, flags = TIME.copy(), FLUX.copy(), np.zeros(10, int)
    time[9], flux[5] = np.nan, np.nan
    flags[3] = {"tess": 8, "kepler": 8, "k2": 1 << 20}[kind]
    flags[4] = {"tess": 2048, "kepler": 1 << 17, "k2": 1 << 19}[kind]  # harmless
    return time, flux, flags


@pytest.mark.parametrize("suffix", ["fits", "fits.gz"])
@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("kepler", ("BKJD", "Kepler", "KIC 757450", "quarter 3", "Kepler")),
        ("k2", ("BKJD", "K2", "EPIC 201367065", "campaign 1", "K2")),
        ("tess", ("BTJD", "TESS", "TIC 261136679", "sector 1", "SPOC")),
    ],
)
def test_archive_files(tmp_path, kind, facts, suffix):
    time, flux, flags = spoiled(kind)
    path = tmp_path / f"lc.{suffix}"
    getattr(archive, f"write_{kind}")(path, time, flux, quality=flags)
    curve = read_light_curve(path)
    assert curve.time.tolist() == [0, 1, 2, 4, 6, 7, 8]
    assert curve.flux.tolist() == [1000, 1001, 1002, 1004, 1006, 1007, 1008]
    (part,) = curve.segments
    told = curve.time_system, curve.mission, curve.star_id, part.name, part.product
    assert told == facts
    assert part.source == path.name
    assert curve.flux_unit == part.flux_unit == "e-/s"
    assert part.level == 1004
    assert curve.crowding() == pytest.approx(0.95)
    cadence = archive.TESS_CADENCE_DAYS if kind == "tess" else 0.0204336
    assert curve.exposure_days() == pytest.approx(cadence, rel=1e-4)
    assert (curve.flux_err == 1).all()
    assert curve.warnings == ()


def test_quality(tmp_path):
    time, flux, flags = spoiled("kepler")
    archive.write_kepler(tmp_path / "lc.fits", time, flux, quality=flags)
    for quality, count in (("recommended", 7), ("strict", 6), ("none", 8)):
        assert len(read_light_curve(tmp_path / "lc.fits", quality=quality)) == count
    with pytest.raises(ValueError, match="`quality` must be one of recommended"):
        read_light_curve(tmp_path / "lc.fits", quality="good")


@pytest.mark.parametrize(("sector", "column"), [(1, "SAP_FLUX"), (56, "SYS_RM_FLUX")])
def test_quick_look_files(tmp_path, sector, column):
    flags = np.zeros(10, int)
    flags[2] = 1 << (12 if sector < 56 else 30)  # low precision
    archive.write_qlp(
        tmp_path / "lc.fits", TIME, FLUX / 1000, sector=sector, quality=flags
    )
    curve = read_light_curve(tmp_path / "lc.fits")
    (part,) = curve.segments
    assert (part.product, part.flux_column) == ("QLP", column)
    assert (curve.star_id, curve.flux_unit) == ("TIC 261136679", "relative")
    assert curve.time.tolist() == [0, 1, *range(3, 10)]
    assert curve.flux_err[0] == pytest.approx(1e-3)
    assert np.isnan(curve.crowding())
    assert curve.exposure_days() == 1.0  # no TIMEDEL: from the cadences
    np.testing.assert_allclose(curve.centroid[0], [500.2, 700.6], rtol=1e-6)
    if sector < 56:
        chosen = read_light_curve(tmp_path / "lc.fits", flux_column="KSPSAP_FLUX")
        assert (chosen.flux == 1).all()


def test_centroid_without_the_spacecrafts_motion(tmp_path):
    motion = np.random.default_rng(0).normal(size=(10, 2))
    still = np.tile([101.5, 33.25], (10, 1))
    archive.write_kepler(
        tmp_path / "lc.fits", TIME, FLUX, centroid=still + motion, motion=motion
    )
    curve = read_light_curve(tmp_path / "lc.fits")
    np.testing.assert_allclose(curve.centroid, still, atol=1e-6)
    archive.write_k2(
        tmp_path / "k2.fits", TIME, FLUX, centroid=np.full((10, 2), np.nan)
    )
    assert read_light_curve(tmp_path / "k2.fits").centroid is None


def test_real_tess_files(real_data):
    files = sorted((real_data / "raw_light_curves").glob("*.fits"))
    for path in files:
        curve = read_light_curve(path)
        assert curve.time_system == "BTJD"
        assert curve.mission == "TESS"
        assert curve.star_id == f"TIC {int(path.name.split('-')[2])}"
        assert (np.diff(curve.time) > 0).all()
        assert 1325 < curve.time[0] < curve.time[-1] < 1354
        assert np.isfinite(curve.flux).all()
        assert 0.9 < curve.crowding() <= 1
        assert curve.centroid.shape == (len(curve), 2)


@pytest.mark.parametrize(
    ("keywords", "system", "first"),
    [
        ({"BJDREFI": 2457000, "BJDREFF": 0.25}, "BTJD", 0.25),
        ({"BJDREFI": 0, "BJDREFF": 0.0}, "unknown", 0.0),
        ({"BJDREFI": 2400000, "BJDREFF": 0.5}, "BJD", 2400000.5),
        ({"BJDREFI": 2458325, "BJDREFF": 0.0}, "BJD", 2458325.0),
    ],
)
def test_time_references(tmp_path, keywords, system, first):
    path = tmp_path / "lc.fits"
    archive.write_tess(path, TIME, FLUX)
    with fits.open(path, mode="update") as hdus:
        hdus[1].header.update(keywords)
    curve = read_light_curve(path)
    assert (curve.time[0], curve.time_system) == (first, system)
    full = tmp_path / "full.fits"
    archive.write_tess(full, TIME + 2458325, FLUX, reference=0)
    curve = read_light_curve(full)
    assert (curve.time[0], curve.time_system, curve.warnings) == (2458325, "BJD", ())


def test_bad_files_are_named(tmp_path, real_data):
    whole = next((real_data / "raw_light_curves").glob("*.fits")).read_bytes()
    (tmp_path / "half.fits").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"half\.fits: damaged or truncated"):
        read_light_curve(tmp_path / "half.fits")
    packed = gzip.compress(whole[:200000], mtime=0)
    (tmp_path / "half.fits.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ValueError, match=r"half\.fits\.gz: .*truncated"):
        read_light_curve(tmp_path / "half.fits.gz")
    with pytest.raises(FileNotFoundError, match=r"absent\.fits"):
        read_light_curve(tmp_path / "absent.fits")
    for path in sorted((real_data / "bad_files").glob("*.fit*")):
        with pytest.raises(ValueError, match=path.name):
            read_light_curve(path)


def test_foreign_files_are_named(tmp_path):
    pixels = fits.BinTableHDU.from_columns(
        [
            fits.Column("TIME", "D", array=TIME),
            fits.Column("FLUX", "E", array=FLUX),
        ],
        name="TARGETTABLES",
    )
    fits.HDUList([fits.PrimaryHDU(), pixels]).writeto(tmp_path / "tpf.fits")
    with pytest.raises(ValueError, match=r"tpf\.fits: no table .* TARGETTABLES\."):
        read_light_curve(tmp_path / "tpf.fits")
    nothing = np.full(10, np.nan)
    archive.write_kepler(tmp_path / "empty.fits", TIME, nothing, sap=FLUX)
    with pytest.raises(ValueError, match=r"empty\.fits: no cadence .*PDCSAP_FLUX"):
        read_light_curve(tmp_path / "empty.fits")
    assert len(read_light_curve(tmp_path / "empty.fits", flux_column="SAP_FLUX")) == 10
    with pytest.raises(ValueError, match=r"empty\.fits: no column FLUXES; it has "):
        read_light_curve(tmp_path / "empty.fits", flux_column="FLUXES")


def test_time_systems():
    assert to_time_system(100.0, "BKJD", "BTJD") == 100.0 - 2167.0
    assert to_time_system(2457100.0, None, "BTJD") == 100.0
    assert to_time_system(2457100.0, "BKJD", "BKJD") == 2267.0
    assert to_time_system(100.0, None, "BTJD") == 100.0
    assert to_time_system(100.0, "BTJD", "unknown") == 100.0
