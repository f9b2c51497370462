import numpy as np
import pytest

from mesa_keras.preprocessing import Ephemeris
from mesa_keras.preprocessing.transit_centroid import centroid_motion, centroid_shift

TRANSITS = Ephemeris(period=3.0, epoch=1.0, duration=4.8)
TIME = np.arange(0.0, 60.0, 0.01)


def measure(centroid):
    folded = TRANSITS.fold(TIME)
    near, motion = centroid_motion(folded, centroid, TRANSITS.duration_days)
    return centroid_shift(folded.take(near), motion, TRANSITS.duration_days)


def test_shift_on_a_drifting_detector():
    rng = np.random.default_rng(0)
    drift = np.column_stack([500 + 0.02 * TIME, 700 - 0.3 * np.sin(TIME / 20)])
    inside = TRANSITS.near(TIME)[:, None]
    noise = 1e-3 * rng.normal(size=(TIME.size, 2))
    shift, error = measure(drift + noise + inside * np.array([3e-3, -1e-3]))
    np.testing.assert_allclose(shift, [3e-3, -1e-3], atol=4 * error)
    assert error == pytest.approx(1e-3 / np.sqrt(12 * 20), rel=0.5)


def test_jitter_of_hours_is_in_the_error():
    rng = np.random.default_rng(1)
    jitter = np.repeat(rng.normal(size=(500, 2)), 12, axis=0)
    shift, error = measure(500 + 1e-3 * jitter)
    assert error > 1e-4
    assert (np.abs(shift) < 4 * error).all()


def test_missing():
    nothing = np.full((TIME.size, 2), np.nan)
    shift, error = measure(nothing)
    assert np.isnan([*shift, error]).all()
    some = np.where(TRANSITS.near(TIME)[:, None], np.nan, 1.0) * np.ones(2)
    assert np.isnan(measure(some)[0]).all()
