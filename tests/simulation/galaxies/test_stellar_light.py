import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.preprocessing.spectrum import wavelength_grid
from mesa_keras.simulation.galaxies.bands import magnitude
from mesa_keras.simulation.galaxies.distances import distance_modulus, kpc_per_arcsec
from mesa_keras.simulation.galaxies.emission_lines import components
from mesa_keras.simulation.galaxies.sources import load_sources
from mesa_keras.simulation.galaxies.stellar_light import (
    EVOLUTION,
    add_lines,
    moved_coefficients,
    star_spectrum,
)
from mesa_keras.simulation.galaxies.templates import SPEED_OF_LIGHT, load_templates
from tests.simulation.galaxies.lights import light_of


def test_distances_are_those_of_astropy():
    from astropy.cosmology import Planck18

    redshifts = np.array([0.0101, 0.0337, 0.2, 0.58, 1.0])
    np.testing.assert_allclose(
        distance_modulus(redshifts), Planck18.distmod(redshifts).value, atol=2e-4
    )
    np.testing.assert_allclose(
        kpc_per_arcsec(redshifts),
        Planck18.kpc_proper_per_arcmin(redshifts).value / 60,
        rtol=1e-4,
    )


def test_magnitudes_agree_with_the_real_catalogue():
    """DECam's bands are not SDSS's, but close."""
    sources = load_sources()
    found = np.array([magnitude(light_of(n).fluxes) for n in range(300)])
    miss = found - sources.magnitudes[:300, [1, 2, 4]]
    assert np.all(abs(np.median(miss, axis=0)) < 0.13)
    assert np.all(np.percentile(abs(miss - np.median(miss, axis=0)), 90, axis=0) < 0.1)


@given(number=st.integers(0, 9999), redshift=st.floats(0.02, 1.0))
def test_moving_keeps_luminosity_but_for_evolution(number, redshift):
    sources = load_sources()
    before, after = light_of(number), light_of(number, redshift)
    change = after.rest_magnitudes - before.rest_magnitudes
    expected = -EVOLUTION * (redshift - float(sources.redshift[number]))
    # The strengths of the lines are drawn from the mass, which changes a little.
    np.testing.assert_allclose(change, expected, atol=0.05)


@given(st.floats(0.01, 0.9))
def test_moving_there_and_back_changes_nothing(redshift):
    coefficients = load_sources().coefficients[5]
    there = moved_coefficients(coefficients, 0.1, redshift)
    back = moved_coefficients(there, redshift, 0.1)
    np.testing.assert_allclose(back, coefficients, rtol=1e-9)


@pytest.mark.parametrize("redshift", [0.05, 0.3])
def test_lines_stand_where_their_redshift_puts_them(redshift):
    light = light_of(11, redshift)
    grid = wavelength_grid()
    flux = np.zeros_like(grid)
    sigma = np.full_like(grid, 0.6)
    add_lines(flux, grid, light, sigma)
    for rest in (4862.69, 5008.24):
        near = abs(grid - rest * (1 + redshift)) < 8
        centre = (flux * grid)[near].sum() / flux[near].sum()
        assert centre == pytest.approx(rest * (1 + redshift), abs=0.1)
    near = abs(grid - 5008.24 * (1 + redshift)) < 15
    spread = (grid - 5008.24 * (1 + redshift))[near]
    width = np.sqrt((flux[near] * spread**2).sum() / flux[near].sum())
    gas = light.gas_sigma / SPEED_OF_LIGHT * 5008.24 * (1 + redshift)
    assert width == pytest.approx(np.sqrt(gas**2 + 0.6**2 + 0.8**2 / 12), rel=0.03)


def test_lines_keep_their_flux_and_fall_off_the_edge():
    light = light_of(11, 0.3)
    grid = wavelength_grid()
    flux = np.zeros_like(grid)
    add_lines(flux, grid, light, np.full_like(grid, 0.6))
    centres = components()[0] * 1.3
    inside = (centres > grid[0] + 20) & (centres < grid[-1] - 20)
    assert flux.sum() * 0.8 == pytest.approx(light.lines[inside].sum(), rel=1e-3)


def test_massive_galaxies_have_wider_lines_and_are_smoother():
    templates, grid = load_templates(), wavelength_grid()
    lights = [light_of(n) for n in range(300)]
    order = np.argsort([light.rest_magnitudes[1] for light in lights])
    sigmas = np.array([light.stellar_sigma for light in lights])[order]
    assert sigmas[:100].mean() > 1.3 * sigmas[-100:].mean()
    wide = lights[int(order[0])]
    narrow = dataclasses.replace(wide, stellar_sigma=50.0)
    rough = [
        np.abs(np.diff(star_spectrum(x, templates, grid), 2)).sum()
        for x in (wide, narrow)
    ]
    assert rough[0] < rough[1]


def test_star_formation_shows_in_the_lines():
    lights = [light_of(n) for n in range(200)]
    rate = [light.log_specific_rate for light in lights]
    width = [light.h_alpha_width for light in lights]
    colour = [light.rest_magnitudes[0] - light.rest_magnitudes[1] for light in lights]
    assert np.corrcoef(rate, np.log(width))[0, 1] > 0.9
    assert np.corrcoef(rate, colour)[0, 1] < -0.5
    assert -9.3 > np.median(rate) > -13
