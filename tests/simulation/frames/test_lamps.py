import numpy as np
import pytest

from mesa_keras.simulation.frames.lamps import LAMPS, lamp_lines
from mesa_keras.simulation.frames.lamps_thorium import thorium_argon
from mesa_keras.simulation.frames.spectrum import gaussian_lines


@pytest.mark.parametrize("name", LAMPS)
def test_lines_are_wavelengths_and_strengths(name):
    lines = lamp_lines(name)
    assert lines.shape[1] == 2
    assert ((lines[:, 0] > 3000) & (lines[:, 0] < 11000)).all()
    assert (lines[:, 1] > 0).all()


@pytest.mark.parametrize(
    ("name", "strongest"),
    # What an observer sees first: the green mercury line, neon's red, argon's 7635.
    [("Hg", 5460.74), ("He", 5875.62), ("Xe", 8231.63), ("Kr", 8112.9)],
)
def test_the_strongest_line(name, strongest):
    lines = lamp_lines(name)
    assert lines[np.argmax(lines[:, 1]), 0] == strongest


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Ne", (5852.49, 6402.25, 7032.41)),
        ("Ar", (6965.43, 7635.11, 8115.31)),
        ("HgAr", (4358.33, 5460.74, 7635.11)),
        ("HeNeAr", (4471.48, 6402.25, 8115.31)),
        ("FeAr", (4045.81, 4383.55, 6965.43)),
    ],
)
def test_well_known_lines(name, lines):
    assert set(lines) <= set(lamp_lines(name)[:, 0])


def test_thorium_argon_is_dense_and_sorted():
    lines = thorium_argon()
    assert (np.diff(lines[:, 0]) >= 0).all()
    assert len(lines) > 800
    for wavelength in (5231.2, 5760.6, 6182.6, 6911.2):
        assert np.abs(lines[:, 0] - wavelength).min() < 0.05


@pytest.mark.parametrize("falling", [False, True])
def test_gaussian_lines_stand_at_their_wavelength(falling):
    grid = np.arange(5000, 6000, 0.1)
    grid = grid[::-1] if falling else grid
    lines = np.array([(5400.0, 3.0), (5500.0, 1.0), (9000.0, 7.0)])
    flux = gaussian_lines(grid, lines, 1.0)
    assert grid[np.argmax(flux)] == pytest.approx(5400.0, abs=0.06)
    assert flux.max() == pytest.approx(3.0, rel=1e-3)
    # Area of a Gaussian: peak * sigma * sqrt(2 pi).
    area = 0.1 * flux.sum()
    assert area == pytest.approx(4 * np.sqrt(2 * np.pi), rel=1e-3)
