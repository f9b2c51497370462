"""From real files to views."""

import numpy as np
import pandas as pd
import pytest

from mesa_keras.preprocessing import flatten, make_views
from mesa_keras.readers import read_light_curve, read_views
from mesa_keras.recipes.mesa.data import load_data

PERIOD, EPOCH_BTJD, DURATION_H = 6.268, 1325.504, 3.0


@pytest.fixture
def pi_mensae(real_data):
    return next((real_data / "raw_light_curves").glob("*261136679*.fits"))


def check_transit(views):
    local, whole = views["local_view"], views["global_view"]
    assert np.isfinite(local).all()
    assert np.isfinite(whole).mean() > 0.95
    dip = np.flatnonzero(local < -0.5)
    assert dip.mean() == pytest.approx(30, abs=1.5)
    assert dip.size == pytest.approx(61 / 5, abs=3)
    outside = np.r_[local[:20], local[41:]]
    assert outside.std() < 0.15
    assert abs(np.nanargmin(whole) - 100) <= 2


def test_transit_of_pi_mensae_c(pi_mensae):
    curve = read_light_curve(pi_mensae)
    views = make_views(curve.time, curve.flux, PERIOD, EPOCH_BTJD, DURATION_H)
    check_transit(views)
    later = make_views(curve.time, curve.flux, PERIOD, EPOCH_BTJD + 1, DURATION_H)
    assert np.std(later["local_view"]) > 0.3  # no transit there: scaled noise


def test_depth_of_pi_mensae_c(pi_mensae):
    curve = read_light_curve(pi_mensae)
    phase = (curve.time - EPOCH_BTJD + PERIOD / 2) % PERIOD - PERIOD / 2
    inside, near = np.abs(phase) < 0.045, (np.abs(phase) > 0.08) & (np.abs(phase) < 0.3)
    depth = 1 - np.median(curve.flux[inside]) / np.median(curve.flux[near])
    assert 1e6 * depth == pytest.approx(300, abs=60)


@pytest.mark.slow  # wotan compiles itself on first use
def test_flattened_pi_mensae(pi_mensae):
    curve = read_light_curve(pi_mensae)
    flux = flatten(curve.time, curve.flux, PERIOD, EPOCH_BTJD, DURATION_H)
    assert np.nanmedian(flux) == pytest.approx(1, abs=1e-5)
    check_transit(make_views(curve.time, flux, PERIOD, EPOCH_BTJD, DURATION_H))


def test_recipe_folds_the_file(pi_mensae, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(
        "object_id,label,period,epoch,duration,light_curve\n"
        f"pi Men c,PC,{PERIOD},{EPOCH_BTJD + 2457000},{DURATION_H},{pi_mensae}\n"
    )
    data = load_data(
        table, labels=("PC", "FP"), planet_features=("period",), stellar_features=()
    )
    assert data.light_curve_source == "raw"
    check_transit({name: view[0] for name, view in data.views.items()})


def test_published_views_follow_the_same_convention(real_data):
    frame = pd.read_csv(real_data / "koi" / "train_data.csv")
    strong = frame[(frame["label"] == "CONFIRMED") & (frame["model_snr"] > 60)]
    views = read_views(real_data / "koi" / "views.npz", list(strong["object_id"])).views
    for name, bins, center in (("global_view", 201, 100), ("local_view", 61, 30)):
        assert views[name].shape[1] == bins
        assert abs(np.median(np.argmin(views[name], axis=1)) - center) <= 1
        assert np.abs(np.median(views[name], axis=1)).max() < 1e-2
    typical = np.median(views["local_view"], axis=0)
    assert (typical < -0.4).sum() == pytest.approx(61 / 5, abs=2)
