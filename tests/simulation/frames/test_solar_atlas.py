import numpy as np
import pytest

from mesa_keras.simulation.frames.solar_atlas import (
    FIRST,
    STEP,
    STRONG,
    solar_atlas,
    transmission,
)


def test_strong_lines_are_dark_at_their_wavelength():
    atlas = solar_atlas()
    for wavelength, depth, *_ in STRONG:
        place = round((wavelength - FIRST) / STEP)
        assert atlas.sun[place] >= 0.9 * depth


def test_lines_crowd_towards_the_blue():
    blue, red = (
        np.mean(transmission(np.arange(low, low + 300, 0.05), 0.05, air=0.0) < 0.9)
        for low in (4200, 7800)
    )
    assert blue > 4 * red
    assert 0.1 < blue < 0.7


def test_transmission_is_the_mean_over_a_pixel():
    fine = np.arange(5880.0, 5900.0, STEP)
    sharp = transmission(fine, STEP)
    assert transmission(np.array([5890.0]), 10.0)[0] == pytest.approx(
        sharp[(fine > 5885) & (fine < 5895)].mean(), abs=0.01
    )


def test_strength_and_air():
    sodium = np.array([5889.95])
    assert transmission(sodium, 0.05, strength=0.0, air=0.0)[0] == pytest.approx(1.0)
    assert transmission(sodium, 0.05)[0] < 0.1
    oxygen = np.arange(7594.0, 7640.0, 0.05)
    assert transmission(oxygen, 0.05, 0.0, 1.0).mean() < 0.9
    assert transmission(oxygen, 0.05, 0.0, 0.0).mean() == pytest.approx(1.0)


def test_nothing_is_absorbed_outside_the_atlas():
    np.testing.assert_array_equal(transmission(np.array([500.0, 2e4]), 5.0), 1.0)
