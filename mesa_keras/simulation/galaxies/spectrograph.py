"""A DESI-like spectrograph: three arms, their resolution, the sky and the noise.

The spectrum of an object is calibrated with stars in the same exposure, as DESI's is:
what the fibre loses of a point source is given back, what it loses of a galaxy's larger
image is not. Resolution and noise follow two coadds of the DESI early data release
(dark programme, 1,009 and 1,444 s): the medians of their resolution matrices, and the
efficiency below, which is set so that the noise between the lines of the sky comes out
as there.
"""

import dataclasses
import functools

import numpy as np

from mesa_keras.preprocessing.spectrum import GRID_STEP, wavelength_grid
from mesa_keras.simulation.galaxies.sky_lines import air_transmission, sky_lines

FLUX_UNIT = 1e-17  # erg / (s cm2 Angstrom)
_MIRROR_CM2 = 8.66e4
_FIBER_ARCSEC2 = np.pi * 0.75**2
_READ_ELECTRONS2 = 45.0  # variance in a bin: 3 electrons in about 5 pixels
_PHOTON_ERG_ANGSTROM = 1.98645e-8  # Planck's constant times the speed of light
_FWHM = 2.3548
# Flux of the sky's lines in 1e-17 erg / (s cm2 arcsec2) for an intensity of 1.
_LINE_SCALE = 1.9

# Wavelengths [Angstrom], resolution and efficiency (with what a fibre takes in of a
# point source) of the arms b, r and z.
_ARMS = (
    (
        (3600, 3700, 3800, 4000, 4500, 5000, 5500, 5650, 5800),
        (2330, 2380, 2450, 2580, 2860, 3170, 3480, 3580, 3650),
        (0.013, 0.021, 0.038, 0.060, 0.085, 0.122, 0.125, 0.121, 0.023),
    ),
    (
        (5760, 5900, 6200, 6600, 7000, 7300, 7500, 7620),
        (3900, 4000, 4170, 4430, 4720, 4950, 5070, 5150),
        (0.084, 0.136, 0.166, 0.192, 0.214, 0.210, 0.162, 0.002),
    ),
    (
        (7520, 7650, 8000, 8500, 9000, 9300, 9600, 9824),
        (4480, 4530, 4680, 5000, 5300, 5430, 5420, 5380),
        (0.085, 0.205, 0.250, 0.309, 0.320, 0.300, 0.290, 0.250),
    ),
)
# Dark sky without lines, 1e-17 erg / (s cm2 Angstrom arcsec2), and moonlight on top of
# it in units of the same, for moonlight of strength 1 (Dark: V = 21.7 mag per arcsec2).
_SKY_WAVELENGTH = (3600, 4000, 4500, 5000, 5500, 6000, 6500, 7000, 8000, 9000, 9824)
_DARK_SKY = (0.65, 0.55, 0.60, 0.70, 0.80, 0.95, 0.90, 0.90, 0.90, 1.00, 1.30)
_MOON = (1.3, 1.3, 1.2, 1.0, 0.9, 0.8, 0.7, 0.6, 0.45, 0.35, 0.3)


@dataclasses.dataclass(frozen=True)
class Exposure:
    """How a spectrum was taken.

    Attributes:
        program: `bright` or `dark`, as in DESI: what is fainter than 19.5 in r is
            observed for longer, without a moon.
        seconds: Time of exposure.
        moonlight: Brightness of the moonlit sky over the dark one at 5000 Angstrom,
            minus 1.
        line_strength: Of the lines of the sky; 1 is usual.
    """

    program: str
    seconds: float
    moonlight: float
    line_strength: float


def draw_exposure(rng: np.random.Generator, magnitude_r: float) -> Exposure:
    """Draws an exposure of DESI's main survey.

    The effective times are those of the survey, 180 s for the bright and 1,000 s for
    the dark programme, where effective means under a dark sky (Schlafly et al. 2023,
    AJ 166, 259); a brighter sky takes longer to give the same.
    """
    bright = magnitude_r <= 19.5
    moonlight = float(rng.uniform(0, 1.5)) if bright else 0.0
    seconds = 180.0 * (1 + moonlight / 2) if bright else 1000.0
    return Exposure(
        program="bright" if bright else "dark",
        seconds=float(seconds * rng.lognormal(0, 0.15)),
        moonlight=moonlight,
        line_strength=float(rng.lognormal(0, 0.3)),
    )


def instrument_sigma() -> np.ndarray:
    """Standard deviation of the line spread in Angstrom on the grid, `(7781,)`.

    Where arms overlap, that of the redder one from the middle of the overlap on.
    """
    return _tables()["sigma"]


def noise_variance(flux: np.ndarray, exposure: Exposure) -> np.ndarray:
    """Variance of the measured flux.

    Args:
        flux: Flux through the fibre, calibrated, in `FLUX_UNIT`, shape `(7781,)`.
        exposure: How it is taken.

    Returns:
        In `FLUX_UNIT` squared, same shape. The arms add up where they overlap.
    """
    tables = _tables()
    sky = tables["continuum"] * (1 + exposure.moonlight * tables["moon"])
    sky = (sky + exposure.line_strength * tables["lines"]) * _FIBER_ARCSEC2
    information = np.zeros_like(flux)
    for efficiency in tables["arms"]:
        seen = efficiency > 0
        # Electrons per bin for a flux of 1.
        gain = efficiency[seen] * tables["photons"][seen] * exposure.seconds
        electrons = gain * (np.maximum(flux[seen], 0) + sky[seen] / tables["air"][seen])
        information[seen] += gain**2 / (electrons + _READ_ELECTRONS2)
    return np.asarray(1 / information)


@functools.cache
def _tables() -> dict[str, np.ndarray]:
    grid = wavelength_grid()
    resolution = np.interp(grid, *_ARMS[0][:2])
    for (wavelengths, values, _), start in zip(_ARMS[1:], (5780, 7570), strict=True):
        later = grid >= start
        resolution[later] = np.interp(grid[later], wavelengths, values)
    sigma = grid / resolution / _FWHM
    lines = np.zeros_like(grid)
    for centre, intensity in zip(*sky_lines(), strict=True):
        width = np.interp(centre, grid, sigma)
        near = slice(*np.searchsorted(grid, [centre - 40, centre + 40]))
        offset = (grid[near] - centre) / width
        # A few percent of the light of a line lies in wide wings.
        shape = 0.97 * np.exp(-0.5 * offset**2) / (width * np.sqrt(2 * np.pi))
        shape += 0.03 / (np.pi * 4 * width * (1 + (offset / 4) ** 2))
        lines[near] += intensity * _LINE_SCALE * shape
    air = air_transmission(grid)
    arms = [
        np.interp(grid, wavelengths, efficiency, left=0, right=0) * air
        for wavelengths, _, efficiency in _ARMS
    ]
    photons = FLUX_UNIT * _MIRROR_CM2 * GRID_STEP * grid / _PHOTON_ERG_ANGSTROM
    return {
        "sigma": sigma,
        "continuum": np.interp(grid, _SKY_WAVELENGTH, _DARK_SKY),
        "moon": np.interp(grid, _SKY_WAVELENGTH, _MOON),
        "lines": lines,
        "air": air,
        "arms": np.array(arms),
        "photons": photons,
    }
