import numpy as np
import pytest

from mesa_keras.simulation.frames import star_field


def test_scatter_keeps_flux_and_place():
    y, x, flux = np.array([10.25, 3.0]), np.array([20.75, 4.0]), np.array([8.0, 2.0])
    image = star_field.scatter((30, 40), y, x, flux)
    assert image.sum() == pytest.approx(10.0)
    assert image[3, 4] == pytest.approx(2.0)
    part = image[10:12, 20:22]
    assert part.sum() == pytest.approx(8.0)
    assert np.average([10, 11], weights=part.sum(axis=1)) == pytest.approx(10.25)
    assert np.average([20, 21], weights=part.sum(axis=0)) == pytest.approx(20.75)


def test_stars_beyond_the_edge_are_left_out():
    y, x, flux = np.array([-5.0]), np.array([90.0]), np.array([1.0])
    image = star_field.scatter((30, 40), y, x, flux)
    assert not image.any()


@pytest.mark.parametrize("shape", [(64, 64), (48, 130)])
def test_convolution_agrees_with_a_plain_sum(shape):
    rng = np.random.default_rng(0)
    kernel = rng.random((7, 7)).astype(np.float32)
    points = star_field.scatter(
        shape, np.array([20.0, 0.0]), np.array([30.0, 2.0]), np.array([5.0, 1.0])
    )
    expected = np.zeros((shape[0] + 6, shape[1] + 6))
    for y, x in np.argwhere(points):
        expected[y : y + 7, x : x + 7] += points[y, x] * kernel
    result = star_field.convolve(points, kernel)
    np.testing.assert_allclose(result, expected[3:-3, 3:-3], atol=1e-4)


@pytest.mark.parametrize("power", [2.2, 4.5])
def test_moffat_has_its_width(power):
    axis = np.arange(-40, 41)
    profile = star_field.moffat(axis[:, None], axis[None, :], 10.0, power)
    assert profile[40, 40] == pytest.approx(1.0)
    assert profile[40, 45] == pytest.approx(0.5, rel=1e-3)
    assert profile[35, 40] == pytest.approx(0.5, rel=1e-3)


def test_every_kind_of_star_image_has_sum_one():
    for seed in range(40):
        kernel = star_field.point_spread(np.random.default_rng(seed), 3.0, 32)
        assert kernel.shape == (65, 65)
        assert kernel.sum() == pytest.approx(1.0, rel=1e-4)
        assert kernel.min() >= 0


def test_bright_stars_are_rare():
    flux = star_field.star_fluxes(np.random.default_rng(0), 20000, 2.0, 0.8)
    assert flux.min() >= 2.0
    # N(> F) falls as F^-slope.
    assert np.mean(flux > 20.0) == pytest.approx(10**-0.8, rel=0.05)
