"""What a galaxy shines with: its mixture of templates at its redshift."""

import dataclasses

import numpy as np

from mesa_keras.simulation.galaxies.bands import BandFluxes, magnitude
from mesa_keras.simulation.galaxies.distances import distance_modulus
from mesa_keras.simulation.galaxies.emission_lines import LINE_NAMES, components
from mesa_keras.simulation.galaxies.templates import (
    SPEED_OF_LIGHT,
    STELLAR_SIGMA,
    Templates,
)

_PARTS, _OWNERS = components()[1:]
_H_ALPHA = LINE_NAMES.index("H alpha")
_TEN_PARSEC_CM = 3.0857e19
# Massive galaxies fade by about this much per unit of redshift as their stars age.
EVOLUTION = 1.0


@dataclasses.dataclass(frozen=True)
class StellarLight:
    """Light of one galaxy as it reaches us.

    Attributes:
        redshift: Its redshift.
        coefficients: Of kcorrect's templates, shape `(templates,)`.
        lines: Flux of every single line in erg / (s cm2), shape `(components,)`.
        fluxes: Nanomaggies in g, r and z, shape `(3,)`.
        rest_magnitudes: Absolute magnitudes in g, r and z at rest, shape `(3,)`.
        log_mass: Logarithm of the stars and remnants in solar masses.
        log_specific_rate: Logarithm of the rate at which stars form, after the
            luminosity of H alpha as it is seen, per year and per mass, not below -14.
        metallicity: Part of heavy elements in the stars.
        h_alpha_width: Equivalent width of H alpha at rest in Angstrom.
        stellar_sigma: Velocity dispersion of the stars in km/s.
        gas_sigma: Velocity dispersion of the gas in km/s.
    """

    redshift: float
    coefficients: np.ndarray
    lines: np.ndarray
    fluxes: np.ndarray
    rest_magnitudes: np.ndarray
    log_mass: float
    log_specific_rate: float
    metallicity: float
    h_alpha_width: float
    stellar_sigma: float
    gas_sigma: float


def moved_coefficients(
    coefficients: np.ndarray, redshift: float, new_redshift: float | np.ndarray
) -> np.ndarray:
    """Coefficients of the same galaxy at another distance, younger by `EVOLUTION`.

    Args:
        coefficients: At its own redshift, shape `(templates,)`.
        redshift: Its own redshift.
        new_redshift: Where it is put, a number or shape `(n,)`.

    Returns:
        Shape `(templates,)`, or `(n, templates)`.
    """
    new = np.asarray(new_redshift, dtype=np.float64)
    fainter = distance_modulus(new) - distance_modulus(redshift)
    fainter = fainter - EVOLUTION * (new - redshift)
    return np.asarray(10 ** (-0.4 * fainter)[..., None] * coefficients)


def draw_light(
    rng: np.random.Generator,
    coefficients: np.ndarray,
    redshift: float,
    templates: Templates,
    bands: BandFluxes,
) -> StellarLight:
    """Draws what the mixture leaves open: strengths and widths of the lines.

    All lines share a scatter of 0.12 dex. The excitation falls with the mass, as the
    gas grows rich in metals (Tremonti et al. 2004, ApJ 613, 898): [O III] and [Ne III]
    against [N II], with a scatter of 0.12 dex.

    Args:
        rng: Source of randomness.
        coefficients: Of the templates, at `redshift`, shape `(templates,)`.
        redshift: From 0 to `bands.MAX_REDSHIFT`.
        templates: The templates.
        bands: Their fluxes in the bands.
    """
    modulus = float(distance_modulus(redshift))
    # In units of the absolute brightness.
    intrinsic = coefficients * 10 ** (0.4 * modulus)
    log_mass = float(np.log10(intrinsic @ templates.mass))
    lines = (coefficients @ templates.lines)[_OWNERS] * _PARTS
    lines *= 10 ** _line_scatter(rng, log_mass)[_OWNERS]
    at_ten_parsec = lines * 10 ** (0.4 * modulus)
    at_rest = bands.fluxes(0.0, intrinsic, at_ten_parsec)
    rest_magnitudes = magnitude(at_rest)
    sigma = _velocity_dispersion(rng, float(rest_magnitudes[1]))
    return StellarLight(
        redshift=redshift,
        coefficients=coefficients,
        lines=lines,
        fluxes=bands.fluxes(redshift, coefficients, lines),
        rest_magnitudes=rest_magnitudes,
        log_mass=log_mass,
        log_specific_rate=_log_specific_rate(at_ten_parsec, log_mass),
        metallicity=float(
            (coefficients * templates.mass)
            @ templates.metallicity
            / (coefficients @ templates.mass)
        ),
        h_alpha_width=_h_alpha_width(templates, coefficients, lines),
        stellar_sigma=sigma,
        gas_sigma=float(np.clip(0.65 * sigma * rng.lognormal(0, 0.2), 35, 250)),
    )


def _line_scatter(rng: np.random.Generator, log_mass: float) -> np.ndarray:
    """Change of each of `LINES` in dex, shape `(lines,)`."""
    change = np.full(len(LINE_NAMES), rng.normal(0, 0.12))
    excitation = np.clip(0.3 * (10.3 - log_mass), -0.3, 0.45) + rng.normal(0, 0.12)
    for name, share in (("[O III]", 1.0), ("[Ne III]", 1.0), ("[N II]", -0.6)):
        change[LINE_NAMES.index(name)] += share * excitation
    return change


def _velocity_dispersion(rng: np.random.Generator, magnitude_r: float) -> float:
    """Faber & Jackson (1976): luminosity to the power 1/4; 0.07 dex of scatter.

    200 km/s at an absolute magnitude of -22.2 in r, as in Bernardi et al. (2003, AJ
    125, 1849, figure 4) for a Hubble constant of 68 km/(s Mpc).
    """
    sigma = 200 * 10 ** (-0.1 * (magnitude_r + 22.2) + rng.normal(0, 0.07))
    return float(np.clip(sigma, 50, 400))


def _log_specific_rate(lines: np.ndarray, log_mass: float) -> float:
    """Kennicutt & Evans (2012, ARA&A 50, 531), table 1, without dust."""
    flux = lines[_OWNERS == _H_ALPHA].sum()
    luminosity = 4 * np.pi * _TEN_PARSEC_CM**2 * flux
    rate = luminosity * 10**-41.27
    return float(max(np.log10(max(rate, 1e-30)) - log_mass, -14.0))


def _h_alpha_width(
    templates: Templates, coefficients: np.ndarray, lines: np.ndarray
) -> float:
    place = np.searchsorted(templates.log_wavelength, np.log([6480.0, 6530.0]))
    continuum = (coefficients @ templates.stars[:, slice(*place)]).mean()
    return float(lines[_OWNERS == _H_ALPHA].sum() / continuum)


def star_spectrum(
    light: StellarLight, templates: Templates, wavelength: np.ndarray
) -> np.ndarray:
    """Flux density of the stars, without lines of the gas.

    Args:
        light: The galaxy.
        templates: The templates.
        wavelength: Vacuum wavelengths in Angstrom, increasing, shape `(n,)`.

    Returns:
        In erg / (s cm2 Angstrom), shape `(n,)`, smoothed to the velocity dispersion
        where that is more than what the templates have.
    """
    from scipy.ndimage import gaussian_filter1d

    place = np.log(wavelength[[0, -1]] / (1 + light.redshift))
    first, last = np.searchsorted(templates.log_wavelength, place)
    first, last = max(first - 60, 0), last + 60
    flux = light.coefficients @ templates.stars[:, first:last] / (1 + light.redshift)
    extra = light.stellar_sigma**2 - STELLAR_SIGMA**2
    if extra > 0:
        flux = gaussian_filter1d(flux, np.sqrt(extra) / templates.velocity_step)
    grid = np.exp(templates.log_wavelength[first:last]) * (1 + light.redshift)
    return np.asarray(np.interp(wavelength, grid, flux))


def add_lines(
    flux: np.ndarray,
    wavelength: np.ndarray,
    light: StellarLight,
    instrument_sigma: np.ndarray,
) -> None:
    """Adds the lines of the gas to a spectrum on an even grid.

    Args:
        flux: In erg / (s cm2 Angstrom), shape `(n,)`; changed.
        wavelength: Centres of even bins in Angstrom, shape `(n,)`.
        light: The galaxy.
        instrument_sigma: Resolution of the spectrograph in Angstrom, shape `(n,)`.
    """
    from scipy.special import erf

    step = wavelength[1] - wavelength[0]
    centres = components()[0] * (1 + light.redshift)
    for centre, total in zip(centres, light.lines, strict=True):
        place = int(np.clip((centre - wavelength[0]) / step, 0, len(wavelength) - 1))
        sigma = np.hypot(
            centre * light.gas_sigma / SPEED_OF_LIGHT, instrument_sigma[place]
        )
        first, last = np.searchsorted(
            wavelength, [centre - 5 * sigma, centre + 5 * sigma]
        )
        if last <= first or total <= 0:
            continue
        edges = wavelength[first] - step / 2 + step * np.arange(last - first + 1)
        parts = np.diff(erf((edges - centre) / (sigma * np.sqrt(2)))) / 2
        flux[first:last] += total * parts / step
