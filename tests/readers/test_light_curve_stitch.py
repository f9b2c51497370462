import numpy as np
import pytest

from mesa_keras.readers import read_light_curve, read_light_curves, stitch
from tests import archive_light_curves as archive


def quarters(folder, **options):
    """Three quarters of one star, each with its own level, in no order."""
    paths = []
    for quarter, level in ((5, 900.0), (3, 1000.0), (4, 1200.0)):
        time = 100.0 * quarter + archive.LONG_CADENCE_DAYS * np.arange(50)
        path = folder / f"q{quarter}.fits"
        archive.write_kepler(
            path,
            time,
            level * np.linspace(0.99, 1.01, 50),
            quarter=quarter,
            crowding=0.9 + quarter / 100,
            flux_err=np.full(50, level / 1000),
            **options,
        )
        paths.append(path)
    return paths


def test_each_quarter_is_divided_by_its_own_median(tmp_path):
    curve = read_light_curves(quarters(tmp_path))
    assert [part.name for part in curve.segments] == [
        "quarter 3",
        "quarter 4",
        "quarter 5",
    ]
    assert [part.level for part in curve.segments] == pytest.approx([1000, 1200, 900])
    assert (np.diff(curve.time) > 0).all()
    assert np.bincount(curve.segment).tolist() == [50] * 3
    for number in range(3):
        assert np.median(curve.flux[curve.segment == number]) == pytest.approx(1)
    np.testing.assert_allclose(curve.flux_err, 1e-3, rtol=1e-6)
    assert curve.flux_unit == "relative"
    assert curve.star_id == "KIC 757450"
    assert curve.crowding() == pytest.approx(0.94)
    assert curve.centroid.shape == (150, 2)


def test_one_product_of_a_time(tmp_path):
    time = 1325 + archive.TESS_CADENCE_DAYS * np.arange(3000)
    archive.write_tess(tmp_path / "two_minutes.fits", time, np.full(3000, 5.0))
    fast = 1325 + np.arange(9000) * 20 / 86400
    archive.write_tess(
        tmp_path / "fast.fits", fast, np.full(9000, 5.0), cadence=20 / 86400
    )
    slow = np.linspace(1325, time[-1], 200)
    archive.write_qlp(tmp_path / "qlp.fits", slow, np.ones(200))
    names = ("qlp.fits", "fast.fits", "two_minutes.fits")
    curve = read_light_curves([tmp_path / name for name in names])
    assert [part.source for part in curve.segments] == ["two_minutes.fits"]
    assert len(curve.warnings) == 2
    assert "fast.fits: sector 1 left out, it is taken from two_" in curve.warnings[0]
    assert len(read_light_curves([tmp_path / "qlp.fits"])) == 200


def test_no_time_counts_twice(tmp_path):
    time = 1325 + archive.TESS_CADENCE_DAYS * np.arange(1000)
    archive.write_tess(tmp_path / "part.fits", time, np.full(1000, 5.0))
    slow = 1325 + np.arange(500) / 144
    archive.write_qlp(tmp_path / "whole.fits", slow, np.ones(500))
    curve = read_light_curves([tmp_path / "whole.fits", tmp_path / "part.fits"])
    fast = curve.time <= time[-1] + 1e-9
    assert fast.sum() == 1000
    assert 1000 + 290 < len(curve) < 1000 + 310
    assert "cadences of sector 1 left out, they are taken" in curve.warnings[0]


def test_what_stands_in_a_gap_of_another_file_is_no_double(tmp_path):
    time = archive.TESS_CADENCE_DAYS * np.arange(1000)
    rows = np.concatenate([1325 + time, 2036 + time])
    table = "\n".join(["time,flux", *(f"{day},5.0" for day in rows)])
    (tmp_path / "all.csv").write_text(table)
    archive.write_tess(tmp_path / "between.fits", 1700 + time, np.full(1000, 5.0))
    curve = read_light_curves(
        [tmp_path / "all.csv", tmp_path / "between.fits"], time_system="BTJD"
    )
    assert len(curve) == 3000


def test_time_systems_are_converted(tmp_path):
    time = np.arange(50) / 10
    archive.write_tess(tmp_path / "a.fits", 1325 + time, np.full(50, 7.0))
    (tmp_path / "b.csv").write_text(
        "time,flux\n" + "".join(f"{2458400 + t},1\n" for t in time)
    )
    both = [read_light_curve(tmp_path / name) for name in ("a.fits", "b.csv")]
    curve = stitch(both)
    assert curve.time_system == "BTJD"
    assert curve.time[50] == pytest.approx(1400)
    assert np.isnan(curve.centroid[50:]).all()
    assert np.isfinite(curve.centroid[:50]).all()
    (tmp_path / "c.csv").write_text("time,flux\n1,1\n2,1\n")
    with pytest.raises(ValueError, match=r"c\.csv: its times are unknown"):
        stitch([*both, read_light_curve(tmp_path / "c.csv")])


def test_rejects(tmp_path):
    with pytest.raises(ValueError, match="`curves` must hold one"):
        stitch([])
    first, *_ = quarters(tmp_path)
    archive.write_kepler(tmp_path / "other.fits", np.arange(9.0), np.ones(9), star=7)
    with pytest.raises(ValueError, match="two stars cannot be stitched: KIC 7, KIC 75"):
        read_light_curves([first, tmp_path / "other.fits"])
    (tmp_path / "zero.csv").write_text("time,flux\n1,0\n2,-1\n")
    with pytest.raises(ValueError, match=r"zero\.csv: the median of its flux must be"):
        read_light_curves([tmp_path / "zero.csv"])
