import numpy as np
import pytest

from mesa_keras.preprocessing.transit_depths import (
    TransitDepths,
    depth_scatter,
    excess_scatter,
    odd_even,
    transit_depths,
)
from mesa_keras.preprocessing.transit_fit import TransitFit

FIT = TransitFit(
    depth=0.01,
    depth_err=1e-4,
    duration_days=0.2,
    duration_err_days=0.01,
    shift_days=0.0,
    v_shape=0.05,
    shape=0,
    best_duration_days=0.2,
)


def test_single_transits_on_levels_of_their_own():
    phase = np.tile(np.linspace(-0.6, 0.6, 121), 4)
    cycle = np.repeat([-1, 0, 1, 2], 121)
    level = np.repeat([1.0, 1.2, 0.9, 1.0], 121)
    depth = np.repeat([0.01, 0.02, 0.0, 0.01], 121)
    flux = level - depth * (np.abs(phase) < 0.0999)
    seen = ~((cycle == 2) & (np.abs(phase) < 0.15))  # the last is in a gap
    found = transit_depths(
        phase[seen], cycle[seen], flux[seen], FIT, noise=1e-3, exposure_days=1e-3
    )
    assert found.cycle.tolist() == [-1, 0, 1]
    np.testing.assert_allclose(found.depth, [0.0109, 0.0218, 0], atol=5e-4)
    np.testing.assert_allclose(found.error, 1e-3 / np.sqrt(18), rtol=0.2)


def test_no_point_near_a_transit():
    far = np.full(5, 3.0)
    found = transit_depths(
        far, np.zeros(5, int), far, FIT, noise=1.0, exposure_days=0.0
    )
    assert found.depth.size == 0


def test_odd_and_even():
    depths = TransitDepths(
        cycle=np.array([0, 1, 2, 3]),
        depth=np.array([5.0, 3.0, 5.0, 3.0]),
        error=np.array([1.0, 1.0, 1.0, 1.0]),
    )
    assert odd_even(depths) == pytest.approx((2.0, 1.0))
    wild = TransitDepths(
        cycle=depths.cycle, depth=np.array([9.0, 3.0, 1.0, 3.0]), error=depths.error
    )
    assert odd_even(wild) == pytest.approx((2.0, 4.0))
    alone = TransitDepths(cycle=np.array([0, 2]), depth=np.ones(2), error=np.ones(2))
    assert np.isnan(odd_even(alone)).all()


def test_scatter_of_depths():
    depths = TransitDepths(
        cycle=np.arange(4), depth=np.array([0.0, 50.0, 8.0, 50.0]), error=np.ones(4)
    )
    assert depth_scatter(depths) == 4.0
    one = TransitDepths(cycle=np.arange(1), depth=np.ones(1), error=np.ones(1))
    assert depth_scatter(one) == 1.0


def test_excess_scatter():
    assert excess_scatter(np.array([0.1, 0.2]), 1) == 1.0
    assert excess_scatter(np.array([3.0, 4.0]), 1) == 5.0
    assert excess_scatter(np.array([9.0]), 0) == 1.0
