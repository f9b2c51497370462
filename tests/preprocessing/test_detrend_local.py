import numpy as np
import pytest

from mesa_keras.preprocessing import detrend_local
from mesa_keras.preprocessing.detrend_local import local_quadratic

TIME = np.arange(0.0, 10.0, 0.01)


def smooth(values, usable=None, stretch=None, time=TIME):
    everything = np.ones(time.size, dtype=bool)
    return local_quadratic(
        time,
        values,
        usable=everything if usable is None else usable,
        stretch=np.zeros(time.size, int) if stretch is None else stretch,
        window=1.0,
    )


def test_keeps_a_parabola(monkeypatch):
    monkeypatch.setattr(detrend_local, "RIDGE", 1e-9)
    values = 0.3 * TIME**2 - TIME + 5
    inner = (TIME > 0.6) & (TIME < 9.4)
    # Up to a small part of what the values change in a step of the grid.
    np.testing.assert_allclose(smooth(values)[inner], values[inner], atol=1e-2)


def test_is_the_parabola_of_least_squares():
    rng = np.random.default_rng(0)
    values = np.sin(TIME) + 0.1 * rng.normal(size=TIME.size)
    near = np.abs(TIME - 5.0) < 0.52
    fit = np.polynomial.Polynomial.fit(TIME[near] - 5.0, values[near], 2)
    found = smooth(values)[np.argmin(np.abs(TIME - 5.0))]
    assert found == pytest.approx(fit(0.0), abs=0.01)


def test_stretches_do_not_see_each_other():
    stretch = (TIME > 5).astype(int)
    values = np.where(stretch, 3.0, -1.0)
    np.testing.assert_allclose(smooth(values, stretch=stretch), values, atol=1e-12)


def test_what_is_not_usable_does_not_count():
    usable = (TIME < 3) | (TIME > 6)
    values = np.where(usable, 2.0, np.nan)
    found = smooth(values, usable)
    np.testing.assert_allclose(found[usable], 2.0)
    assert np.isnan(found[(TIME > 3.6) & (TIME < 5.4)]).all()


def test_single_points():
    time = np.array([1.0, 5.0, 9.0])
    found = smooth(np.array([1.0, 2.0, 3.0]), stretch=np.arange(3), time=time)
    np.testing.assert_allclose(found, [1, 2, 3])
