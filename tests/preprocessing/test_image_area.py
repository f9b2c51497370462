import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing.image_area import area_resize, bin_mosaic, cell_extremes


def weights(length, count):
    """How much of each old pixel each new one covers, by the definition."""
    edges = np.arange(count + 1) * length / count
    old = np.arange(length)
    covered = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.clip(covered, 0, None) * count / length


@given(
    plane=hnp.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int32, np.float32]),
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.integers(0, 200),
    ),
    height=st.integers(1, 12),
    width=st.integers(1, 12),
)
def test_matches_the_definition(plane, height, width):
    spans = [n / m for n, m in zip(plane.shape, (height, width), strict=True)]
    if any(span >= 4 and span % 1 for span in spans):
        return
    rows, columns = (
        weights(n, m) for n, m in zip(plane.shape, (height, width), strict=True)
    )
    expected = rows @ plane.astype(float) @ columns.T
    np.testing.assert_allclose(
        area_resize(plane, height, width), expected, rtol=1e-5, atol=1e-4
    )


def test_long_spans_are_cut_at_whole_pixels_and_keep_the_mean():
    plane = np.random.default_rng(0).integers(0, 65535, (113, 207)).astype(np.uint16)
    small = area_resize(plane, 10, 20)
    rows, columns = (
        np.floor(np.arange(m + 1) * n / m + 0.5).astype(int)
        for n, m in ((113, 10), (207, 20))
    )
    for i, j in ((0, 0), (3, 7), (9, 19)):
        cell = plane[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
        assert small[i, j] == pytest.approx(cell.mean(), rel=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (90, 70), (200, 100)])
def test_constant_stays_constant(size):
    plane = np.full((90, 70), 65535, np.uint16)
    np.testing.assert_allclose(area_resize(plane, *size), 65535, rtol=1e-6)


def test_large_sums_do_not_overflow():
    plane = np.full((400, 400), 65535, np.uint16)
    np.testing.assert_allclose(area_resize(plane, 1, 1), 65535, rtol=1e-6)


def test_wrong_size():
    with pytest.raises(ValueError, match="`height` and `width` must be positive"):
        area_resize(np.ones((3, 3)), 0, 3)


def test_mosaic_cells_are_summed():
    plane = np.arange(35, dtype=np.uint16).reshape(5, 7)
    binned = bin_mosaic(plane)
    assert binned.shape == (2, 3)
    assert binned[1, 2] == plane[2:4, 4:6].sum()
    assert bin_mosaic(np.ones((1, 9))).shape == (1, 9)


@given(
    plane=hnp.arrays(
        np.uint16, hnp.array_shapes(min_dims=2, max_dims=2, min_side=6, max_side=20)
    ),
    height=st.integers(1, 6),
    width=st.integers(1, 6),
)
def test_extremes_of_cells(plane, height, width):
    rows, columns = (
        np.arange(m + 1) * n // m
        for n, m in zip(plane.shape, (height, width), strict=True)
    )
    lowest, highest = cell_extremes(plane, height, width, np.minimum, np.maximum)
    for i in range(height):
        for j in range(width):
            cell = plane[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
            assert (lowest[i, j], highest[i, j]) == (cell.min(), cell.max())


def test_extremes_of_more_cells_than_pixels():
    plane = np.array([[1, 2], [3, 4]], np.uint16)
    (found,) = cell_extremes(plane, 4, 4, np.maximum)
    np.testing.assert_array_equal(found, plane.repeat(2, 0).repeat(2, 1))
