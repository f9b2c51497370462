from types import SimpleNamespace

import numpy as np
import pytest

from mesa_keras.preprocessing import ViewSettings
from mesa_keras.recipes.mesa import raw_views
from mesa_keras.recipes.mesa.data import load_data
from mesa_keras.simulation import transits

CURVE = "time,flux\n" + "".join(f"{2457000 + t / 10},1.0\n" for t in range(50))
OURS = ViewSettings().convention
PUBLISHED = "median0_min-1"


@pytest.fixture
def calls(monkeypatch):
    """Stands in for detrending and simulation, and notes what they are given."""
    seen = []

    def without_trend(time, flux, ephemeris, *, others, settings, **options):
        bins = {"global": settings.global_bins, "local": settings.local_bins}
        flux = {name: np.linspace(-0.2, 0.2, size) for name, size in bins.items()}
        flux["centroid"] = np.full(settings.local_bins, np.nan)
        seen.append((float(time[0]), ephemeris, list(others)))
        return SimpleNamespace(
            fit=ephemeris,
            flux=flux,
            normalized=lambda: {
                n: (v * ephemeris.period).astype("f4") for n, v in flux.items()
            },
        )

    def simulate_views_from_rows(frame, seed):
        seen.append((list(frame["period"]), seed))
        return {"global_view": np.zeros((len(frame), 4), np.float32)}

    monkeypatch.setattr(raw_views, "candidate_views", without_trend)
    monkeypatch.setattr(transits, "simulate_views_from_rows", simulate_views_from_rows)
    return seen


def load(folder, text, **kwargs):
    (folder / "t.csv").write_text(text)
    return load_data(
        folder / "t.csv",
        labels=("PC", "FP"),
        planet_features=("period",),
        stellar_features=(),
        **kwargs,
    )


def test_raw_files_are_folded_and_bad_ones_told(tmp_path, calls):
    (tmp_path / "lc.csv").write_text(CURVE)
    (tmp_path / "bad.csv").write_text("time\n1\n")
    text = """label,period,epoch,duration,light_curve
PC,2,2457001,3,lc.csv
FP,2,2457001,3,absent.csv
FP,2,2457001,3,bad.csv
FP,,2457001,3,lc.csv
FP,2,2457001,3,
FP,2,2457001,90,lc.csv
"""
    data = load(tmp_path, text)
    assert data.light_curve_source == "raw"
    assert data.view_convention == OURS
    ((start, ephemeris, others),) = calls
    assert (start, others) == (2457000.0, [])
    assert (ephemeris.period, ephemeris.epoch, ephemeris.duration) == (2, 2457001, 3)
    assert data.views["global_view"].dtype == np.float32
    assert data.views["global_view"].shape == (6, 201)
    assert data.views["global_view"][0, -1] == pytest.approx(0.4)
    assert np.isnan(data.views["local_view"][1:]).all()
    assert data.faults[0] == ""
    assert "absent.csv: no such file" in data.faults[1]
    assert "'flux' is missing" in data.faults[2]
    assert "lc.csv: cannot be folded: its period is missing" in data.faults[3]
    assert data.faults[3].endswith("no usable value")
    assert data.faults[4] == ""
    assert "lc.csv: `duration` must be shorter than the period" in data.faults[5]
    assert "global_view" in data.missing()[4]


def test_one_damaged_file_of_several_is_told_and_the_rest_is_folded(tmp_path, calls):
    (tmp_path / "lc.csv").write_text(CURVE)
    (tmp_path / "bad.csv").write_text("time\n1\n")
    text = "label,period,epoch,duration,light_curve\nPC,2,2457001,3,lc.csv;bad.csv\n"
    data = load(tmp_path, text)
    assert np.isfinite(data.views["global_view"]).all()
    assert "bad.csv: a light curve needs the columns" in data.faults[0]


def test_a_row_without_a_transit_in_its_light_curve_is_told(tmp_path, wotan_compiled):
    (tmp_path / "lc.csv").write_text(CURVE)
    text = "label,period,epoch,duration,light_curve\nPC,20,2457012,3,lc.csv\n"
    data = load(tmp_path, text)
    assert np.isnan(data.views["global_view"]).all()
    assert "lc.csv: no transit falls into the light curve" in data.faults[0]


def test_a_model_gets_raw_views_in_its_own_bins_and_scaling(tmp_path, calls):
    (tmp_path / "lc.csv").write_text(CURVE)
    text = "label,period,epoch,duration,light_curve\nPC,2,2457001,3,lc.csv\n"
    wanted = {"global_view": 31, "local_view": 11}
    ours = load(tmp_path, text, expected_views=wanted, expected_convention=OURS)
    assert {name: v.shape[1] for name, v in ours.views.items()} == wanted
    assert ours.views["local_view"][0, 0] == pytest.approx(-0.4)
    assert not any("another pipeline" in note for note in ours.warnings)
    theirs = load(tmp_path, text, expected_views=wanted, expected_convention=PUBLISHED)
    assert theirs.view_convention == PUBLISHED
    assert theirs.views["local_view"][0, [0, 5]] == pytest.approx([-1, 0])
    assert any("another pipeline" in note for note in theirs.warnings)
    with pytest.raises(ValueError, match=r"'mesa-raw-1 .*expects 'median1'"):
        load(tmp_path, text, expected_views=wanted, expected_convention="median1")


def test_files_are_stitched_and_other_planets_known(tmp_path, calls):
    (tmp_path / "a.csv").write_text(CURVE)
    (tmp_path / "b.csv").write_text(CURVE.replace("24570", "24560"))
    text = """star_id,label,period,epoch,duration,light_curve
s,PC,2,2457001,3,a.csv; b.csv
s,PC,2.3,2457000.5,2,a.csv
s,FP,2,2457002,3,
t,FP,3,2457002,3,
"""
    load(tmp_path, text)
    (start, _, others), second = calls
    assert start == 2456000.0
    assert [other.period for other in others] == [2.3]
    assert [other.period for other in second[2]] == [2, 2]


def test_other_planets_are_known_however_their_star_is_written(tmp_path, calls):
    (tmp_path / "a.csv").write_text(CURVE)
    text = """star_id,label,period,epoch,duration,light_curve
757,PC,2,2457001,3,a.csv
KIC 757,PC,2.3,2457000.5,2,
758,FP,3,2457002,3,
"""
    load(tmp_path, text)
    ((_, _, others),) = calls
    assert [other.period for other in others] == [2.3]


def test_fingerprint_follows_raw_light_curves(tmp_path, calls):
    (tmp_path / "lc.csv").write_text(CURVE)
    text = "label,period,epoch,duration,light_curve\nPC,2,2457001,3,lc.csv\n"
    first, again = (load(tmp_path, text).fingerprint for _ in range(2))
    assert first == again
    # Under the same name, and in the same table.
    (tmp_path / "lc.csv").write_text("time\n1\n")
    assert load(tmp_path, text).fingerprint != first


def test_epochs_follow_the_file(tmp_path, calls, real_data):
    name = next((real_data / "raw_light_curves").glob("*261136679*.fits"))
    text = "label,period,epoch,duration,light_curve\n"
    text += f"PC,6.268,2458325.5,3,{name}\nPC,6.268,1325.5,3,{name}\n"
    load(tmp_path, text)
    assert [call[1].epoch for call in calls] == [1325.5, 1325.5]


def test_simulated_only_where_the_data_have_none(tmp_path, calls):
    data = load(tmp_path, "label,period\nPC,2\nFP,3\n", seed=7)
    assert data.light_curve_source == "simulated"
    assert calls == [([2.0, 3.0], 7)]
    assert "simulated from the table's rows" in " ".join(data.warnings)
    inline = load(tmp_path, "label,period,flux_0\nPC,2,1\n")
    assert inline.light_curve_source == "inline"
    np.savez(tmp_path / "views.npz", object_id=["row 1"], a_view=np.ones((1, 2)))
    views = load(tmp_path, "label,period,flux_0\nPC,2,1\n")
    assert views.light_curve_source == "views"
    assert len(calls) == 1
