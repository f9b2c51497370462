"""Tables without light curves, from the file to the arrays."""

import numpy as np
import pandas as pd
import pytest

from mesa_keras.recipes.mesa.data import load_data

LABELS = ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")
COLUMNS = ["object_id", "star_id", "label", "period", "epoch", "duration", "depth"]
COLUMNS += ["planet_radius", "stellar_temp", "stellar_radius", "magnitude"]


def load(path, **kwargs):
    return load_data(
        path,
        labels=LABELS,
        planet_features=("period", "depth", "planet_radius"),
        stellar_features=("stellar_temp", "stellar_radius"),
        **kwargs,
    )


@pytest.fixture
def table(real_data, tmp_path):
    """The real candidates, away from their light curves."""
    frame = pd.read_csv(real_data / "koi" / "test_data.csv")
    frame[COLUMNS].to_csv(tmp_path / "koi.csv", index=False)
    return tmp_path / "koi.csv"


def test_real_table_without_views_is_simulated_and_says_so(table):
    data = load(table, seed=3)
    assert data.light_curve_source == "simulated"
    assert data.view_convention == "median0_min-1"
    notes = " ".join(data.warnings)
    assert "simulated from the table's rows" in notes
    assert "the density of the star in 0 rows" in notes
    frame = pd.read_csv(table)
    for name, bins in (("global_view", 201), ("local_view", 61)):
        view = data.views[name]
        assert view.shape == (len(frame), bins)
        missing = np.isnan(view).all(axis=1)
        assert (missing <= frame["depth"].isna().to_numpy()).all()
        assert view[~missing].min(axis=1) == pytest.approx(-1)
    deep = (frame["label"] == "CONFIRMED") & (frame["depth"] > 2000)
    typical = np.median(data.views["local_view"][deep], axis=0)
    assert np.flatnonzero(typical < -0.5).mean() == pytest.approx(30, abs=1)
    for name, view in load(table, seed=3).views.items():
        np.testing.assert_array_equal(view, data.views[name])


def test_no_simulation_where_it_is_not_wanted(table):
    data = load(table, simulate_missing=False)
    assert data.light_curve_source == "none"
    assert not data.views


def test_named_views_win_and_must_exist(table, real_data):
    real = load(table, views_path=real_data / "koi" / "views.npz")
    assert real.light_curve_source == "views"
    with pytest.raises(FileNotFoundError, match=r"away\.npz"):
        load(table, views_path=table.parent / "away.npz")


def test_the_density_of_the_star_shapes_the_transit(real_data, tmp_path):
    """Real rows with a gravity: the orbit is the star's, not that of the duration."""
    frame = pd.read_csv(real_data / "koi" / "test_data.csv").head(40)
    frame["duration"] = 1.0
    frame.to_csv(tmp_path / "koi.csv", index=False)
    data = load(tmp_path / "koi.csv")
    known = np.isfinite(frame[["stellar_radius", "stellar_logg"]]).all(axis=1).sum()
    assert known > 30
    assert f"density of the star in {known} rows" in " ".join(data.warnings)
    frame.assign(duration=30.0).to_csv(tmp_path / "koi.csv", index=False)
    for name, view in load(tmp_path / "koi.csv").views.items():
        np.testing.assert_array_equal(view, data.views[name])
