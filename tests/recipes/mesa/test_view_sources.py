import sys
import types

import numpy as np
import pytest

from mesa_keras.recipes.mesa.data import load_data

CURVE = "time,flux\n" + "".join(f"{2457000 + t / 10},1.0\n" for t in range(50))


@pytest.fixture
def calls(monkeypatch):
    """Stands in for folding and simulation, and notes what they are given."""
    seen = []

    def make_views(time, flux, period, epoch, duration):
        seen.append((time[0], period, epoch, duration))
        return {"global_view": np.full(4, period), "local_view": np.full(3, -1.0)}

    def simulate_views_from_rows(frame, seed):
        seen.append((list(frame["period"]), seed))
        return {"global_view": np.zeros((len(frame), 4), np.float32)}

    for name, function in (
        ("mesa_keras.preprocessing.light_curve", make_views),
        ("mesa_keras.simulation.transits", simulate_views_from_rows),
    ):
        module = types.ModuleType(name)
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, name, module)
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
"""
    data = load(tmp_path, text)
    assert data.light_curve_source == "raw"
    assert data.view_convention == "median0_min-1"
    assert calls == [(2457000.0, 2.0, 2457001.0, 3.0)]
    assert data.views["global_view"].dtype == np.float32
    assert data.views["global_view"][0].tolist() == [2] * 4
    assert np.isnan(data.views["local_view"][1:]).all()
    assert data.faults[0] == ""
    assert "absent.csv: no such file" in data.faults[1]
    assert "'flux' is missing" in data.faults[2]
    assert "cannot be folded without a period" in data.faults[3]
    assert data.faults[3].endswith("no usable value")
    assert data.faults[4] == ""
    assert data.missing()[4] == ("global_view", "local_view")


def test_epochs_follow_the_file(tmp_path, calls, real_data):
    name = next((real_data / "raw_light_curves").glob("*261136679*.fits"))
    text = "label,period,epoch,duration,light_curve\n"
    text += f"PC,6.268,2458325.5,3,{name}\nPC,6.268,1325.5,3,{name}\n"
    load(tmp_path, text)
    assert [call[2] for call in calls] == [1325.5, 1325.5]


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
