"""Magnitudes of spectra in the bands g, r and z of the Legacy Surveys (DECam)."""

import dataclasses
import functools

import numpy as np

from mesa_keras.missing_extra import missing_extra
from mesa_keras.simulation.galaxies.emission_lines import components
from mesa_keras.simulation.galaxies.templates import Templates, load_templates

BANDS = ("g", "r", "z")
FILTERS = tuple(f"decam2014-{band}" for band in BANDS)
MAX_REDSHIFT = 1.05
_REDSHIFT_STEP = 0.0025
# An AB magnitude of 0 is 3631 Jy = 3.631e-20 erg / (s cm2 Hz), and 1e9 nanomaggies.
_AB_FLUX = 3.631e-20
_LIGHT_ANGSTROM = 2.99792458e18


@dataclasses.dataclass(frozen=True)
class BandFluxes:
    """What stars and lines of the templates give in each band.

    Attributes:
        redshifts: Grid of redshifts, shape `(n,)`.
        stars: Nanomaggies per unit of a template's coefficient, shape
            `(n, bands, templates)`.
        lines: Nanomaggies per erg / (s cm2) of each of the single lines of
            `emission_lines.components`, shape `(n, bands, components)`.
    """

    redshifts: np.ndarray
    stars: np.ndarray
    lines: np.ndarray

    def fluxes(
        self, redshift: float, coefficients: np.ndarray, lines: np.ndarray
    ) -> np.ndarray:
        """Total flux in each band.

        Args:
            redshift: From 0 to `MAX_REDSHIFT`.
            coefficients: Of the templates, shape `(templates,)`.
            lines: Flux of every single line in erg / (s cm2), shape `(components,)`.

        Returns:
            Nanomaggies, shape `(bands,)`.
        """
        place = redshift / _REDSHIFT_STEP
        low = min(int(place), len(self.redshifts) - 2)
        part = place - low
        result = np.zeros(len(BANDS))
        for step, weight in ((low, 1 - part), (low + 1, part)):
            result += weight * (
                self.stars[step] @ coefficients + self.lines[step] @ lines
            )
        return result


@functools.cache
def band_fluxes() -> BandFluxes:
    """Tabulates the templates' fluxes from redshift 0 to `MAX_REDSHIFT`.

    Raises:
        ImportError: If kcorrect or speclite is not installed.
    """
    templates = load_templates()
    num = round(MAX_REDSHIFT / _REDSHIFT_STEP) + 1
    redshifts = np.arange(num) * _REDSHIFT_STEP
    responses = [_response(name) for name in FILTERS]
    return BandFluxes(
        redshifts=redshifts,
        stars=np.array([_stars(templates, responses, z) for z in redshifts]),
        lines=np.array([_lines(responses, z) for z in redshifts]),
    )


Response = tuple[np.ndarray, np.ndarray, float]


def _response(name: str) -> Response:
    """Wavelengths, response and its flux of an AB magnitude of 0, in photons."""
    try:
        from speclite.filters import load_filter  # type: ignore[import-untyped]
    except ImportError as error:
        raise missing_extra(
            "magnitudes need the filters of speclite", "galaxies"
        ) from error
    band = load_filter(name)
    wavelength = np.asarray(band.wavelength, dtype=np.float64)
    response = np.asarray(band.response, dtype=np.float64)
    zero = np.trapezoid(response * _AB_FLUX * _LIGHT_ANGSTROM / wavelength, wavelength)
    return wavelength, response, float(zero)


def _stars(
    templates: Templates, responses: list[Response], redshift: float
) -> np.ndarray:
    wavelength = np.exp(templates.log_wavelength) * (1 + redshift)
    # Photons per step of the logarithm; the flux density falls by 1 + z as the
    # spectrum is stretched.
    step = templates.log_wavelength[1] - templates.log_wavelength[0]
    weight = wavelength**2 / (1 + redshift) * step
    result = []
    for grid, response, zero in responses:
        through = np.interp(wavelength, grid, response, left=0.0, right=0.0)
        inside = through > 0
        result.append(
            templates.stars[:, inside] @ (weight * through)[inside] / zero * 1e9
        )
    return np.array(result)


def _lines(responses: list[Response], redshift: float) -> np.ndarray:
    wavelength = components()[0] * (1 + redshift)
    return np.array(
        [
            np.interp(wavelength, grid, response, left=0.0, right=0.0)
            * wavelength
            / zero
            * 1e9
            for grid, response, zero in responses
        ]
    )


def magnitude(nanomaggies: np.ndarray | float) -> np.ndarray:
    """AB magnitudes; NaN for fluxes that are not positive."""
    flux = np.asarray(nanomaggies, dtype=np.float64)
    positive = np.where(flux > 0, flux, np.nan)
    return np.asarray(22.5 - 2.5 * np.log10(positive))
