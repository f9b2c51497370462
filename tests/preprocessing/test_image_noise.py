import numpy as np
import pytest

from mesa_keras.preprocessing.image_noise import (
    clipped_deviation,
    frame_noise,
    frame_tiles,
    mosaic_contrast,
    tile_noise,
)


def noise_of(plane):
    return frame_noise(tile_noise(frame_tiles(plane)))


def noisy(sigma, level=1000.0, shape=(300, 400), seed=0):
    values = np.random.default_rng(seed).normal(level, sigma, shape)
    return np.rint(values).astype(np.uint16)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 3.0, 30.0, 150.0])
def test_noise_is_recovered(sigma):
    # Rounding adds a twelfth to the variance.
    expected = np.sqrt(sigma**2 + 1 / 12)
    assert noise_of(noisy(sigma)) == pytest.approx(expected, rel=0.08)


def test_structure_is_no_noise():
    y, x = np.mgrid[:300, :400]
    lines = 5000 * (np.sin(x / 1.3) > 0.9)
    slope = 3.0 * y + 2.0 * x
    for plane in (lines, lines.T[:300, :300], slope):
        plane = noisy(10.0, shape=plane.shape) + plane.astype(np.uint16)
        assert noise_of(plane) == pytest.approx(10.0, rel=0.1)


def test_outliers_are_no_noise():
    plane = noisy(5.0)
    place = np.random.default_rng(1).integers(0, plane.size, 1000)
    plane.ravel()[place] = 60000
    assert noise_of(plane) == pytest.approx(5.0, rel=0.1)


def test_mosaic_is_no_noise():
    plane = noisy(5.0)
    plane[::2, ::2] += 3000
    plane[1::2, 1::2] += 500
    assert noise_of(plane) == pytest.approx(5.0, rel=0.05)
    assert mosaic_contrast(frame_tiles(plane)) == pytest.approx(3000, rel=0.01)
    assert mosaic_contrast(frame_tiles(noisy(5.0))) < 1.0


def test_small_and_constant_frames():
    assert noise_of(np.ones((1, 1), np.uint16)) == 1.0
    assert noise_of(np.ones((1, 50), np.uint16)) == pytest.approx(0.29)
    assert noise_of(np.full((50, 50), 7, np.uint16)) == pytest.approx(0.29)
    assert mosaic_contrast(frame_tiles(np.ones((1, 5), np.uint16))) == 0.0


def test_tiles_keep_the_phase_of_a_mosaic():
    plane = np.zeros((1001, 777), np.uint16)
    plane[::2, ::2] = 1
    tiles = frame_tiles(plane)
    assert tiles.shape == (16, 128, 128)
    assert (tiles[:, ::2, ::2] == 1).all()


def test_clipped_deviation_of_counts():
    values = np.abs(np.rint(np.random.default_rng(0).normal(0, 20, 20000))).astype(int)
    assert clipped_deviation(np.bincount(values)) == pytest.approx(20, rel=0.03)
    assert clipped_deviation(np.array([10])) == 0.0
