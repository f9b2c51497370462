from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing import bin_median

VALUES = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf])


def reference(x, y, edges):
    medians = []
    for low, high in pairwise(edges):
        chosen = y[(x >= low) & (x < high) & np.isfinite(y)]
        medians.append(np.median(chosen) if chosen.size else np.nan)
    return medians


@given(
    hnp.arrays(np.float64, 60, elements=st.floats(-2, 2) | st.just(np.nan)),
    hnp.arrays(np.float64, 60, elements=VALUES),
    hnp.arrays(np.float64, st.integers(2, 9), elements=st.floats(-1, 1), unique=True),
)
def test_matches_numpy(x, y, edges):
    edges = np.sort(edges)
    np.testing.assert_allclose(
        bin_median(x, y, edges), reference(x, y, edges), rtol=1e-12
    )


@pytest.mark.parametrize("num_bins", [1, 300, 70_000])
def test_any_number_of_bins(num_bins):
    rng = np.random.default_rng(num_bins)
    x = rng.uniform(size=2000)
    y = np.floor(x * num_bins)
    medians = bin_median(x, y, np.linspace(0, 1, num_bins + 1))
    full = np.isfinite(medians)
    assert full.sum() == np.unique(y).size
    np.testing.assert_allclose(medians[full], np.flatnonzero(full), atol=1)


def test_no_point_gives_empty_bins():
    assert np.isnan(bin_median([], [], [0, 1, 2])).all()


@pytest.mark.parametrize(
    ("x", "y", "edges", "message"),
    [
        ([1, 2], [1], [0, 1], "`x` and `y` must be one-dimensional and of one length"),
        ([[1]], [[1]], [0, 1], "`x` and `y` must be one-dimensional"),
        ([1], [1], [0], "`edges` must be two or more ascending numbers"),
        ([1], [1], [0, 0], "`edges` must be"),
        ([1], [1], [0, np.nan], "`edges` must be"),
    ],
)
def test_rejects(x, y, edges, message):
    with pytest.raises(ValueError, match=message):
        bin_median(x, y, edges)
