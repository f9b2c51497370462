import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.preprocessing.galaxy_image import (
    is_same_pixel_scale,
    place_image,
    rescale_image,
)


def galaxy(side=41, width=4.0):
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    shape = np.exp(-0.5 * (x**2 + y**2 / 2) / width**2)
    return shape[..., None] * np.array([1.0, 2.0, 4.0])


def test_larger_images_are_cropped_in_the_middle():
    image = np.arange(6 * 8 * 3, dtype=float).reshape(6, 8, 3)
    np.testing.assert_array_equal(place_image(image, (4, 4)), image[1:5, 2:6])


def test_smaller_images_are_surrounded_by_nothing():
    placed = place_image(np.ones((3, 4, 2)), (5, 4))
    assert placed.dtype == np.float32
    assert np.isnan(placed[[0, 4]]).all()
    assert (placed[1:4] == 1).all()


def test_one_side_larger_one_smaller():
    placed = place_image(np.ones((2, 9, 1)), (4, 3))
    assert (np.isfinite(placed).sum(), placed.shape) == (6, (4, 3, 1))


def test_same_size_is_the_same():
    image = galaxy()
    np.testing.assert_allclose(place_image(image, (41, 41)), image, rtol=1e-6)
    np.testing.assert_allclose(rescale_image(image, 1.0), image, rtol=1e-6)


@given(st.floats(0.3, 3.0))
def test_flux_colour_and_place_stay(factor):
    image = galaxy()
    scaled = rescale_image(image, factor)
    assert scaled.shape[0] == int(np.floor(41 * factor + 1e-9))
    np.testing.assert_allclose(scaled.sum((0, 1)), image.sum((0, 1)), rtol=1e-3)
    y, x = np.mgrid[: len(scaled), : len(scaled)] - (len(scaled) - 1) / 2
    light = scaled[..., 0]
    assert (light * x).sum() / light.sum() == pytest.approx(0, abs=0.01)
    assert (light * y).sum() / light.sum() == pytest.approx(0, abs=0.01)


def test_halves_and_doubles_by_hand():
    image = np.arange(16.0).reshape(4, 4, 1)
    half = rescale_image(image, 0.5)
    np.testing.assert_allclose(half[..., 0], [[10, 18], [42, 50]])
    twice = rescale_image(image, 2.0)
    np.testing.assert_allclose(twice[::2, ::2], image / 4)


def test_missing_pixels_stay_missing():
    image = galaxy()
    image[10, 10] = np.nan
    scaled = rescale_image(image, 0.5)
    assert 3 <= np.isnan(scaled).sum() <= 12
    assert np.isfinite(rescale_image(galaxy(), 0.77)).all()


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"Received: shape \(3, 3\)"):
        place_image(np.ones((3, 3)), (2, 2))
    for factor in (0.0, -1.0, 0.01, np.inf):
        with pytest.raises(ValueError, match="`factor` must be positive"):
            rescale_image(np.ones((9, 9, 3)), factor)


@pytest.mark.parametrize(
    ("scale", "same"),
    [(0.262, True), (0.264, True), (0.2605, True), (0.266, False), (0.258, False)],
)
def test_pixel_scales_within_a_hundredth_are_the_same(scale, same):
    assert is_same_pixel_scale(scale, 0.262) is same


def test_an_unknown_pixel_scale_is_taken_for_the_same():
    assert is_same_pixel_scale(float("nan"), 0.262)
    assert not is_same_pixel_scale(0.0, 0.262)
    assert not is_same_pixel_scale(float("inf"), 0.262)
