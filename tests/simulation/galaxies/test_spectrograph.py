import numpy as np
import pytest

from mesa_keras.preprocessing.spectrum import wavelength_grid
from mesa_keras.simulation.galaxies.sky_lines import air_transmission, sky_lines
from mesa_keras.simulation.galaxies.spectrograph import (
    Exposure,
    draw_exposure,
    instrument_sigma,
    noise_variance,
)

GRID = wavelength_grid()
DARK = Exposure("dark", 1250.0, 0.0, 1.0)


def between(low: float, high: float) -> np.ndarray:
    return (low <= GRID) & (high > GRID)


def test_resolution_is_that_of_desi():
    resolution = GRID / (2.3548 * instrument_sigma())
    assert resolution[0] == pytest.approx(2330, rel=0.02)
    assert resolution[-1] == pytest.approx(5380, rel=0.02)
    assert np.all((resolution > 2000) & (resolution < 5600))


def test_noise_is_that_of_a_real_dark_exposure(real_data):
    """Between the lines of the sky, in steps of 400 Angstrom, within a quarter."""
    from astropy.io import fits

    ivar = np.zeros_like(GRID)
    with fits.open(real_data / "galaxies" / "coadd-sv3-dark-26065.fits") as hdus:
        for arm in "BRZ":
            wavelength = hdus[f"{arm}_WAVELENGTH"].data
            place = np.rint((wavelength - GRID[0]) / 0.8).astype(int)
            ivar[place] += hdus[f"{arm}_IVAR"].data[2]
    sigma = np.sqrt(noise_variance(np.full_like(GRID, 0.2), DARK))
    for low in range(3700, 9500, 400):
        inside = between(low, low + 400) & (ivar > 0)
        real = np.percentile(ivar[inside] ** -0.5, 20)
        assert np.percentile(sigma[inside], 20) == pytest.approx(real, rel=0.25)


def test_lines_of_the_sky_raise_the_noise_where_they_stand():
    sigma = np.sqrt(noise_variance(np.zeros_like(GRID), DARK))
    for line in (5578.89, 6302.05, 8401.48, 8829.52, 9378.53):
        near = between(line - 12, line + 12)
        peak = GRID[near][np.argmax(sigma[near])]
        assert peak == pytest.approx(line, abs=0.9)
        assert sigma[near].max() > 1.8 * np.percentile(sigma[near], 20)


def test_noise_grows_with_light_and_falls_with_time():
    short = Exposure("bright", 300.0, 0.0, 1.0)
    moonlit = Exposure("bright", 300.0, 1.5, 1.0)
    faint, bright = np.zeros_like(GRID), np.full_like(GRID, 30.0)
    assert np.all(noise_variance(faint, short) > noise_variance(faint, DARK))
    assert np.all(noise_variance(bright, short) > noise_variance(faint, short))
    assert np.all(noise_variance(faint, moonlit) > noise_variance(faint, short))
    assert np.all(np.isfinite(noise_variance(faint - 100, short)))


def test_photon_noise_rules_bright_objects():
    """Ten times the light in the same time: ten times the variance, nearly."""
    some, many = np.full_like(GRID, 1e4), np.full_like(GRID, 1e5)
    ratio = noise_variance(many, DARK) / noise_variance(some, DARK)
    assert np.median(ratio) == pytest.approx(10, rel=0.01)


def test_programmes_follow_the_magnitude():
    rng = np.random.default_rng(0)
    bright = [draw_exposure(rng, 17.0) for _ in range(200)]
    dark = [draw_exposure(rng, 21.0) for _ in range(50)]
    assert {x.program for x in bright} == {"bright"}
    assert {x.program for x in dark} == {"dark"}
    assert np.mean([x.seconds for x in dark]) == pytest.approx(1000, rel=0.1)
    # The worse the moon, the longer.
    moon = np.array([x.moonlight for x in bright])
    seconds = np.array([x.seconds for x in bright])
    assert np.corrcoef(moon, seconds)[0, 1] > 0.5
    assert {x.moonlight for x in dark} == {0.0}


def test_list_of_lines():
    wavelengths, intensities = sky_lines()
    assert len(wavelengths) > 150
    assert np.all((wavelengths > 5400) & (wavelengths < 9824))
    assert np.all(intensities > 0)
    assert len(np.unique(wavelengths)) == len(wavelengths)


def test_air_absorbs_in_its_bands():
    through = air_transmission(GRID)
    assert np.all((through > 0.4) & (through <= 1))
    assert through[between(7610, 7640)].max() < 0.5
    assert through[between(5000, 6500)].min() > 0.999
