import numpy as np
import pandas as pd
import pytest

from mesa_keras.preprocessing import ViewSettings
from mesa_keras.readers import read_views
from mesa_keras.recipes.mesa import raw_views_job
from mesa_keras.recipes.mesa.data import load_data
from mesa_keras.recipes.mesa.raw_views_job import make_views_file
from mesa_keras.recipes.mesa.raw_views_star import Reading
from mesa_keras.recipes.mesa.target_table import table_targets
from mesa_keras.simulation.injection import Injection
from tests import archive_light_curves as archive

pytestmark = pytest.mark.usefixtures("wotan_compiled")
STARS = (11, 12, 13)
SMALL = ViewSettings(global_bins=41, local_bins=15, unfolded_transits=3)


def planet(star):
    return Injection(
        period=2.0 + star / 100,
        epoch=131.0 + star / 100,
        radius_ratio=0.1,
        scaled_semimajor_axis=9,
        impact=0.1,
    )


@pytest.fixture
def survey(tmp_path):
    """A table of three stars, two quarters of each, and the folder of the files."""
    folder = tmp_path / "lightcurves"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for star in STARS:
        for quarter in (1, 2):
            start = 131.5 if quarter == 1 else 170.0
            time = start + archive.LONG_CADENCE_DAYS * np.arange(1400)
            flux = planet(star).flux(time, archive.LONG_CADENCE_DAYS)
            flux *= 1000.0 * quarter * (1 + 2e-4 * rng.normal(size=time.size))
            archive.write_kepler(
                folder / f"{star}-q{quarter}.fits",
                time,
                flux,
                star=star,
                quarter=quarter,
            )
        rows.append(
            {
                "object_id": f"K{star}",
                "kepid": star,
                "period": planet(star).period,
                "epoch": planet(star).epoch,
                "duration": planet(star).duration(),
            }
        )
    rows.append(rows[0] | {"object_id": "K11.02", "period": np.nan})
    rows.append(rows[0] | {"object_id": "K99", "kepid": 99})
    table = tmp_path / "table.csv"
    pd.DataFrame(rows).to_csv(table, index=False)
    return table, folder


def make(survey, output, **options):
    table, folder = survey
    return make_views_file(
        table,
        output,
        **{
            "light_curves": folder,
            "columns": {"star_id": "kepid"},
            "settings": SMALL,
            "workers": 1,
        }
        | options,
    )


def test_views_and_scalars_by_star(survey, tmp_path):
    made = make(survey, tmp_path / "out" / "views.npz")
    assert made.views_path == tmp_path / "out" / "views.npz"
    read = read_views(made.views_path, ["K12", "K99", "K11"])
    assert read.convention == SMALL.convention
    assert read.found.tolist() == [True, False, True]
    assert read.views["global_view"].shape == (3, 41)
    assert read.views["local_view"][[0, 2], 7] == pytest.approx(-1, abs=0.05)
    with np.load(made.views_path) as archive_file:
        assert archive_file["unfolded_transits"].shape == (3, 3, 31)
        assert archive_file["scale"].shape == (3,)
        counts, flux = archive_file["local_count"], archive_file["local_flux"]
        np.testing.assert_array_equal(np.isnan(flux), counts == 0)
        ratio = archive_file["local_view"] * archive_file["scale"][:, None]
        np.testing.assert_allclose(ratio, flux, rtol=1e-4, atol=1e-7)
    scalars = pd.read_csv(made.scalars_path, keep_default_na=True)
    assert scalars["object_id"].tolist() == ["K11", "K12", "K13", "K11.02", "K99"]
    for row, star in enumerate(STARS):
        assert scalars["measured_depth"][row] == pytest.approx(
            planet(star).depth(), rel=0.05
        )
    assert scalars["segments"][0] == "quarter 1, quarter 2"
    assert scalars["files"][0] == "11-q1.fits, 11-q2.fits"
    assert scalars["time_system"][0] == "BKJD"
    assert scalars["crowding"][0] == pytest.approx(0.95)
    assert scalars["fault"][:3].isna().all()
    assert scalars["fault"][3] == "cannot be folded: its period is missing."
    assert "no light curve of 99" in scalars["fault"][4]
    assert not list((tmp_path / "out").glob("*.parts"))


def test_no_transit_in_the_data_is_told(survey, tmp_path):
    table, _ = survey
    frame = pd.read_csv(table)
    frame.loc[1, ["period", "epoch"]] = 900.0, 600.0
    frame.to_csv(table, index=False)
    made = make(survey, tmp_path / "views.npz")
    assert made.with_views == 2
    assert made.table["fault"].tolist()[:3] == [
        "",
        "no transit falls into the light curve: it lasts from day 131.500 to 198.587 "
        "BKJD, with transits every 900 days from 600.000.",
        "",
    ]
    found = read_views(made.views_path, ["K11", "K12", "K13"])
    assert found.found.tolist() == [True, False, True]
    assert np.isfinite(found.views["local_view"][[0, 2]]).any(axis=1).all()
    # What is known of its light curve stays.
    assert made.table["segments"][1] == "quarter 1, quarter 2"
    assert made.table["noise"][1] > 0


def test_where_no_transit_stands_out_it_is_told(survey, tmp_path):
    table, _ = survey
    frame = pd.read_csv(table).iloc[:2]
    frame["object_id"] = ["right", "wrong epoch"]
    frame["epoch"] += [0.0, 0.8]
    frame.to_csv(table, index=False)
    made = make(survey, tmp_path / "v.npz")
    told = pd.read_csv(made.scalars_path).set_index("object_id")
    notes = told["notes"].fillna("")
    assert "stands out" not in notes["right"]
    assert "no dip stands out at this period and epoch" in notes["wrong epoch"]


def test_without_a_transit_in_any_no_file_is_written(survey, tmp_path):
    table, _ = survey
    frame = pd.read_csv(table).assign(period=900.0, epoch=600.0)
    frame.to_csv(table, index=False)
    made = make(survey, tmp_path / "views.npz")
    assert (made.views_path, made.with_views) == (None, 0)
    assert not (tmp_path / "views.npz").exists()


def test_a_model_of_the_published_views_refuses_them(survey, tmp_path):
    made = make(survey, tmp_path / "views.npz")
    options = {
        "labels": ("PC", "FP"),
        "planet_features": ("period",),
        "stellar_features": (),
        "views_path": made.views_path,
        "require_labels": False,
        "expected_views": {"global_view": 41},
    }
    ours = SMALL.convention
    data = load_data(survey[0], expected_convention=ours, **options)
    assert data.view_convention == ours
    assert set(data.views) == {"global_view"}
    with pytest.raises(ValueError, match=r"'mesa-raw-1 .*expects 'median0_min-1'"):
        load_data(survey[0], expected_convention="median0_min-1", **options)


def test_a_cell_that_is_no_period_is_told(survey, tmp_path):
    frame = pd.read_csv(survey[0])
    frame.loc[0, "period"] = -frame.loc[0, "period"]
    frame.to_csv(survey[0], index=False)
    made = make(survey, tmp_path / "views.npz")
    assert made.table["fault"][0].endswith("missing.; period=-2.11 is not positive")
    assert made.table["fault"][1] == ""


def test_a_wrong_call_makes_no_folder(survey, tmp_path):
    (tmp_path / "views.npz").mkdir()
    with pytest.raises(OSError, match="`output` must be a file that can be written"):
        make(survey, tmp_path / "views.npz")
    with pytest.raises(ValueError, match="mapped column 'tic' is not in the file"):
        make(survey, tmp_path / "new" / "views.npz", columns={"star_id": "tic"})
    assert not (tmp_path / "new").exists()


def test_files_named_in_the_table(survey, tmp_path):
    table, _ = survey
    frame = pd.read_csv(table).iloc[:2]
    frame["light_curve"] = ["11-q1.fits; 11-q2.fits;", "lightcurves/12-q1.fits"]
    frame.to_csv(table, index=False)
    made = make(survey, tmp_path / "views.npz")
    assert (made.table["fault"] == "").all()
    assert made.table["segments"].tolist() == ["quarter 1, quarter 2", "quarter 1"]
    alone = make(survey, tmp_path / "views.npz", light_curves=None)
    assert alone.table["fault"][0].endswith("11-q1.fits: no such file.")
    assert alone.table["fault"][1] == ""


def test_the_file_of_another_star_is_told(survey, tmp_path):
    table, _ = survey
    frame = pd.read_csv(table).iloc[:2]
    frame["light_curve"] = ["lightcurves/11-q1.fits", "lightcurves/13-q1.fits"]
    frame.to_csv(table, index=False)
    made = make(survey, tmp_path / "made" / "views.npz", light_curves=None)
    assert made.table["fault"][0] == ""
    assert made.table["fault"][1] == "13-q1.fits: is of KIC 13, and not of KIC 12."
    frame["label"] = "CONFIRMED"
    frame.to_csv(table, index=False)
    data = load_data(
        table,
        labels=("CONFIRMED", "FALSE POSITIVE"),
        planet_features=("period",),
        stellar_features=(),
        columns={"star_id": "kepid"},
    )
    assert np.isnan(data.views["global_view"][1]).all()
    assert "13-q1.fits: is of KIC 13" in data.faults[1]
    read = table_targets(table, ["K12"], columns={"star_id": "kepid"})["K12"]
    with pytest.raises(ValueError, match="is of KIC 13, and not of KIC 12"):
        read()
    # Whose numbers they are is not told: a user may number stars as he likes.
    frame.rename(columns={"kepid": "star"}).to_csv(table, index=False)
    options = {"light_curves": None, "columns": {"star_id": "star"}}
    free = make(survey, tmp_path / "made" / "views.npz", **options)
    assert (free.table["fault"] == "").all()


def test_planets_of_a_star_are_known_however_it_is_written(
    survey, tmp_path, monkeypatch
):
    results, tasks = raw_views_job.star_results, []
    monkeypatch.setattr(
        raw_views_job, "star_results", lambda task: tasks.append(task) or results(task)
    )
    table, _ = survey
    frame = pd.read_csv(table).astype({"kepid": str})
    frame.loc[3, "kepid"] = "KIC 00000011"
    frame.to_csv(table, index=False)
    make(survey, tmp_path / "views.npz")
    by_row = {event.row: task for task in tasks for event in task.events}
    assert [event.object_id for event in by_row[0].siblings] == ["K11", "K11.02"]
    # The files of a star are read once.
    assert len(tasks) == len(STARS)


def test_damaged_files_are_told_and_the_rest_is_used(survey, tmp_path):
    _, folder = survey
    for name in ("11-q2.fits", "12-q1.fits", "12-q2.fits"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])
    made = make(survey, tmp_path / "views.npz")
    faults = made.table["fault"]
    assert "11-q2.fits: damaged or truncated" in faults[0]
    assert "12-q1.fits: damaged" in faults[1]
    assert "12-q2.fits: damaged" in faults[1]
    assert faults[2] == ""
    found = read_views(made.views_path, ["K11", "K12", "K13"]).found
    assert found.tolist() == [True, False, True]
    assert made.table["segments"][0] == "quarter 1"


def test_a_killed_run_goes_on(survey, tmp_path, monkeypatch):
    output = tmp_path / "views.npz"
    whole = make(survey, output)
    expected = output.read_bytes()
    output.unlink()
    results, calls = raw_views_job.star_results, []

    def killed(task):
        calls.append(task)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return results(task)

    monkeypatch.setattr(raw_views_job, "star_results", killed)
    with pytest.raises(KeyboardInterrupt):
        make(survey, output)
    assert not output.exists()
    made = make(survey, output)
    assert made.resumed == 2
    # Star 13, and the row of star 11 that cannot be folded.
    assert len(calls) == 5
    assert output.read_bytes() == expected
    pd.testing.assert_frame_equal(made.table, whole.table)


def test_parts_of_another_call_are_no_use(survey, tmp_path, monkeypatch):
    output = tmp_path / "views.npz"
    results, calls = raw_views_job.star_results, []

    def killed(task):
        calls.append(task)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return results(task)

    monkeypatch.setattr(raw_views_job, "star_results", killed)
    with pytest.raises(KeyboardInterrupt):
        make(survey, output)
    made = make(survey, output, settings=ViewSettings(local_bins=21))
    assert made.resumed == 0
    assert read_views(output, ["K11"]).views["local_view"].shape == (1, 21)


def test_no_views_at_all(survey, tmp_path):
    _, folder = survey
    for path in folder.glob("*.fits"):
        path.write_bytes(path.read_bytes()[:5760])
    made = make(survey, tmp_path / "views.npz")
    assert made.views_path is None
    assert not (tmp_path / "views.npz").exists()
    assert (made.table["fault"] != "").all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output": "views.csv"}, r"`output` must end in \.npz"),
        ({"workers": 0}, "`workers` must be 1 or more"),
        ({"light_curves": None}, "no row has a light curve.*K11: the table names no"),
        ({"columns": {"star_id": "tic"}}, "mapped column 'tic' is not in the file"),
        ({"reading": Reading(quality="good")}, "`quality` must be one of"),
    ],
)
def test_rejects(survey, tmp_path, options, message):
    output = tmp_path / options.pop("output", "views.npz")
    if "reading" in options:
        made = make(survey, output, **options)
        assert made.table["fault"][0].startswith("`quality` must be one of")
        return
    with pytest.raises(ValueError, match=message):
        make(survey, output, **options)


@pytest.mark.slow  # starts processes
def test_processes_give_the_same(survey, tmp_path, monkeypatch):
    monkeypatch.setattr(raw_views_job, "STARS_A_PROCESS", 1)
    first = make(survey, tmp_path / "one.npz")
    second = make(survey, tmp_path / "two.npz", workers=2)
    pd.testing.assert_frame_equal(first.table, second.table)
    assert first.views_path.read_bytes() == second.views_path.read_bytes()
