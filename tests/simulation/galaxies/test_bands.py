import numpy as np
import pytest

from mesa_keras.simulation.galaxies import bands as module
from mesa_keras.simulation.galaxies.bands import (
    FILTERS,
    MAX_REDSHIFT,
    band_fluxes,
    magnitude,
)
from mesa_keras.simulation.galaxies.sources import load_sources
from mesa_keras.simulation.galaxies.stellar_light import (
    add_lines,
    draw_light,
    star_spectrum,
)
from mesa_keras.simulation.galaxies.templates import load_templates


@pytest.mark.parametrize("number", [0, 17, 400])
def test_magnitudes_are_those_that_speclite_finds(number):
    """Of the whole model spectrum, beyond the end of the spectrograph as well."""
    from astropy import units
    from speclite.filters import load_filters

    sources, templates = load_sources(), load_templates()
    light = draw_light(
        np.random.default_rng(number),
        sources.coefficients[number],
        float(sources.redshift[number]),
        templates,
        band_fluxes(),
    )
    grid = np.arange(3200.0, 11100.0, 0.5)
    flux = star_spectrum(light, templates, grid)
    add_lines(flux, grid, light, np.full_like(grid, 1.0))
    found = load_filters(*FILTERS).get_ab_magnitudes(
        flux * units.erg / (units.s * units.cm**2 * units.AA), grid * units.AA
    )
    expected = magnitude(light.fluxes)
    for name, value in zip(FILTERS, expected, strict=True):
        assert float(found[name][0]) == pytest.approx(value, abs=0.004)


def test_fluxes_between_grid_points_are_smooth():
    table = band_fluxes()
    mixture = load_sources().coefficients[3]
    lines = np.zeros(table.lines.shape[2])
    redshifts = np.linspace(0.1, 0.11, 21)
    fluxes = np.array([table.fluxes(z, mixture, lines) for z in redshifts])
    assert np.all(abs(np.diff(fluxes, 2, axis=0)) < 2e-3 * fluxes[1:-1])
    assert table.redshifts[-1] == pytest.approx(MAX_REDSHIFT)
    table.fluxes(MAX_REDSHIFT, mixture, lines)


def test_magnitudes():
    np.testing.assert_allclose(magnitude(np.array([1.0, 100.0])), [22.5, 17.5])
    assert np.isnan(magnitude(np.array([0.0, -1.0]))).all()


def test_missing_speclite_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "speclite.filters", None)
    with pytest.raises(ImportError, match=r"\.\[galaxies\]"):
        module._response("decam2014-g")
