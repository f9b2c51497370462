import numpy as np
import pytest
from astropy import units
from astropy.table import Table
from astropy.time import Time

from mesa_keras.readers import read_light_curve


def write(folder, text, name="lc.csv"):
    (folder / name).write_text(text)
    return folder / name


def test_csv_in_order_of_time(tmp_path):
    curve = read_light_curve(write(tmp_path, "time,flux\n3,1.0\n1,0.9\n2,nan\n,1\n"))
    assert curve.time.tolist() == [1, 3]
    assert curve.time_system == "unknown"
    assert "reference of its times" in curve.warnings[0]
    assert np.isnan(curve.flux_err).all()
    assert curve.star_id == ""
    full = "time,flux,flux_err\n2457001,1.0,0.1\n2457002,0.9,0.1\n"
    assert read_light_curve(write(tmp_path, full)).time_system == "BJD"


def test_cells_that_are_no_numbers_are_counted(tmp_path):
    text = "time,flux\n1,1.0\n2,bad\n3,0,9\n".replace("0,9", "1e")
    curve = read_light_curve(write(tmp_path, text + "4,1\n5,\n"))
    assert curve.time.tolist() == [1, 4]
    assert "lc.csv: 2 cells are left out, as flux=bad is not a number" in " ".join(
        curve.warnings
    )


def test_own_names_flags_and_segments(tmp_path):
    path = write(
        tmp_path,
        "T,Flux,e,quality,sector\n1,100,1,0,7\n2,102,1,0,7\n3,104,1,8,7\n"
        "30,10,0.1,0,8\n31,10.2,0.1,0,8\n",
    )
    columns = {"time": "T", "flux_err": "e", "segment": "sector"}
    curve = read_light_curve(path, columns=columns, time_system="BTJD")
    assert curve.time_system == "BTJD"
    assert curve.time.tolist() == [1, 2, 30, 31]
    assert [part.name for part in curve.segments] == ["7", "8"]
    assert curve.segment.tolist() == [0, 0, 1, 1]
    assert curve.flux_unit == "relative"
    np.testing.assert_allclose(
        curve.flux, [100 / 101, 102 / 101, 1 / 1.01, 1.02 / 1.01]
    )
    np.testing.assert_allclose(curve.flux_err[[0, 2]], [1 / 101, 0.1 / 10.1])
    kept = read_light_curve(path, columns={"time": "T"}, quality="none")
    assert len(kept) == 5


def test_ecsv_tells_units_and_time(tmp_path):
    table = Table(
        {
            "time": Time([2458325.5, 2458326.5], format="jd", scale="tdb"),
            "flux": [1000.0, 990.0] * units.Unit("electron / s"),
            "flux_err": [1.0, 2.0] * units.Unit("electron / s"),
        }
    )
    table.write(tmp_path / "lc.ecsv", format="ascii.ecsv")
    curve = read_light_curve(tmp_path / "lc.ecsv")
    assert (curve.time_system, curve.flux_unit) == ("BJD", "e-/s")
    np.testing.assert_allclose(curve.time, [2458325.5, 2458326.5])
    plain = Table(
        {"time": [1.0, 2.0], "flux": [1.0, np.nan]}, meta={"BJDREFI": 2457000}
    )
    plain.write(tmp_path / "plain.ecsv", format="ascii.ecsv")
    curve = read_light_curve(tmp_path / "plain.ecsv")
    assert (curve.time_system, curve.time.tolist()) == ("BTJD", [1.0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,brightness\n1,2\n", "'flux' is missing"),
        ("time,flux\n1,nan\n", "no cadence has a time"),
        ("# %ECSV 1.0\n# ---\n# datatype: [\n", "not a readable ECSV table"),
        ("", "empty"),
    ],
)
def test_bad_tables_are_named(tmp_path, text, message):
    with pytest.raises(ValueError, match=rf"no\.csv: .*{message}"):
        read_light_curve(write(tmp_path, text, "no.csv"))


def test_bad_arguments(tmp_path):
    path = write(tmp_path, "time,flux\n1,1\n")
    with pytest.raises(ValueError, match="`time_system` must be one of BJD"):
        read_light_curve(path, time_system="UTC")
    with pytest.raises(ValueError, match="'kspsap' is missing"):
        read_light_curve(path, columns={"flux": "kspsap"})


def test_a_folder_is_no_light_curve(tmp_path):
    with pytest.raises(ValueError, match="is a folder; a light curve is a file in it"):
        read_light_curve(tmp_path)


def test_a_cadence_that_stands_twice_counts_once(tmp_path):
    text = "time,flux\n3,1.0\n1,0.9\n1,0.9\n2,1.1\n2,1.2\n3,1.0\n"
    curve = read_light_curve(write(tmp_path, text))
    assert curve.time.tolist() == [1, 2, 3]
    assert curve.flux.tolist() == [0.9, 1.1, 1.0]
    assert curve.exposure_days() == 1
    assert "3 cadences at a time that another one has" in curve.warnings[0]


def test_times_of_an_ecsv_in_any_unit(tmp_path):
    for number, unit in enumerate((units.s, units.h, units.d)):
        path = tmp_path / f"{number}.ecsv"
        times = (np.array([1325.5, 1326.5]) * units.d).to(unit)
        Table({"t": times, "flux": [1.0, 2.0]}).write(path, format="ascii.ecsv")
        curve = read_light_curve(path, columns={"time": "t"})
        np.testing.assert_allclose(curve.time, [1325.5, 1326.5])


@pytest.mark.parametrize("name", ["flux", "brightness"])
def test_magnitudes_are_refused(tmp_path, name):
    table = Table({"time": [1.0, 2.0], name: [10.0, 10.1] * units.mag})
    table.write(tmp_path / "lc.ecsv", format="ascii.ecsv")
    with pytest.raises(ValueError, match=r"lc.ecsv: the flux must be linear.*'mag'"):
        read_light_curve(tmp_path / "lc.ecsv", columns={"flux": name})


def test_another_column_of_flux(tmp_path):
    path = write(tmp_path, "time,flux,raw\n1,1.0,5\n2,1.0,6\n")
    assert read_light_curve(path, flux_column="raw").flux.tolist() == [5, 6]
    with pytest.raises(ValueError, match="'SAP_FLUX' is missing"):
        read_light_curve(path, flux_column="SAP_FLUX")
