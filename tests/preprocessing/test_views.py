import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing import (
    VIEW_CONVENTION,
    global_view,
    local_edges,
    local_view,
    make_views,
    normalize_view,
)
from mesa_keras.readers import DEFAULT_CONVENTION

PERIOD, EPOCH, DURATION = 3.7, 1.3, 3.0


def light_curve(noise=1e-4, days=300.0):
    """Box transits of 1 %."""
    time = np.arange(0, days, 0.0204)
    phase = (time - EPOCH + PERIOD / 2) % PERIOD - PERIOD / 2
    flux = 1 - 0.01 * (np.abs(phase) < DURATION / 48)
    return time, flux + np.random.default_rng(0).normal(scale=noise, size=time.size)


def test_transit_is_central_and_as_long_as_it_is():
    views = make_views(*light_curve(), PERIOD, EPOCH, DURATION)
    assert {name: view.shape for name, view in views.items()} == {
        "global_view": (201,),
        "local_view": (61,),
    }
    for view, center in ((views["global_view"], 100), (views["local_view"], 30)):
        assert view.dtype == np.float32
        dip = np.flatnonzero(view < -0.5)
        assert dip.mean() == pytest.approx(center, abs=0.5)
    assert (views["local_view"] < -0.5).sum() == pytest.approx(61 / 5, abs=1)
    expected = 201 * DURATION / 24 / PERIOD
    assert (views["global_view"] < -0.5).sum() == pytest.approx(expected, abs=1)


def test_convention():
    assert VIEW_CONVENTION == DEFAULT_CONVENTION
    for view in make_views(*light_curve(), PERIOD, EPOCH, DURATION).values():
        assert np.nanmedian(view) == pytest.approx(0, abs=1e-6)
        assert np.nanmin(view) == pytest.approx(-1)


@given(st.integers(-60, 60))
def test_shifted_epoch_shifts_the_view(bins):
    time, flux = light_curve(noise=0)
    step = PERIOD / 201
    moved = global_view(time, flux, PERIOD, EPOCH - bins * step)
    dip = np.flatnonzero(moved < 0.995)
    assert dip.mean() == pytest.approx(100 + bins, abs=0.6)


@given(st.floats(0.05, 0.65), st.floats(0.03, 0.3))
def test_gaps_invent_no_points(start, width):
    time, flux = light_curve()
    phase = ((time - EPOCH) / PERIOD) % 1.0
    kept = (phase < start) | (phase > start + width)
    view = global_view(time[kept], flux[kept], PERIOD, EPOCH)
    centers = ((np.arange(201) - 100) / 201) % 1.0
    inside = (centers > start + 0.01) & (centers < start + width - 0.01)
    assert np.isnan(view[inside]).all()
    whole = global_view(time, flux, PERIOD, EPOCH)
    outside = (centers < start - 0.01) | (centers > start + width + 0.01)
    np.testing.assert_array_equal(view[outside], whole[outside])


def test_order_of_cadences_and_nan_do_not_matter():
    time, flux = light_curve()
    expected = make_views(time, flux, PERIOD, EPOCH, DURATION)
    order = np.random.default_rng(1).permutation(time.size)
    padded = np.append(time[order], [5.0, np.nan]), np.append(flux[order], [np.nan, 1])
    for name, view in make_views(*padded, PERIOD, EPOCH, DURATION).items():
        np.testing.assert_array_equal(view, expected[name])


def test_transits_in_a_gap_give_a_missing_local_view():
    time, flux = light_curve()
    phase = (time - EPOCH + PERIOD / 2) % PERIOD - PERIOD / 2
    kept = np.abs(phase) > 2.6 * DURATION / 24
    views = make_views(time[kept], flux[kept], PERIOD, EPOCH, DURATION)
    assert np.isnan(views["local_view"]).all()
    assert np.isfinite(views["global_view"]).any()


def test_local_window():
    assert local_edges(10.0, 4.8)[[0, -1]] == pytest.approx([-0.5, 0.5])
    assert local_edges(0.6, 4.8)[[0, -1]] == pytest.approx([-0.3, 0.3])
    view = local_view(*light_curve(), PERIOD, EPOCH, DURATION, 21, num_durations=3)
    assert (view < 0.995).sum() == pytest.approx(7, abs=1)


@given(hnp.arrays(np.float64, (3, 9), elements=st.floats(-1e3, 1e3) | st.just(np.nan)))
def test_normalized_views(view):
    scaled = normalize_view(view)
    for before, after in zip(view, scaled, strict=True):
        finite = before[np.isfinite(before)]
        if not finite.size or finite.min() == np.median(finite):
            assert np.isnan(after).all()
            continue
        assert np.nanmin(after) == pytest.approx(-1)
        assert np.nanmedian(after) == pytest.approx(0, abs=1e-9)
        np.testing.assert_array_equal(np.isnan(after), np.isnan(before))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"period": 0.0}, "`period` must be positive days"),
        ({"period": np.nan}, "`period` must be positive days"),
        ({"epoch": np.inf}, "`epoch` must be a finite time"),
        ({"duration": -1.0}, "`duration` must be positive hours"),
        ({"flux": np.ones(3)}, "`time` and `flux` must be one-dimensional"),
        ({"flux": np.full(50, np.nan)}, "must have a point at which both are finite"),
        ({"time": [], "flux": []}, "must have a point at which both are finite"),
    ],
)
def test_rejects(changed, message):
    good = {"time": np.arange(50.0), "flux": np.ones(50)}
    good |= {"period": 3.0, "epoch": 0.0, "duration": 2.0}
    with pytest.raises(ValueError, match=message):
        make_views(**(good | changed))


def test_rejects_bins():
    with pytest.raises(ValueError, match="`num_bins` must be 1 or more"):
        global_view([1.0], [1.0], 1.0, 0.0, num_bins=0)
    with pytest.raises(ValueError, match="`num_durations` must be positive"):
        local_view([1.0], [1.0], 1.0, 0.0, 1.0, num_durations=0)
    with pytest.raises(ValueError, match=r"`view` must have shape \(..., num_bins\)"):
        normalize_view(1.0)
