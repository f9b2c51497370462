import numpy as np
import pytest
from astropy import units

from mesa_keras.preprocessing.spectrum import GRID_NUM, wavelength_grid
from mesa_keras.simulation.galaxies import spectrum as module
from mesa_keras.simulation.galaxies.bands import magnitude
from mesa_keras.simulation.galaxies.spectrograph import Exposure
from mesa_keras.simulation.galaxies.spectrum import (
    ALL_ZERO,
    FAULTS,
    NO_SPECTRUM,
    noise_free_spectrum,
    observe_spectrum,
)
from mesa_keras.simulation.galaxies.templates import load_templates
from tests.simulation.galaxies.lights import light_of

EXPOSURE = Exposure("bright", 250.0, 0.5, 1.0)


def observe(monkeypatch, fault: str, seed: int = 0):
    monkeypatch.setattr(module, "FAULTS", {fault: 1.0})
    return observe_spectrum(
        np.random.default_rng(seed),
        light_of(7),
        light_of(8),
        0.4,
        EXPOSURE,
        load_templates(),
    )


@pytest.mark.parametrize("redshift", [None, 0.4])
def test_photometry_of_the_spectrum_is_the_catalogues(redshift):
    """In g and r, which the spectrograph covers but for the tail of g."""
    from speclite.filters import load_filters

    light = light_of(7, redshift)
    flux = noise_free_spectrum(light, load_templates())
    bands = load_filters("decam2014-g", "decam2014-r")
    unit = 1e-17 * units.erg / (units.s * units.cm**2 * units.AA)
    padded, grid = bands.pad_spectrum(flux, wavelength_grid(), method="edge")
    found = bands.get_ab_magnitudes(padded * unit, grid * units.AA)
    expected = magnitude(light.fluxes)
    assert float(found["decam2014-g"][0]) == pytest.approx(expected[0], abs=0.01)
    assert float(found["decam2014-r"][0]) == pytest.approx(expected[1], abs=0.01)


def test_noise_is_as_the_inverse_variance_says(monkeypatch):
    true = noise_free_spectrum(light_of(7), load_templates()) * 0.4
    pulls = []
    for seed in range(5):
        flux, ivar, _ = observe(monkeypatch, "", seed)
        measured = ivar > 0
        assert measured.mean() > 0.99
        pulls.append(((flux - true) * np.sqrt(ivar))[measured])
    pull = np.concatenate(pulls)
    assert np.percentile(abs(pull), 68.3) == pytest.approx(1, abs=0.06)
    assert abs(pull.mean()) < 0.1


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_what_they_say(monkeypatch, fault):
    result = observe(monkeypatch, fault)
    flux, ivar = result.flux, result.ivar
    assert flux.shape == ivar.shape == (GRID_NUM,)
    assert flux.dtype == ivar.dtype == np.float32
    assert np.all(ivar >= 0)
    reasons = {"all zero": ALL_ZERO, "no spectrum": NO_SPECTRUM}
    assert result.reason == reasons.get(fault, "")
    if fault == "all zero":
        assert not flux.any()
        assert not ivar.any()
    elif fault == "no spectrum":
        assert np.isnan(flux).all()
        assert not ivar.any()
    else:
        assert np.isfinite(flux).all()
        missing = (ivar == 0).mean()
        low, high = {"dead columns": (0.002, 0.2), "missing arm": (0.2, 0.5)}.get(
            fault, (0, 0.01)
        )
        assert low <= missing <= high
    level = np.average(np.nan_to_num(flux), weights=ivar + 1e-30)
    true = [
        np.mean(noise_free_spectrum(light_of(n), load_templates())) * 0.4
        for n in (7, 8)
    ]
    if fault == "sky only":
        assert abs(level) < 0.1 * min(true)
    elif fault == "other galaxy":
        assert abs(level - true[1]) < abs(level - true[0])


def test_parts_of_the_faults():
    assert sum(FAULTS.values()) == pytest.approx(1)
    assert FAULTS["all zero"] + FAULTS["no spectrum"] == pytest.approx(0.01)
