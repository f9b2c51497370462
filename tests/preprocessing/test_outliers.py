import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.preprocessing.outliers import outliers, scatter_by_segment

TIME = np.arange(0.0, 30.0, 0.02)
SIGMA = 1e-3
NOISE = SIGMA * np.random.default_rng(0).normal(size=TIME.size)


def clip(flux, protected=None, duration=4.0):
    nothing = np.zeros(TIME.size, dtype=bool)
    return outliers(
        TIME,
        flux,
        np.full(TIME.size, SIGMA),
        protected=nothing if protected is None else protected,
        duration_days=duration / 24,
        exposure_days=0.02,
    )


def test_high_points_go_everywhere():
    flux = 1 + 0.3 * NOISE
    flux[[5, 400]] += 5 * SIGMA
    found = clip(flux, protected=TIME < 10)
    assert np.flatnonzero(found).tolist() == [5, 400]


@given(st.integers(10, 1480), st.floats(6, 1000), st.booleans())
def test_a_low_point_goes_only_alone_and_outside(place, sigmas, inside):
    flux = 1 + 0.3 * NOISE
    flux[place] -= sigmas * SIGMA
    protected = np.abs(TIME - TIME[place]) < 0.1
    found = clip(flux, protected if inside else None)
    assert np.flatnonzero(found).tolist() == ([] if inside else [place])


@given(st.integers(10, 1400), st.integers(3, 40), st.floats(6, 1000))
def test_no_dip_is_eaten_that_may_be_an_eclipse(place, length, sigmas):
    flux = 1 + 0.3 * NOISE
    flux[place : place + length] -= sigmas * SIGMA
    assert not clip(flux).any()


def test_a_low_point_on_the_slope_of_a_dip_stays():
    flux = 1 + 0.3 * NOISE
    flux[100:105] -= SIGMA * np.array([2, 4, 9, 4, 2])
    assert not clip(flux).any()


def test_short_transits_of_few_exposures_are_safe():
    flux = 1 + 0.3 * NOISE
    flux[100] -= 50 * SIGMA
    assert clip(flux).any()
    assert not clip(flux, duration=1.5).any()


def test_ends_and_nan():
    flux = 1 + 0.3 * NOISE
    flux[[0, -1]] -= 20 * SIGMA
    flux[[7, 8]] = np.nan
    assert not clip(flux).any()


def test_scatter_by_segment():
    segment = np.repeat([0, 1, 2], 500)
    flux = 1 + NOISE * np.repeat([1.0, 3.0, 9.0], 500)
    scatter = scatter_by_segment(flux, segment, segment < 2)
    assert scatter[0] == pytest.approx(SIGMA, rel=0.1)
    assert scatter[600] == pytest.approx(3 * SIGMA, rel=0.1)
    assert scatter[1200] == pytest.approx((scatter[0] + scatter[600]) / 2)
