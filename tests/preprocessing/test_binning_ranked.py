import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing.binning_ranked import RankedValues


@given(
    hnp.arrays(np.float64, 40, elements=st.floats(-1e3, 1e3)),
    hnp.arrays(np.int64, 40, elements=st.integers(-2, 8)),
)
def test_matches_numpy(values, place):
    found = RankedValues(values).bins(place, 7)
    for number in range(7):
        chosen = values[place == number]
        assert found.count[number] == chosen.size
        if chosen.size:
            np.testing.assert_allclose(found.median[number], np.median(chosen))
        else:
            assert np.isnan(found.median[number])
        if chosen.size > 1:
            expected = chosen.std(ddof=1)
            np.testing.assert_allclose(found.scatter[number], expected, atol=1e-9)
        else:
            assert np.isnan(found.scatter[number])


def test_some_of_the_points():
    values = np.array([5.0, 1.0, 3.0, 9.0])
    found = RankedValues(values).bins(np.array([0, 0, 1]), 2, np.array([3, 1, 2]))
    assert found.median.tolist() == [5, 3]
    assert found.count.tolist() == [2, 1]


def test_small_scatter_on_a_level():
    values = 1 + 1e-9 * np.arange(5)
    scatter = RankedValues(values).bins(np.zeros(5, int), 1).scatter
    np.testing.assert_allclose(scatter, values.std(ddof=1), rtol=1e-6)


def test_no_point():
    found = RankedValues(np.empty(0)).bins(np.empty(0, int), 3)
    assert np.isnan(found.median).all()
    assert found.count.tolist() == [0, 0, 0]
