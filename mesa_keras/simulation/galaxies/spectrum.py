"""The spectrum of a galaxy as the pipeline of a survey gives it, faults included."""

from typing import NamedTuple

import numpy as np

from mesa_keras.preprocessing.spectrum import GRID_NUM, wavelength_grid
from mesa_keras.simulation.frames.randomness import pick, smooth_curve
from mesa_keras.simulation.galaxies.spectrograph import (
    FLUX_UNIT,
    Exposure,
    instrument_sigma,
    noise_variance,
)
from mesa_keras.simulation.galaxies.stellar_light import (
    StellarLight,
    add_lines,
    star_spectrum,
)
from mesa_keras.simulation.galaxies.templates import Templates

ALL_ZERO = "spectrum is all zero"
NO_SPECTRUM = "no spectrum was taken"
# Parts of all spectra, in total 0.05; what is invalid is 0.01.
FAULTS = {
    "": 0.950,
    "all zero": 0.008,
    "no spectrum": 0.002,
    "dead columns": 0.025,
    "missing arm": 0.005,
    "sky only": 0.005,
    "other galaxy": 0.005,
}
_ARM_BINS = ((0, 2725), (2725, 4962), (4962, GRID_NUM))


class GalaxySpectrum(NamedTuple):
    """A spectrum on the grid.

    Attributes:
        flux: In 1e-17 erg / (s cm2 Angstrom), float32 of shape `(7781,)`.
        ivar: Its inverse variance, same; 0 = no measurement.
        fault: One of `FAULTS`.
    """

    flux: np.ndarray
    ivar: np.ndarray
    fault: str

    @property
    def reason(self) -> str:
        """Why it is invalid, or "" if it is not."""
        return {"all zero": ALL_ZERO, "no spectrum": NO_SPECTRUM}.get(self.fault, "")


def noise_free_spectrum(light: StellarLight, templates: Templates) -> np.ndarray:
    """All light of a galaxy at the resolution of the spectrograph.

    Args:
        light: The galaxy.
        templates: kcorrect's templates.

    Returns:
        Flux density in 1e-17 erg / (s cm2 Angstrom) on the grid, shape `(7781,)`.
    """
    grid = wavelength_grid()
    flux = star_spectrum(light, templates, grid)
    add_lines(flux, grid, light, instrument_sigma())
    return flux / FLUX_UNIT


def observe_spectrum(
    rng: np.random.Generator,
    light: StellarLight,
    other: StellarLight,
    fiber_fraction: float,
    exposure: Exposure,
    templates: Templates,
) -> GalaxySpectrum:
    """Takes a spectrum.

    Args:
        rng: Source of randomness.
        light: The galaxy.
        other: Another, which the fibre was put on where the fault is "other galaxy".
        fiber_fraction: Part of the light that comes through, see `GalaxyImage`.
        exposure: How the spectrum is taken.
        templates: kcorrect's templates.
    """
    fault = pick(rng, FAULTS)
    if fault == "all zero":
        zeros = np.zeros(GRID_NUM, np.float32)
        return GalaxySpectrum(zeros, zeros.copy(), fault)
    if fault == "no spectrum":
        flux = np.full(GRID_NUM, np.nan, np.float32)
        return GalaxySpectrum(flux, np.zeros(GRID_NUM, np.float32), fault)
    if fault == "sky only":
        true = np.zeros(GRID_NUM)
    else:
        source = other if fault == "other galaxy" else light
        true = noise_free_spectrum(source, templates) * fiber_fraction
    variance = noise_variance(true, exposure)
    # The calibration is off by a few percent, more at the ends.
    calibration = 1 + smooth_curve(rng, GRID_NUM, 7, 0.012)
    calibration *= 1 + smooth_curve(rng, GRID_NUM, 3, 0.015)
    flux = true * calibration + np.sqrt(variance) * rng.standard_normal(GRID_NUM)
    # Sky that is left where its lines are bright: 1 % of a line, all with one sign.
    flux += (
        0.15 * rng.normal() * np.sqrt(variance) * (variance > 9 * np.median(variance))
    )
    ivar = 1 / variance
    _drop_bins(rng, flux, ivar, fault)
    return GalaxySpectrum(flux.astype(np.float32), ivar.astype(np.float32), fault)


def _drop_bins(
    rng: np.random.Generator, flux: np.ndarray, ivar: np.ndarray, fault: str
) -> None:
    """Cosmic rays for all, and what the fault takes."""
    for _ in range(rng.poisson(1.5)):
        start = int(rng.integers(GRID_NUM))
        hit = slice(start, start + int(rng.integers(2, 9)))
        ivar[hit] = 0
        if rng.random() < 0.3:
            # Not all of its light is gone.
            flux[hit] += rng.exponential(20)
    if fault == "dead columns":
        for _ in range(int(rng.integers(1, 4))):
            start = int(rng.integers(GRID_NUM))
            hit = slice(start, start + int(rng.integers(20, 400)))
            ivar[hit] = 0
            flux[hit] = 0
    elif fault == "missing arm":
        arm = slice(*_ARM_BINS[int(rng.integers(3))])
        ivar[arm] = 0
        flux[arm] = 0
