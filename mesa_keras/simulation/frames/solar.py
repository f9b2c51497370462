"""Frames of a solar spectrograph."""

import numpy as np

from mesa_keras.simulation.frames import spectrum
from mesa_keras.simulation.frames.long_slit import Slit, draw_slit
from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    smooth_curve,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds


def einsteinturm(shot: Shot) -> Scene:
    """The Sun through a long slit at high dispersion: dark lines on a bright band."""
    rng, slit = shot.rng, draw_slit(shot)
    wavelength = slit.wavelengths
    absorbed = _fraunhofer_lines(rng, slit)
    flux = np.exp(-absorbed)
    flux *= 1 + smooth_curve(rng, flux.size, 3, 0.05)
    image = slit.dispersed(flux)
    rows = 1 + smooth_curve(rng, slit.width, 60, log_uniform(rng, 0.005, 0.06))
    image *= rows[:, None]
    if chance(rng, 0.3):
        y = np.linspace(0, 1, slit.width)
        spot = np.exp(-0.5 * ((y - rng.random()) / uniform(rng, 0.01, 0.06)) ** 2)
        image *= (1 - uniform(rng, 0.3, 0.85) * spot).astype(np.float32)[:, None]
    image *= np.float32(uniform(rng, 0.1, 1.0) * shot.camera.saturation)
    return Scene(
        kind="spectrum",
        seconds=usual_seconds(rng, 0.001, 5),
        electrons=slit.on_detector(np.maximum(image, 0)),
        target="Sun",
        truth={"first": round(float(wavelength.min()), 1)},
    )


def _fraunhofer_lines(rng: np.random.Generator, slit: Slit) -> np.ndarray:
    """Optical depth along the dispersion."""
    count = int(log_uniform(rng, 5, 90))
    size = slit.wavelengths.size
    grid = np.arange(size, dtype=float)
    lines = np.stack(
        [rng.random(count) * size, np.minimum(rng.exponential(0.8, count), 5)], axis=1
    )
    width = size * log_uniform(rng, 0.0015, 0.008)
    return spectrum.gaussian_lines(grid, lines, width)
