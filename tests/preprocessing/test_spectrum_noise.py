import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.preprocessing.spectrum_noise import estimate_ivar

BINS = 7781


def test_recovers_noise_that_changes_along_a_spectrum_with_lines():
    rng = np.random.default_rng(0)
    place = np.arange(BINS)
    sigma = 0.5 + 1.5 * (place / BINS) ** 2
    continuum = 20 + 5 * np.sin(place / 900)
    lines = 80 * np.exp(-0.5 * ((place - 3000) / 5) ** 2)
    flux = continuum + lines + sigma * rng.normal(size=(4, BINS))
    ivar = estimate_ivar(flux)
    assert ivar.shape == flux.shape
    assert ivar.dtype == np.float32
    np.testing.assert_allclose((ivar**-0.5).mean(0), sigma, rtol=0.25)
    pulls = (flux - continuum - lines) * np.sqrt(ivar)
    assert pulls.std() == pytest.approx(1.0, abs=0.05)


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_scale_and_level(scale, level):
    rng = np.random.default_rng(1)
    flux = rng.normal(size=(1, 600))
    np.testing.assert_allclose(
        estimate_ivar(scale * flux + level) * scale**2, estimate_ivar(flux), rtol=1e-4
    )


def test_missing_bins_and_spectra_without_noise():
    rng = np.random.default_rng(2)
    flux = rng.normal(size=(4, 500))
    flux[0, 100:300] = np.nan
    flux[1] = 0
    flux[2] = np.nan
    ivar = estimate_ivar(flux)
    assert (ivar[0, 100:300] == 0).all()
    assert (ivar[0, :100] > 0).all()
    assert (ivar[1:3] == 0).all()
    assert (ivar[3] > 0).all()


def test_wrong_arguments():
    for shape in ((500,), (3, 4)):
        with pytest.raises(ValueError, match="five bins or more"):
            estimate_ivar(np.ones(shape))
