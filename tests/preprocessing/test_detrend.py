import numpy as np
import pytest

from mesa_keras.preprocessing.detrend import slow_trend, window_days

pytestmark = pytest.mark.usefixtures("wotan_compiled")
TIME = np.arange(0.0, 40.0, 0.02)
NOTHING = np.zeros(TIME.size, dtype=bool)


def test_follows_a_rotating_star_under_the_mask():
    star = 3000 * (1 + 2e-3 * np.sin(2 * np.pi * TIME / 6))
    masked = np.abs((TIME - 1.5) % 6 - 3) < 0.15
    flux = star * np.where(masked, 0.98, 1.0)
    trend = slow_trend(TIME, flux, window=1.0, masked=masked)
    error = np.abs(trend / star - 1)
    assert error[masked].max() < 1e-4
    inner = (TIME > 0.5) & (TIME < 39.5)
    assert error[inner].max() < 1.5e-4
    assert error.max() < 6e-4


def test_segments_and_gaps_are_stretches_of_their_own():
    segment = (TIME > 20).astype(int)
    flux = np.where(segment, 200.0, 100.0)
    trend = slow_trend(TIME, flux, window=1.0, masked=NOTHING, segment=segment)
    np.testing.assert_allclose(trend, flux, rtol=1e-12)
    joined = slow_trend(TIME, flux, window=1.0, masked=NOTHING)
    assert np.abs(joined / flux - 1).max() > 0.1
    gap = (TIME < 19) | (TIME > 20)
    trend = slow_trend(TIME[gap], flux[gap], window=1.0, masked=NOTHING[gap])
    np.testing.assert_allclose(trend, flux[gap], rtol=1e-12)


def test_overlapping_segments():
    time = np.sort(np.append(TIME, TIME + 0.005))
    segment = np.arange(time.size) % 2
    flux = np.where(segment, 3.0, 1.0)
    nothing = np.zeros(time.size, dtype=bool)
    trend = slow_trend(time, flux, window=1.0, masked=nothing, segment=segment)
    np.testing.assert_allclose(trend, flux, rtol=1e-12)


def test_no_trend_where_all_is_masked():
    masked = (TIME > 10) & (TIME < 12)
    trend = slow_trend(TIME, np.full(TIME.size, 7.0), window=1.0, masked=masked)
    assert np.isnan(trend[(TIME > 10.6) & (TIME < 11.4)]).all()
    assert np.isfinite(trend[(TIME < 10) | (TIME > 12)]).all()


def test_outliers_do_not_bend_it():
    rng = np.random.default_rng(0)
    flux = 1 + 1e-4 * rng.normal(size=TIME.size)
    flares = rng.choice(TIME.size, 40, replace=False)
    flux[flares] += 0.1
    trend = slow_trend(TIME, flux, window=1.0, masked=NOTHING)
    assert np.abs(trend - 1).max() < 2e-4


def test_window():
    assert window_days(0.1) == 1.0
    assert window_days(0.5) == 1.5
