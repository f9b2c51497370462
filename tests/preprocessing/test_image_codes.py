import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.preprocessing.image_codes import plane_codes


def values(data):
    return data.zero + data.step * data.codes.astype(np.float64)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int8, np.bool_])
def test_short_integers_keep_every_value(dtype):
    plane = np.random.default_rng(0).integers(-128, 128, (30, 40)).astype(dtype)
    data = plane_codes(plane)
    assert data.exact
    np.testing.assert_array_equal(values(data), plane.astype(float))


def test_16_bit_frames_are_not_copied():
    plane = np.ones((4, 4), np.uint16)
    assert plane_codes(plane).codes is plane
    data = plane_codes(plane)
    assert plane_codes(data) is data


@pytest.mark.parametrize("dtype", [np.int32, np.uint32, np.int64, np.uint64])
def test_long_integers_of_a_short_range_keep_every_value(dtype):
    plane = np.random.default_rng(0).integers(0, 65536, (30, 40)).astype(dtype)
    plane += 7
    data = plane_codes(plane)
    assert data.exact
    np.testing.assert_array_equal(values(data), plane)


def test_floats_are_divided_more_finely_than_their_noise():
    plane = np.random.default_rng(0).normal(1.0, 0.01, (100, 100))
    data = plane_codes(plane)
    assert not data.exact
    assert data.step < 0.01 / 5
    np.testing.assert_allclose(values(data), plane, atol=data.step)


def test_outliers_of_floats_do_not_coarsen_the_rest():
    generator = np.random.default_rng(0)
    plane = generator.normal(0.0, 1.0, (100, 100)).astype(np.float32)
    plane[5, 5], plane[7, 7] = 1e9, -1e9
    data = plane_codes(plane)
    usual = np.abs(plane) < 100
    np.testing.assert_allclose(values(data)[usual], plane[usual], atol=0.2)
    assert data.codes[5, 5] == 65535
    assert data.codes[7, 7] == 0


def test_missing_pixels_hold_the_median():
    plane = np.random.default_rng(0).normal(50.0, 1.0, (60, 60))
    plane[:20] = np.nan
    plane[30, 30] = np.inf
    plane[31, 31] = 1e35
    data = plane_codes(plane)
    assert data.missing == pytest.approx((20 * 60 + 2) / 3600)
    np.testing.assert_allclose(values(data)[:20], 50.0, atol=0.2)
    np.testing.assert_allclose(values(data)[30, 30], 50.0, atol=0.2)


def test_nothing_but_gaps():
    data = plane_codes(np.full((5, 5), np.nan))
    assert data.missing == 1.0
    assert (data.codes == 0).all()


@given(
    hnp.arrays(
        st.sampled_from([np.float16, np.float32, np.float64]),
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=8),
        elements=st.floats(width=16, allow_nan=True, allow_infinity=True),
    )
)
def test_any_floats(plane):
    data = plane_codes(plane)
    assert data.codes.shape == plane.shape
    assert data.codes.dtype == np.uint16
    assert np.isfinite([data.zero, data.step, data.noise, data.mosaic]).all()
    assert data.step > 0


@pytest.mark.parametrize(
    "plane", [np.ones(5), np.ones((2, 0)), np.ones((2, 2, 3)), np.ones((2, 2), complex)]
)
def test_what_is_no_plane(plane):
    with pytest.raises(ValueError, match="`plane` must be a non-empty array"):
        plane_codes(plane)
