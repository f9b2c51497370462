import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.readers import read_views
from mesa_keras.simulation import (
    EARTH_RADIUS_SOLAR,
    LONG_CADENCE_DAYS,
    quadratic_limb_darkening,
    scaled_semimajor_axis,
    simulate_views_from_rows,
    stellar_density,
    transit_duration,
    transit_flux,
)
from mesa_keras.simulation.catalogue_rows import RANGES, transit_parameters

HOT_JUPITER = {
    "object_id": "hot",
    "period": 3.5,
    "epoch": 130.0,
    "duration": 3.0,
    "depth": 1e4,
    "planet_radius": 11.0,
    "impact": 0.2,
    "magnitude": 11.0,
    "stellar_temp": 5800.0,
    "stellar_radius": 1.0,
    "stellar_logg": 4.44,
}


def depth_ppm(ratio, limb_darkening):
    flux = transit_flux(
        [0.0, 50.0],
        period=100.0,
        epoch=0.0,
        radius_ratio=ratio,
        scaled_semimajor_axis=90.0,
        limb_darkening=limb_darkening,
    )
    assert flux[1] == 1
    return 1e6 * (1 - flux[0])


def test_earth_before_the_sun():
    assert depth_ppm(EARTH_RADIUS_SOLAR, (0.0, 0.0)) == pytest.approx(84, abs=0.2)
    assert 100 < depth_ppm(EARTH_RADIUS_SOLAR, quadratic_limb_darkening(5772)) < 112


def test_depth_of_one_percent():
    assert depth_ppm(0.1, (0.0, 0.0)) == pytest.approx(1e4)
    assert depth_ppm(0.0, (0.4, 0.2)) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("inner", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_limbs_that_touch_at_mid_transit(inner, seed):
    rng = np.random.default_rng(seed)
    ratios = 10 ** rng.uniform(-2.5, -0.05, 100)
    for ratio in ratios:
        contact = 1 - ratio if inner else ratio
        orbit = {"period": 2.4, "epoch": 0.0, "radius_ratio": ratio}
        orbit["scaled_semimajor_axis"] = rng.uniform(2.5, 60.0)
        beside = 1 - transit_flux(0.0, impact=contact - 1e-5, **orbit)
        lost = 1 - transit_flux(0.0, impact=contact, **orbit)
        assert lost == pytest.approx(beside, rel=0.01)


def test_a_deep_eclipse_of_unknown_radii_is_as_deep_as_its_row_says():
    row = {"period": 2.28, "duration": 4.0, "depth": 365_220.0, "impact": 0.59}
    transit = transit_parameters(
        {**dict.fromkeys(RANGES, np.nan), **row}, np.random.default_rng(0)
    )
    # Seen whole, since a larger impact would contradict the depth.
    assert transit.impact == 1 - transit.radius_ratio
    flux = transit_flux(
        0.0,
        period=transit.period,
        epoch=0.0,
        radius_ratio=transit.radius_ratio,
        scaled_semimajor_axis=transit.scaled_semimajor_axis,
        impact=transit.impact,
        limb_darkening=transit.limb_darkening,
    )
    assert 1 - flux == pytest.approx(0.365, rel=0.05)


@pytest.mark.parametrize("impact", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("period", [2.0, 40.0, 365.0])
def test_duration_follows_density(period, impact):
    axis = float(scaled_semimajor_axis(period, stellar_density(4.438, 1.0)))
    time = np.linspace(-1, 1, 40_001) * period / 8
    flux = transit_flux(
        time,
        period=period,
        epoch=0.0,
        radius_ratio=0.05,
        scaled_semimajor_axis=axis,
        impact=impact,
    )
    hours = 24 * np.ptp(time[flux < 1])
    assert hours == pytest.approx(
        float(transit_duration(period, axis, 0.05, impact)), rel=0.01
    )


@given(st.floats(0.5, 400.0), st.floats(0, 2000.0), st.floats(-5.0, 5.0))
def test_repeats_each_period_and_is_symmetric(period, epoch, days):
    orbit = {"period": period, "epoch": epoch, "radius_ratio": 0.1}
    orbit["scaled_semimajor_axis"] = 6.0
    flux = transit_flux([epoch + days, epoch + days + period, epoch - days], **orbit)
    np.testing.assert_allclose(flux, flux[0], atol=1e-8)


def test_exposures_smear_and_keep_the_mean():
    time = np.linspace(-0.3, 0.3, 6001)
    orbit = {"period": 3.0, "epoch": 0.0, "radius_ratio": 0.1}
    orbit["scaled_semimajor_axis"] = 20.0
    sharp = transit_flux(time, **orbit)
    smeared = transit_flux(time, exposure_days=LONG_CADENCE_DAYS, **orbit)
    assert (smeared < 1).sum() > (sharp < 1).sum()
    assert (1 - smeared).sum() == pytest.approx((1 - sharp).sum(), rel=1e-3)
    width = int(LONG_CADENCE_DAYS / (time[1] - time[0]))
    expected = np.convolve(sharp, np.ones(width) / width, mode="same")
    np.testing.assert_allclose(smeared[500:-500], expected[500:-500], atol=6e-4)


def test_shapes_and_gaps():
    orbit = {"period": 3.0, "epoch": 0.0, "radius_ratio": 0.1}
    orbit["scaled_semimajor_axis"] = 20.0
    flux = transit_flux([[0.0, np.nan], [1.0, np.inf]], **orbit)
    assert np.isnan(flux).tolist() == [[False, True], [False, True]]
    assert transit_flux(0.0, **orbit).shape == ()
    assert transit_flux([], **orbit).shape == (0,)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"period": 0.0}, "`period` must be positive days"),
        ({"epoch": np.nan}, "`epoch` must be a finite time"),
        ({"radius_ratio": -0.1}, "`radius_ratio` must be 0 or more"),
        ({"scaled_semimajor_axis": 1.0}, "`scaled_semimajor_axis` must be above 1"),
        ({"impact": 21.0}, "`impact` must be from 0 to `scaled_semimajor_axis`"),
        ({"limb_darkening": (0.3,)}, "`limb_darkening` must be two numbers"),
        ({"exposure_days": -1.0}, "`exposure_days` must be 0 or more"),
    ],
)
def test_rejects(changed, message):
    good = {"period": 3.0, "epoch": 0.0, "radius_ratio": 0.1}
    good["scaled_semimajor_axis"] = 20.0
    with pytest.raises(ValueError, match=message):
        transit_flux([0.0], **(good | changed))


def test_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "batman", None)
    with pytest.raises(ImportError, match=r'pip install -e "\.\[lightcurves\]"'):
        simulate_views_from_rows(pd.DataFrame([HOT_JUPITER]), 0)


def views_of(*rows, seed=0):
    return simulate_views_from_rows(pd.DataFrame(list(rows)), seed)


def test_views_show_the_transit():
    views = views_of(HOT_JUPITER)
    for name, bins in (("global_view", 201), ("local_view", 61)):
        view = views[name]
        assert view.shape == (1, bins)
        assert view.dtype == np.float32
        assert view.min() == pytest.approx(-1)
        assert np.median(view) == pytest.approx(0, abs=1e-6)
        assert np.flatnonzero(view[0] < -0.5).mean() == pytest.approx(bins // 2, abs=1)
    # Full width at half depth: the duration less half of in- and egress.
    assert (views["local_view"] < -0.5).sum() == pytest.approx(61 / 5 - 1, abs=1.5)


def test_narrow_transits_vanish_from_the_global_view():
    """The median of a bin much wider than the transit does not see it."""
    row = HOT_JUPITER | {"period": 700.0, "duration": 4.0, "stellar_logg": np.nan}
    view = views_of(row)["global_view"][0]
    assert abs(view[100]) < 5 * 1.48 * np.median(np.abs(view))
    assert (views_of(row)["local_view"] < -0.5).sum() > 8


def test_noise_scales():
    def noise(**changed):
        # Without a gravity the orbit follows from the duration, which stays.
        row = HOT_JUPITER | {"depth": 500.0, "stellar_logg": np.nan} | changed
        view = views_of(row)["local_view"][0]
        return np.r_[view[:20], view[41:]].std()

    # White: a quarter of the depth, four times the noise; twice the bin, 0.7 times.
    assert noise(depth=125.0) / noise() == pytest.approx(4, rel=0.3)
    assert noise(magnitude=16.0) > 4 * noise()
    # A single row needs many rows to average: the same bins, 4 times the period.
    assert noise(period=14.0) / noise() == pytest.approx(2, rel=0.4)


def test_rows_that_cannot_be_simulated_are_missing():
    nothing = {"depth": np.nan, "planet_radius": np.nan}
    rows = [
        HOT_JUPITER | {"period": np.nan},
        HOT_JUPITER | {"period": -3.0},
        HOT_JUPITER | {"period": np.inf},
        HOT_JUPITER | nothing,
        HOT_JUPITER | nothing | {"planet_radius": 3.0, "stellar_radius": np.nan},
        HOT_JUPITER | {"depth": 0.0, "planet_radius": 0.0},
        HOT_JUPITER | {"depth": np.nan},
        HOT_JUPITER | {"depth": 3e6},
    ]
    for view in views_of(*rows).values():
        assert np.isnan(view[:6]).all()
        assert np.isfinite(view[6:]).all()


def test_few_columns_suffice():
    frame = pd.DataFrame({"period": [3.0, 5.0], "depth": [1e4, 2e3]})
    assert all(
        np.isfinite(v).all() for v in simulate_views_from_rows(frame, 0).values()
    )
    seed_columns = ["period", "planet_radius", "stellar_radius", "stellar_temp"]
    frame = pd.DataFrame([HOT_JUPITER])[seed_columns]
    view = simulate_views_from_rows(frame, 0)["local_view"]
    assert (view < -0.5).sum() == pytest.approx(61 / 5 - 1, abs=2)
    for view in simulate_views_from_rows(
        pd.DataFrame({"magnitude": [1.0]}), 0
    ).values():
        assert np.isnan(view).all()
    empty = simulate_views_from_rows(pd.DataFrame({"period": []}), 0)
    assert empty["global_view"].shape == (0, 201)


VALUE = st.one_of(
    st.floats(-10, 1e4), st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1e30, 1e-30])
)


NUMBERS = [name for name in HOT_JUPITER if name != "object_id"]


@given(st.fixed_dictionaries(dict.fromkeys(NUMBERS, VALUE)))
def test_any_row_gives_a_view_or_none(changed):
    kept = {name: value for name, value in changed.items() if value != 0.0}
    for row in (changed, HOT_JUPITER | kept):
        for view in views_of(row).values():
            finite = np.isfinite(view)
            assert finite.all() or not finite.any()


def test_seeded_by_row():
    others = [HOT_JUPITER | {"object_id": f"K{i}"} for i in range(4)]
    first, last = views_of(*others), views_of(*others[::-1])
    for name, view in first.items():
        np.testing.assert_array_equal(view, last[name][::-1])
        np.testing.assert_array_equal(view[2:3], views_of(others[2])[name])
        assert (view != views_of(*others, seed=1)[name]).any(axis=1).all()
        assert (view[0] != view[1]).any()
    with pytest.raises(ValueError, match="`seed` must be 0 or more"):
        views_of(HOT_JUPITER, seed=-1)


def test_like_the_real_views(real_data):
    """Noise and width of simulated planets agree with Kepler's own light curves."""
    frame = pd.read_csv(real_data / "koi" / "train_data.csv")
    frame = frame[(frame["label"] == "CONFIRMED") & frame["model_snr"].between(15, 60)]
    real = read_views(real_data / "koi" / "views.npz", list(frame["object_id"])).views
    simulated = simulate_views_from_rows(frame, 0)
    outside = np.r_[0:18, 43:61]
    ratio = real["local_view"][:, outside].std(axis=1)
    ratio /= simulated["local_view"][:, outside].std(axis=1)
    assert np.median(ratio) == pytest.approx(1, abs=0.2)
    typical = [np.median(v["local_view"], axis=0) for v in (real, simulated)]
    np.testing.assert_allclose(typical[0], typical[1], atol=0.2)
    assert np.corrcoef(typical)[0, 1] > 0.98
