"""The galaxy templates of kcorrect, taken apart into stars and emission lines.

The five templates of Blanton & Roweis (2007, AJ 133, 734) are stellar populations with
the lines of ionised gas on top. Measured on the file in kcorrect 5.1.9: wavelengths are
in vacuum, on a grid of equal steps in the logarithm, 257.3 km/s each; [O III] 5008 in
the second is a Gaussian of sigma 212 km/s. That is four times too coarse for the lines
in a DESI spectrum. So the lines, which three of the templates have, are measured and
taken out; an object gets them back with the same flux and its own narrow width, and
none is there twice. The absorption (Ca H and K, the G band, Mg b, Na D, the Balmer
series) is that of the templates: nothing is added. It is sharpened from 212 to
142 km/s, as far as the sampling carries, so that galaxies of low dispersion have
narrower features than massive ones. Three mistakes in the templates are mended: their
H delta lies 3.6 and their [S III] 9533 1.6 Angstrom too far red, and a strong line at
6332 Angstrom is none that galaxies have.
"""

import dataclasses
import functools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.missing_extra import missing_extra
from mesa_keras.simulation.galaxies.emission_lines import (
    LINE_GROUPS,
    LINE_NAMES,
    LINES,
    SPURIOUS,
    Line,
)

SPEED_OF_LIGHT = 299792.458  # km/s
# Measured, see above; the second is what the stars have after sharpening. km/s.
TEMPLATE_SIGMA, STELLAR_SIGMA = 212.0, 142.0
# What sharpening would give if the sampling were finer.
_SHARPENED_SIGMA = 130.0
_REFINEMENT = 4
_LIMITS = (1200.0, 12500.0)
# The other two show no line at all: an old population and one after a burst.
_WITH_LINES = (0, 1, 2)
_BALMER = {"H8", "H epsilon", "H delta", "H gamma", "H beta", "H alpha"}


@dataclasses.dataclass(frozen=True)
class Templates:
    """Spectra per unit of kcorrect's coefficients, at rest.

    Attributes:
        log_wavelength: Natural logarithm of the vacuum wavelength in Angstrom,
            increasing in equal steps, shape `(n,)`.
        stars: Flux density in erg / (s cm2 Angstrom) without emission lines, shape
            `(templates, n)`.
        lines: Flux of each of `LINES` in erg / (s cm2), shape `(templates, lines)`.
        mass: Stars and remnants in solar masses at 10 pc, shape `(templates,)`.
        metallicity: Part of heavy elements in the stars, same shape.
    """

    log_wavelength: np.ndarray
    stars: np.ndarray
    lines: np.ndarray
    mass: np.ndarray
    metallicity: np.ndarray

    @property
    def velocity_step(self) -> float:
        """Step of the grid in km/s."""
        step = self.log_wavelength[1] - self.log_wavelength[0]
        return float(step * SPEED_OF_LIGHT)


@functools.cache
def load_templates() -> Templates:
    """Reads the templates of the installed kcorrect.

    Raises:
        ImportError: If kcorrect is not installed.
    """
    table = _read_file()
    wavelength, flux = table["wavelength"], table["flux"].copy()
    lines = np.zeros((len(flux), len(LINES)))
    for number in _WITH_LINES:
        flux[number], lines[number] = split_lines(wavelength, flux[number])
    log_wavelength, stars = _sharpen(np.log(wavelength), flux)
    inside = (log_wavelength > np.log(_LIMITS[0])) & (
        log_wavelength < np.log(_LIMITS[1])
    )
    return Templates(
        log_wavelength=log_wavelength[inside],
        stars=np.ascontiguousarray(stars[:, inside]),
        lines=lines,
        mass=table["MREMAIN"],
        metallicity=table["METS"],
    )


def kcorrect_file(*parts: str) -> Path:
    """Path of a file in kcorrect's data folder.

    Raises:
        ImportError: If kcorrect is not installed.
    """
    try:
        with warnings.catch_warnings():
            # It leaves files open, which is not ours to mend.
            warnings.simplefilter("ignore")
            import kcorrect  # type: ignore[import-untyped]
    except ImportError as error:
        raise missing_extra(
            "galaxies are simulated from those of kcorrect", "galaxies"
        ) from error
    return Path(kcorrect.KCORRECT_DIR).joinpath("data", *parts)


def split_lines(
    wavelength: np.ndarray, flux: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Separates the emission lines of a template from its stars.

    In a window around each group of lines the flux is a parabola, a Gaussian of the
    template's resolution for each line, and for the Balmer series a wider one, which is
    the absorption beneath and stays.

    Args:
        wavelength: In Angstrom, shape `(n,)`.
        flux: Flux density, shape `(n,)`.

    Returns:
        Flux density without lines, shape `(n,)`, and the flux of each of `LINES`.
    """
    stars = np.array(flux, dtype=np.float64)
    fluxes = np.zeros(len(LINES))
    for group in LINE_GROUPS:
        numbers = [LINE_NAMES.index(name) for name in group]
        fluxes[numbers] = _subtract(wavelength, stars, [LINES[n] for n in numbers])
    _subtract(wavelength, stars, [SPURIOUS])
    return stars, fluxes


def _subtract(
    wavelength: np.ndarray, flux: np.ndarray, lines: Sequence[Line]
) -> np.ndarray:
    """Takes neighbouring lines out of `flux` and returns the flux of each."""
    centres = np.array([w for line in lines for w, _ in line.components])
    inside = np.zeros(len(wavelength), dtype=bool)
    for centre in centres:
        inside |= abs(np.log(wavelength / centre)) < 2300 / SPEED_OF_LIGHT
    grid = wavelength[inside]
    shapes = [_profile(grid, line) for line in lines]
    place = (grid - grid.mean()) / np.ptp(grid)
    basis = [*shapes, np.ones_like(place), place, place**2]
    basis += [
        _gaussian(grid, line.components[0][0], 650.0)
        for line in lines
        if line.name in _BALMER
    ]
    # The columns differ by many orders of magnitude.
    scales = np.array([abs(column).max() for column in basis])
    fit = np.linalg.lstsq(np.stack(basis, 1) / scales, flux[inside])[0] / scales
    fluxes = np.maximum(fit[: len(lines)], 0.0)
    flux[inside] -= fluxes @ np.stack(shapes)
    return np.asarray(fluxes)


def _profile(grid: np.ndarray, line: Line) -> np.ndarray:
    """Flux density of a line as the templates have it, whose whole flux is 1."""
    result = np.zeros_like(grid)
    for centre, part in line.components:
        place = centre + line.template_shift
        area = place * TEMPLATE_SIGMA / SPEED_OF_LIGHT * np.sqrt(2 * np.pi)
        result += part / area * _gaussian(grid, place, TEMPLATE_SIGMA)
    return result


def _gaussian(grid: np.ndarray, centre: float, sigma_km_s: float) -> np.ndarray:
    offset = np.log(grid / centre) * SPEED_OF_LIGHT / sigma_km_s
    return np.asarray(np.exp(-0.5 * offset**2))


def _sharpen(
    log_wavelength: np.ndarray, flux: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Narrows features, and interpolates to a finer grid without widening them."""
    num = len(log_wavelength)
    step = (log_wavelength[-1] - log_wavelength[0]) / (num - 1)
    wave_number = 2 * np.pi * np.fft.rfftfreq(num, d=step * SPEED_OF_LIGHT)
    gain = np.exp(0.5 * wave_number**2 * (TEMPLATE_SIGMA**2 - _SHARPENED_SIGMA**2))
    fine = np.fft.irfft(np.fft.rfft(flux) * gain, _REFINEMENT * num) * _REFINEMENT
    grid = log_wavelength[0] + step / _REFINEMENT * np.arange(_REFINEMENT * num)
    return grid, fine


def _read_file() -> dict[str, Any]:
    path = kcorrect_file("templates", "kcorrect-default-v4.fits")
    from astropy.io import fits

    with fits.open(path) as hdus:
        table = hdus["FLUX"].data
        wavelength = np.array(table["wave"], dtype=np.float64).ravel()
        result: dict[str, Any] = {
            name: np.array(hdus[name].data, dtype=np.float64)
            for name in ("MREMAIN", "METS")
        }
        flux = np.array(table["flux"], dtype=np.float64)
    # The grid is even to the rounding of single precision, and is made so exactly.
    result["wavelength"] = np.geomspace(wavelength[0], wavelength[-1], len(wavelength))
    result["flux"] = flux.reshape(-1, len(wavelength))
    return result
