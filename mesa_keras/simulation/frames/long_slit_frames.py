"""Frames of a slit spectrograph: lamp continuum, star, and arc lamp."""

import numpy as np

from mesa_keras.simulation.frames import spectrum
from mesa_keras.simulation.frames.lamps import LAMPS, lamp_lines
from mesa_keras.simulation.frames.long_slit import OVERSAMPLING, Slit, draw_slit
from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    pick,
    smooth_curve,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds


def flat_dados(shot: Shot) -> Scene:
    """A glowing filament through the slit."""
    rng, slit = shot.rng, draw_slit(shot)
    wavelength = slit.wavelengths
    flux = spectrum.planck(wavelength, uniform(rng, 2400, 3300))
    flux *= spectrum.detector_response(rng, wavelength)
    image = slit.dispersed(flux / flux.max()) * slit.profile(rng)
    image *= (
        1 + smooth_curve(rng, slit.width, 60, log_uniform(rng, 0.002, 0.05))[:, None]
    )
    level = log_uniform(rng, 0.02, 1.3) * shot.camera.saturation
    return _scene(shot, slit, image * np.float32(level), "lamp", lamp="halogen")


def spectrum_dados(shot: Shot) -> Scene:
    """A star on the slit, with the sky."""
    rng, slit = shot.rng, draw_slit(shot)
    wavelength = slit.wavelengths
    sigma = slit.sigma * slit.dispersion
    kind, flux = spectrum.stellar_spectrum(rng, wavelength, sigma)
    if chance(rng, 0.15):
        kind, flux = "nebula", spectrum.nebular_spectrum(rng, wavelength, sigma)
    response = spectrum.detector_response(rng, wavelength)
    flux *= response * spectrum.telluric(wavelength)
    saturation = shot.camera.saturation
    peak = log_uniform(rng, 4 * shot.camera.read_noise, 1.5 * saturation)
    profile = slit.profile(rng)
    image = slit.dispersed(flux / flux.max()) * _trace(rng, slit) * np.float32(peak)
    sky = spectrum.gaussian_lines(wavelength, np.array(spectrum.SKY_LINES), sigma)
    sky = (0.1 + sky) * response * log_uniform(rng, 0.001, 0.5) * peak
    image += slit.dispersed(sky) * profile
    return _scene(
        shot, slit, image, kind, target=pick(rng, ("Vega", "HD 21389", "P Cyg"))
    )


def wavelength_calibration_dados(shot: Shot) -> Scene:
    """A gas lamp through the slit."""
    rng, slit = shot.rng, draw_slit(shot)
    lamp = pick(rng, tuple(LAMPS))
    wavelength = slit.wavelengths
    lines = lamp_lines(lamp)
    lines[:, 1] *= np.exp(rng.normal(0.0, 0.4, len(lines)))
    flux = spectrum.gaussian_lines(wavelength, lines, slit.sigma * slit.dispersion)
    flux *= spectrum.detector_response(rng, wavelength)
    strongest = max(flux.max(), 1e-3)
    level = log_uniform(rng, 0.02, 4.0) * shot.camera.saturation
    image = slit.dispersed(flux / strongest) * slit.profile(rng) * np.float32(level)
    return _scene(shot, slit, image, lamp, lamp=lamp)


def _trace(rng: np.random.Generator, slit: Slit) -> np.ndarray:
    """Light of a star along and across the slit, `(width, length)`, peak 1."""
    start, end, _ = slit.openings[int(rng.integers(len(slit.openings)))]
    place = uniform(rng, max(start, 0.05), min(end, 0.95)) * slit.width
    fwhm = log_uniform(rng, 2.0, 12.0)
    x = np.linspace(-0.5, 0.5, slit.length, dtype=np.float32)
    centre = (
        place + slit.trace_tilt * x + rng.normal(0, 0.004) * slit.width * (4 * x * x)
    )
    y = np.arange(slit.width, dtype=np.float32)[:, None] - centre[None, :]
    return np.asarray((1 + (y / np.float32(0.7 * fwhm)) ** 2) ** -2.5, dtype=np.float32)


def _scene(
    shot: Shot,
    slit: Slit,
    image: np.ndarray,
    kind: str,
    lamp: str = "",
    target: str = "",
) -> Scene:
    centre = slit.wavelengths[slit.margin * OVERSAMPLING :: OVERSAMPLING][: slit.length]
    filters = ((6000, 450), (5350, 450), (4600, 450))
    colours = [np.exp(-0.5 * ((centre - w) / s) ** 2) + 0.03 for w, s in filters]
    shape = (-1, 1) if slit.upright else (1, -1)
    return Scene(
        kind=kind,
        seconds=usual_seconds(shot.rng, 0.1, 1800 if target else 60),
        electrons=slit.on_detector(np.maximum(image, 0)),
        colour=tuple(c.astype(np.float32).reshape(shape) for c in colours),
        target=target,
        lamp=lamp,
        truth={"dispersion": round(slit.dispersion, 4), "first": round(slit.first, 1)},
    )
