import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesa_keras.preprocessing import SCALARS, Ephemeris, ViewSettings, candidate_views
from mesa_keras.preprocessing.transit_resample import TransitResampler
from mesa_keras.preprocessing.transit_scalars import single_depths
from mesa_keras.simulation.injection import Injection

pytestmark = pytest.mark.usefixtures("wotan_compiled")
PERIOD, EPOCH = 4.02, 1.5
PLANET = Injection(
    period=PERIOD, epoch=EPOCH, radius_ratio=0.1, scaled_semimajor_axis=11, impact=0.2
)
TRANSITS = Ephemeris(period=PERIOD, epoch=EPOCH, duration=PLANET.duration())
# Not a simple fraction of the period: no point is on the edge of two bins.
TIME = np.arange(0.0, 90.0, 0.010137)
NOISE = 1e-4
FLUX = PLANET.flux(TIME, 0.01) * (
    1 + NOISE * np.random.default_rng(0).normal(size=TIME.size)
)
LENGTHS = dict.fromkeys(("global", "half_period", "double_period"), 201) | (
    dict.fromkeys(("local", "odd", "even", "secondary", "centroid"), 61)
)


@functools.cache
def whole():
    return candidate_views(TIME, FLUX, TRANSITS)


@pytest.fixture(scope="module")
def views(wotan_compiled):
    return whole()


def test_all_views_with_scatter_and_counts(views):
    for arrays in (views.flux, views.scatter, views.count, views.normalized()):
        assert {name: array.size for name, array in arrays.items()} == LENGTHS
        assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}
    assert set(views.scalars) == set(SCALARS)
    kept = views.flat.flux.size
    for name in ("global", "half_period", "double_period"):
        assert views.count[name].sum() == kept
    both = views.count["odd"] + views.count["even"]
    np.testing.assert_array_equal(both, views.count["local"])
    outside = np.abs(np.arange(61) - 30) > 10
    for name in ("local", "odd", "even", "secondary"):
        scatter = np.median(views.scatter[name][outside])
        assert scatter == pytest.approx(NOISE, rel=0.1)


def test_transits_are_where_they_belong(views):
    depth = PLANET.depth() / 1e6
    for name in ("global", "half_period"):
        assert views.flux[name][100] == pytest.approx(-depth * 0.97, rel=0.05)
    assert views.flux["half_period"][[20, 180]] == pytest.approx(0, abs=NOISE)
    double = np.flatnonzero(views.flux["double_period"] < -depth / 2)
    assert double.tolist() == [49, 50, 51, 149, 150, 151]
    for name in ("local", "odd", "even"):
        dip = np.flatnonzero(views.flux[name] < -depth / 2)
        assert dip.mean() == pytest.approx(30, abs=0.3)
        assert dip.size == pytest.approx(61 / 5, abs=1.5)
        assert views.normalized()[name][30] == pytest.approx(-1, abs=0.03)
    assert np.isnan(views.flux["centroid"]).all()
    assert np.isnan(views.scalars["centroid_shift"])
    assert views.scalars["transit_count"] == 23


def test_one_row_a_transit(views):
    rows = views.unfolded
    assert rows.shape == (20, 31)
    assert (rows[:, 15] < -0.9 * PLANET.depth() / 1e6).all()
    few = candidate_views(TIME[TIME < 20], FLUX[TIME < 20], TRANSITS)
    assert np.isfinite(few.unfolded[:5]).any(axis=1).all()
    assert np.isnan(few.unfolded[5:]).all()
    assert few.scalars["transit_count"] == 5


def test_odd_even_and_secondary():
    binary = Injection(
        **vars(PLANET)
        | {
            "odd_even_difference": 900.0,
            "secondary_depth": 1500.0,
            "secondary_phase": 0.44,
        }
    )
    views = candidate_views(
        TIME, FLUX / PLANET.flux(TIME) * binary.flux(TIME), TRANSITS
    )
    found = views.scalars
    assert found["odd_even_difference"] == pytest.approx(
        900, abs=4 * found["odd_even_error"]
    )
    deeper = views.flux["even"] - views.flux["odd"]
    assert 1e6 * np.median(deeper[27:34]) == pytest.approx(900, rel=0.1)
    assert found["secondary_phase"] == pytest.approx(0.44, abs=0.003)
    assert found["secondary_depth"] == pytest.approx(1500, rel=0.05)
    dip = np.flatnonzero(views.flux["secondary"] < -0.00075)
    assert dip.mean() == pytest.approx(30, abs=1)
    # All views over the same depth: they can be compared.
    ratio = views.normalized()["secondary"] / views.flux["secondary"]
    np.testing.assert_allclose(ratio, 1 / views.scale, rtol=1e-5)


@pytest.mark.parametrize(("ratio", "impact"), [(0.1, 0.6), (0.2, 0.8), (0.3, 0.0)])
def test_errors_of_strong_transits_hold(ratio, impact):
    # Many cadences tell durations to seconds, if only the shape were known so well.
    body = Injection(
        period=PERIOD,
        epoch=EPOCH,
        radius_ratio=ratio,
        scaled_semimajor_axis=10,
        impact=impact,
    )
    flux = body.flux(TIME, 0.01) * FLUX / PLANET.flux(TIME, 0.01)
    transits = Ephemeris(period=PERIOD, epoch=EPOCH, duration=1.07 * body.duration())
    scalars = candidate_views(TIME, flux, transits).scalars
    for name, true in (("depth", body.depth()), ("duration", body.duration())):
        error = scalars[f"measured_{name}_error"]
        assert scalars[f"measured_{name}"] == pytest.approx(true, abs=2.5 * error)
        assert scalars[f"measured_{name}"] == pytest.approx(true, rel=0.05)


def test_transits_count_whatever_the_exposures_of_their_sector():
    # 27 days of half an hour each, then 27 days of two minutes.
    time = np.concatenate(
        [np.arange(0.0, 27.0, 1 / 48), np.arange(28.0, 55.0, 1 / 720)]
    )
    segment = (time > 27.5).astype(int)
    body = Injection(
        period=PERIOD,
        epoch=EPOCH,
        radius_ratio=0.1,
        scaled_semimajor_axis=11,
        odd_even_difference=1000,
    )
    noise = np.where(segment, 1e-3, 1e-3 / 15**0.5)
    flux = body.flux(time, 0.01) * (
        1 + noise * np.random.default_rng(1).normal(size=time.size)
    )
    found = candidate_views(time, flux, TRANSITS, segment=segment)
    assert found.scalars["transit_count"] == 14
    assert np.isfinite(found.unfolded).any(axis=1).sum() == 14
    folded = TRANSITS.fold(found.flat.time)
    assert single_depths(found.flat, folded, found.fit).cycle.tolist() == [*range(14)]
    assert TransitResampler(found.flat, TRANSITS).num_transits == 14


def test_centroid():
    inside = TRANSITS.near(TIME, 0.95)[:, None]
    noise = 1e-4 * np.random.default_rng(1).normal(size=(TIME.size, 2))
    centroid = 300 + noise + inside * np.array([3e-3, 4e-3])
    views = candidate_views(TIME, FLUX, TRANSITS, centroid=centroid)
    found = views.scalars
    assert found["centroid_shift"] == pytest.approx(5e-3, rel=0.02)
    assert 0 < found["centroid_error"] < 1e-4
    assert views.flux["centroid"][30] == pytest.approx(5e-3, rel=0.05)
    assert views.flux["centroid"][5] == pytest.approx(0, abs=2e-4)
    with pytest.raises(ValueError, match="`centroid` must have a column and a row"):
        candidate_views(TIME, FLUX, TRANSITS, centroid=centroid[:5])


def test_bins_are_as_asked():
    asked = ViewSettings(
        global_bins=2001, local_bins=201, unfolded_transits=4, unfolded_bins=9
    )
    views = candidate_views(TIME, FLUX, TRANSITS, settings=asked)
    assert views.flux["global"].size == views.flux["double_period"].size == 2001
    assert views.flux["odd"].size == 201
    assert views.unfolded.shape == (4, 9)
    assert np.nanargmin(views.flux["local"]) == pytest.approx(100, abs=20)


@given(st.integers(-30, 30))
@settings(max_examples=6)
def test_any_transit_may_be_the_epoch(cycles):
    views = whole()
    moved = Ephemeris(
        period=PERIOD, epoch=EPOCH + cycles * PERIOD, duration=TRANSITS.duration
    )
    found = candidate_views(TIME, FLUX, moved)
    names = {"odd": "even", "even": "odd"} if cycles % 2 else {}
    for name in ("global", "local", "odd", "even"):
        expected = views.flux[names.get(name, name)]
        close = np.isclose(found.flux[name], expected, atol=1e-7, equal_nan=True)
        assert close.mean() > 0.9


@given(st.integers(-12, 12))
@settings(max_examples=6)
def test_shifted_epoch_shifts_the_view(bins):
    views = whole()
    step = PERIOD / 201
    moved = Ephemeris(
        period=PERIOD, epoch=EPOCH - bins * step, duration=TRANSITS.duration
    )
    found = candidate_views(TIME, FLUX, moved)
    dip = np.flatnonzero(found.flux["global"] < -PLANET.depth() / 2e6)
    expected = np.flatnonzero(views.flux["global"] < -PLANET.depth() / 2e6)
    assert dip.mean() == pytest.approx(expected.mean() + bins, abs=0.6)


@given(st.floats(0.1, 0.7), st.floats(0.05, 0.25))
@settings(max_examples=6)
def test_gaps_invent_no_points(start, width):
    phase = ((TIME - EPOCH) / PERIOD) % 1.0
    kept = (phase < start) | (phase > start + width)
    found = candidate_views(TIME[kept], FLUX[kept], TRANSITS)
    centers = ((np.arange(201) - 100) / 201) % 1.0
    inside = (centers > start + 0.01) & (centers < start + width - 0.01)
    assert np.isnan(found.flux["global"][inside]).all()
    assert (found.count["global"][inside] == 0).all()
    for name, count in found.count.items():
        np.testing.assert_array_equal(np.isnan(found.flux[name]), count == 0)
    assert found.count["global"].sum() == found.flat.flux.size <= kept.sum()


def test_no_transit_to_see():
    kept = ~TRANSITS.near(TIME, 4.0)
    found = candidate_views(TIME[kept], FLUX[kept], TRANSITS)
    assert found.scalars["transit_count"] == 0
    assert np.isnan(found.scalars["measured_depth"])
    assert np.isnan(found.scale)
    assert np.isnan(found.normalized()["global"]).all()
    assert np.isfinite(found.flux["global"]).any()


def test_nothing_there_is_scaled_by_its_noise():
    level = 1 + NOISE * np.random.default_rng(3).normal(size=TIME.size)
    found = candidate_views(TIME, level, TRANSITS)
    assert abs(found.scalars["measured_snr"]) < 4
    assert found.scale == pytest.approx(3 * NOISE / np.sqrt(23 * 13), rel=1.5)
    assert np.abs(found.normalized()["local"]).max() < 20
