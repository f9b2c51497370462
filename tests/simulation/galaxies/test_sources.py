import numpy as np

from mesa_keras.simulation.galaxies.sources import load_sources


def test_fits_give_the_photometry_back():
    sources = load_sources()
    assert len(sources) == 10000
    assert sources.redshift.min() > 0.01
    assert sources.redshift.max() < 0.6
    assert np.all(sources.coefficients >= 0)
    assert np.all(sources.coefficients.sum(axis=1) > 0)
    miss = (sources.fitted - sources.magnitudes)[:, 1:]
    # g, r, i and z: no bias above 0.01 mag, and 0.05 mag for two thirds of them.
    assert np.all(abs(np.nanmedian(miss, axis=0)) < 0.01)
    assert np.all(np.nanpercentile(abs(miss), 68, axis=0) < 0.05)


def test_missing_flux_is_a_missing_magnitude():
    magnitudes = load_sources().magnitudes
    assert np.isnan(magnitudes[:, 0]).sum() == 12
    assert np.isfinite(magnitudes[:, 1:]).all()
