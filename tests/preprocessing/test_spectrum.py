import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.preprocessing.spectrum import (
    air_to_vacuum,
    join_spectra,
    pixel_edges,
    resample_spectrum,
    vacuum_to_air,
    wavelength_grid,
)

GRID = wavelength_grid(4000.0, 0.8, 500)


def sdss_pixels(start=3900.0, num=900):
    """Steps that are equal in the logarithm, as SDSS has them."""
    return start * 10 ** (1e-4 * np.arange(num))


def test_grid_is_that_of_desi():
    grid = wavelength_grid()
    assert grid.shape == (7781,)
    assert grid[0] == 3600.0
    assert grid[-1] == pytest.approx(9824.0)


@pytest.mark.parametrize("bad", [{"start": -1}, {"step": 0}, {"num": 0}])
def test_grid_must_be_positive(bad):
    with pytest.raises(ValueError, match="needs positive"):
        wavelength_grid(**bad)


@given(st.floats(-50, 50), st.floats(0.3, 4.0), st.integers(0, 2**31))
def test_a_constant_stays_constant(level, step, seed):
    rng = np.random.default_rng(seed)
    wavelength = np.arange(3990.0, 4410.0, step)
    ivar = rng.uniform(0.1, 5, wavelength.size)
    flux, out = resample_spectrum(wavelength, np.full_like(ivar, level), ivar, GRID)
    np.testing.assert_allclose(flux, level, rtol=1e-5, atol=1e-6)
    assert (out > 0).all()


def test_inverse_variance_of_averaged_pixels_adds():
    wavelength = np.arange(3999.8, 4399.8, 0.4)  # two pixels a bin
    ivar = np.random.default_rng(0).uniform(0.5, 2, wavelength.size)
    flux = np.random.default_rng(1).normal(size=wavelength.size)
    out, weight = resample_spectrum(wavelength, flux, ivar, GRID)
    pairs = ivar.reshape(-1, 2)
    np.testing.assert_allclose(weight, pairs.sum(1), rtol=1e-6)
    mean = (flux.reshape(-1, 2) * pairs).sum(1) / pairs.sum(1)
    np.testing.assert_allclose(out, mean, rtol=1e-4, atol=1e-6)


@given(st.floats(3800, 4050), st.integers(0, 2**31))
def test_information_stays_what_it_was(start, seed):
    """All pixels that lie within the grid deal out all of their weight."""
    wavelength = sdss_pixels(start, 300)
    ivar = np.random.default_rng(seed).uniform(0.5, 2, wavelength.size)
    inside = (wavelength > GRID[0] + 1) & (wavelength < GRID[-1] - 1)
    ivar[~inside] = 0
    _, weight = resample_spectrum(wavelength, np.ones_like(ivar), ivar, GRID)
    assert weight.sum(dtype=float) == pytest.approx(ivar.sum(), rel=1e-5)


def test_scatter_is_what_the_inverse_variance_says():
    rng = np.random.default_rng(0)
    wavelength = np.arange(3999.9, 4399.9, 0.2)
    ivar = rng.uniform(0.5, 2, wavelength.size)
    noise = rng.normal(size=(400, wavelength.size)) / np.sqrt(ivar)
    flux, weight = resample_spectrum(
        wavelength, noise, np.broadcast_to(ivar, noise.shape), GRID
    )
    pulls = flux * np.sqrt(weight)
    assert pulls.std() == pytest.approx(1.0, abs=0.01)


@given(st.floats(4020, 4350), st.floats(1.5, 6.0))
def test_lines_stay_at_their_wavelength_with_their_flux(line, sigma):
    wavelength = sdss_pixels()
    profile = np.exp(-0.5 * ((wavelength - line) / sigma) ** 2)
    flux, _ = resample_spectrum(wavelength, profile, np.ones_like(profile), GRID)
    assert (flux * GRID).sum() / flux.sum() == pytest.approx(line, abs=0.02)
    area = sigma * np.sqrt(2 * np.pi)
    assert flux.sum(dtype=float) * 0.8 == pytest.approx(area, rel=2e-3)


def test_same_grid_changes_nothing():
    rng = np.random.default_rng(0)
    flux = rng.normal(size=GRID.size).astype("float32")
    ivar = rng.uniform(0, 2, GRID.size).astype("float32")
    ivar[10:20] = 0
    out, weight = resample_spectrum(GRID, flux, ivar, GRID)
    np.testing.assert_array_equal(weight, ivar)
    assert np.isnan(out[10:20]).all()
    np.testing.assert_allclose(out[20:], flux[20:], rtol=1e-6)


@pytest.mark.parametrize("bad", ["nan flux", "nan ivar", "zero ivar", "negative ivar"])
def test_bad_pixels_do_not_count(bad):
    wavelength = sdss_pixels()
    flux, ivar = np.full(wavelength.size, 3.0), np.ones(wavelength.size)
    spot = slice(400, 410)
    if bad == "nan flux":
        flux[spot] = np.nan
    else:
        flux[spot] = 1e6
        ivar[spot] = {"nan ivar": np.nan, "zero ivar": 0, "negative ivar": -1}[bad]
    out, weight = resample_spectrum(wavelength, flux, ivar, GRID)
    first, last = wavelength[[400, 409]]
    inside = (first < GRID) & (last > GRID)
    assert (weight[inside] == 0).all()
    assert np.isnan(out[inside]).all()
    np.testing.assert_allclose(out[weight > 0], 3.0, rtol=1e-5)


def test_outside_of_the_pixels_nothing_is_measured():
    wavelength = np.arange(4100.0, 4200.0, 1.0)
    ones = np.ones_like(wavelength)
    flux, ivar = resample_spectrum(wavelength, ones, ones, GRID)
    outside = (GRID < 4099) | (GRID > 4200)
    assert np.isnan(flux[outside]).all()
    assert (ivar[outside] == 0).all()
    assert (ivar[(GRID > 4101) & (GRID < 4198)] > 0).all()


def test_a_gap_stays_empty():
    wavelength = np.concatenate([np.arange(4000.0, 4100), np.arange(4200.0, 4400)])
    ones = np.ones_like(wavelength)
    _, ivar = resample_spectrum(wavelength, ones, ones, GRID)
    assert (ivar[(GRID > 4101) & (GRID < 4198)] == 0).all()
    low, high = pixel_edges(wavelength)
    np.testing.assert_allclose(high - low, 1.0)


def test_arms_are_weighted_in_their_overlap():
    blue, red = GRID[:300], GRID[200:]
    arms = [
        (blue, np.full((2, 300), 1.0), np.full((2, 300), 1.0)),
        (red, np.full((2, 300), 4.0), np.full((2, 300), 2.0)),
    ]
    flux, ivar = join_spectra(arms, GRID)
    assert flux.shape == ivar.shape == (2, 500)
    np.testing.assert_allclose(flux[0, :200], 1.0)
    np.testing.assert_allclose(flux[0, 200:300], 3.0, rtol=1e-6)
    np.testing.assert_allclose(flux[0, 300:], 4.0)
    np.testing.assert_allclose(ivar[1, 200:300], 3.0, rtol=1e-6)


def test_many_spectra_are_as_one_by_one():
    rng = np.random.default_rng(0)
    wavelength = sdss_pixels()
    flux = rng.normal(size=(3, wavelength.size))
    ivar = rng.uniform(0, 1, flux.shape)
    together = resample_spectrum(wavelength, flux, ivar, GRID)
    for row in range(3):
        alone = resample_spectrum(wavelength, flux[row], ivar[row], GRID)
        for a, b in zip(together, alone, strict=True):
            np.testing.assert_allclose(a[row], b, rtol=1e-6)


@pytest.mark.parametrize(
    ("air", "vacuum"), [(5006.843, 5008.240), (6562.80, 6564.61), (4861.325, 4862.683)]
)
def test_air_to_vacuum_of_known_lines(air, vacuum):
    assert air_to_vacuum(air) == pytest.approx(vacuum, abs=0.01)


def test_air_and_vacuum_are_inverse():
    wavelength = np.linspace(3000, 11000, 500)
    back = vacuum_to_air(air_to_vacuum(wavelength))
    np.testing.assert_allclose(back, wavelength, rtol=0, atol=1e-6)


def test_wavelengths_must_increase():
    with pytest.raises(ValueError, match=r"increasing.*2.0 is followed by 1.5 at pl"):
        resample_spectrum([1.0, 2.0, 1.5], np.ones(3), np.ones(3), GRID)
    with pytest.raises(ValueError, match="`grid` must be"):
        resample_spectrum([1.0, 2.0], np.ones(2), np.ones(2), [3.0])


def test_shapes_must_fit():
    with pytest.raises(ValueError, match=r"Received: flux \(3,\), ivar \(2,\)"):
        resample_spectrum([1.0, 2.0, 3.0], np.ones(3), np.ones(2), GRID)
    with pytest.raises(ValueError, match="at least one spectrum"):
        join_spectra([], GRID)
