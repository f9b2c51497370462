import numpy as np
import pandas as pd
import pytest

from mesa_keras.preprocessing import Ephemeris, ViewSettings
from mesa_keras.recipes.mesa.raw_views import event_views
from mesa_keras.recipes.mesa.star_events import STAR_EVENT_COLUMNS
from mesa_keras.recipes.mesa.target import read_target
from mesa_keras.recipes.mesa.target_table import table_targets
from mesa_keras.simulation.injection import Injection
from tests import archive_light_curves as archive
from tests.small_targets import EXPOSURE_DAYS, PLANET, make, make_curve

pytestmark = pytest.mark.usefixtures("wotan_compiled")
KNOWN = {"period": PLANET.period, "epoch": PLANET.epoch, "duration": 2.5}


@pytest.fixture
def path(tmp_path):
    curve = make_curve()
    path = tmp_path / "lc.fits"
    archive.write_tess(
        path, curve.time, 1000 * curve.flux, star=7, cadence=EXPOSURE_DAYS
    )
    return path


def pi_mensae(real_data):
    return sorted((real_data / "raw_light_curves").glob("*261136679*.fits"))


def test_pi_mensae_is_found_in_its_file(real_data):
    for epoch, system in ((1325.504, None), (2458325.504, "BJD"), (None, None)):
        target = read_target(
            "TIC 261136679",
            pi_mensae(real_data),
            period=6.268,
            epoch=epoch,
            epoch_system=system,
        )
        ephemeris = target.ephemeris()
        assert ephemeris.duration == pytest.approx(3.0, abs=0.2)
        cycles = (ephemeris.epoch - 1325.504) / 6.268
        assert abs(cycles - round(cycles)) < 0.003
        assert target.star_id == "TIC 261136679"
        assert target.values["stellar_temp"] == pytest.approx(5992.1, abs=0.1)
        assert target.values["magnitude"] == pytest.approx(5.105, abs=0.001)
        notes = " ".join(target.notes)
        assert "duration 3." in notes
        assert "estimated from the light curve" in notes
        assert "stellar_temp, stellar_radius, stellar_logg, magnitude: from" in notes
        assert ("epoch 13" in notes) == (epoch is None)


def test_what_is_given_stays(real_data):
    target = read_target(
        "261136679",
        pi_mensae(real_data),
        period=6.268,
        epoch=1325.504,
        duration=2.9,
        features={"stellar_temp": 6000.0, "depth": 300.0},
    )
    assert target.event.duration == 2.9
    assert target.given == ("stellar_temp", "depth")
    assert target.values["stellar_temp"] == 6000
    assert target.values["stellar_radius"] == pytest.approx(1.149, abs=0.001)
    assert not any("estimated" in note for note in target.notes)


def test_another_star(path):
    with pytest.raises(ValueError, match=r"lc.fits: is of TIC 7, and not of TIC 8"):
        read_target("TIC 8", [path], **KNOWN)
    for name in ("KIC 7", "my star"):
        target = read_target(name, [path], **KNOWN)
        assert f"is of TIC 7, which {name} is taken to be" in target.notes[0]
    assert read_target("TIC 07", [path], **KNOWN).notes == ()


def test_wrong_values(path, tmp_path):
    for changed, message in (
        ({"period": -1.0, "duration": None}, "`period` must be positive"),
        ({"period": 400.0, "epoch": 900.0, "duration": None}, "no transit falls into"),
        ({"epoch": 58325.5, "duration": None}, "epoch 58325.5 must be of the time"),
        ({"epoch": np.nan}, "`epoch` must be a finite number"),
        ({"duration": np.inf}, "`duration` must be a finite number"),
        ({"features": {"koi_score": 1.0}}, "koi_score"),
        ({"features": {"stellar_radius": -3.0}}, "stellar_radius=-3.0 is not positive"),
        ({"features": {"depth": -1.0}}, "`features` must be .* depth=-1.0 is negative"),
        ({"features": {"magnitude": np.inf}}, "magnitude=inf is not finite"),
        ({"features": {"period": 3.0}}, "`period` must be given as such"),
    ):
        with pytest.raises(ValueError, match=message):
            read_target("TIC 7", [path], **KNOWN | changed)
    with pytest.raises(FileNotFoundError, match=r"absent\.fits: no such file"):
        read_target("TIC 7", [tmp_path / "absent.fits"], **KNOWN)
    table = tmp_path / "lc.csv"
    curve = make_curve()
    pd.DataFrame({"time": curve.time, "flux": curve.flux}).to_csv(table)
    with pytest.raises(ValueError, match="reference of its times is not stated"):
        read_target("TIC 7", [table], **KNOWN, epoch_system="BTJD")
    target = read_target("TIC 7", [table], **KNOWN)
    assert "does not tell its star" in " ".join(target.notes)


def test_period_longer_than_the_data():
    # One transit is enough to fold.
    target = make(values={}, days=2.0)
    assert target.ephemeris().period == PLANET.period


def write_rows(folder, **changed):
    rows = [
        {
            "object_id": f"T.0{number}",
            "tic_id": 7,
            "period": PLANET.period * number,
            "epoch": PLANET.epoch,
            "duration": PLANET.duration(),
            "depth": 3600.0,
        }
        for number in (1, 2)
    ]
    rows[0] |= changed
    pd.DataFrame(rows).to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def test_rows_of_a_table(path, tmp_path):
    table = write_rows(tmp_path, duration=np.nan)
    options = {"light_curves": tmp_path, "columns": {"star_id": "tic_id"}}
    found = table_targets(table, ["T.01"], **options)
    target = found["T.01"]()
    assert target.object_id == "T.01"
    assert target.star_id == "TIC 7"
    assert len(target.siblings) == 2
    assert target.values["depth"] == 3600
    assert [target.values[name] for name in STAR_EVENT_COLUMNS] == [0, 1, 0]
    assert target.event.duration == pytest.approx(PLANET.duration(), rel=0.1)
    assert "duration" in " ".join(target.notes)
    write_rows(tmp_path, tic_id="TIC 07")
    assert len(table_targets(table, ["T.02"], **options)["T.02"]().siblings) == 2
    with pytest.raises(ValueError, match=r"t.csv: has no object T.03"):
        table_targets(table, ["T.01", "T.03"], **options)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        table_targets(table, ["T.01"], light_curves=tmp_path / "absent")


def test_a_damaged_file_of_several_is_left_out_and_told(path, tmp_path):
    curve = make_curve(seed=1)
    later = curve.time + 3 * PLANET.period * 7
    flux = 1000 * curve.flux
    for number, cut in ((2, None), (3, 20_000)):
        other = tmp_path / f"lc{number}.fits"
        archive.write_tess(
            other, later, flux, star=7, sector=number, cadence=EXPOSURE_DAYS
        )
        if cut:
            other.write_bytes(other.read_bytes()[:cut])
    options = {"light_curves": tmp_path, "columns": {"star_id": "tic_id"}}
    target = table_targets(write_rows(tmp_path), ["T.01"], **options)["T.01"]()
    assert [part.name for part in target.curve.segments] == ["sector 1", "sector 2"]
    assert "left out: " in target.notes[0]
    assert "lc3.fits: damaged or truncated" in target.notes[0]


def test_other_planets_are_masked_before_anything_is_measured(tmp_path):
    deep = Injection(
        period=7.01, epoch=1002.6, radius_ratio=0.2, scaled_semimajor_axis=15
    )
    curve = make_curve(days=27.0)
    flux = 1000 * curve.flux * deep.flux(curve.time, EXPOSURE_DAYS)
    path = tmp_path / "two.fits"
    archive.write_tess(path, curve.time, flux, star=7, cadence=EXPOSURE_DAYS)
    other = Ephemeris(period=7.01, epoch=1002.6, duration=deep.duration())
    for epoch in (None, PLANET.epoch):
        target = read_target(
            "TIC 7", [path], period=PLANET.period, epoch=epoch, others=[other]
        )
        ephemeris = target.ephemeris()
        cycles = (ephemeris.epoch - PLANET.epoch) / PLANET.period
        assert cycles == pytest.approx(round(cycles), abs=0.01)
        assert ephemeris.duration == pytest.approx(PLANET.duration(), rel=0.06)
        views = event_views(target.curve, target.event, target.siblings, ViewSettings())
        assert views.flat.hidden.any()
        depth = views.scalars["measured_depth"]
        assert depth == pytest.approx(PLANET.depth(), rel=0.05)


def test_other_events_of_the_star_are_counted(path):
    half = PLANET.epoch + PLANET.period / 2
    eclipse = Ephemeris(period=PLANET.period, epoch=half, duration=2.5)
    planet = Ephemeris(period=2.3 * PLANET.period, epoch=half, duration=2.5)
    counts = {}
    for name, others in (("none", []), ("two", [eclipse, planet])):
        values = read_target("TIC 7", [path], others=others, **KNOWN).values
        counts[name] = [values.get(column) for column in STAR_EVENT_COLUMNS]
    assert counts == {"none": [None, None, None], "two": [1, 0, 1]}
    # What a user names stands before what is counted.
    named = read_target(
        "TIC 7", [path], others=[planet], features={"other_period_events": 3}, **KNOWN
    )
    assert named.values["other_period_events"] == 3
