"""Frames of an echelle spectrograph: lamp continuum, star, and thorium-argon."""

import numpy as np

from mesa_keras.simulation.frames import spectrum
from mesa_keras.simulation.frames.echelle import Echelle, draw_echelle
from mesa_keras.simulation.frames.lamps import lamp_lines
from mesa_keras.simulation.frames.randomness import log_uniform, pick, uniform
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds


def _flat_top(distance: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.abs(distance) ** 8)


def _gaussian(distance: np.ndarray) -> np.ndarray:
    return np.exp(-1.5 * distance**2)


def flat_baches(shot: Shot) -> Scene:
    """A glowing filament: smooth bright orders."""
    rng, echelle = shot.rng, draw_echelle(shot)
    kelvin = uniform(rng, 2400, 3400)

    def flux(wavelength: np.ndarray) -> np.ndarray:
        glow = 1.4388e8 / (wavelength * kelvin)
        light = (wavelength / 6500) ** -4 * np.expm1(1.4388e8 / (6500 * kelvin))
        return light / np.expm1(glow) * np.exp(-0.5 * ((wavelength - 6200) / 1800) ** 2)

    return _scene(shot, echelle, echelle.image(flux, _flat_top), "lamp", "halogen")


def spectrum_baches(shot: Shot) -> Scene:
    """A star: orders with absorption lines."""
    rng, echelle = shot.rng, draw_echelle(shot)
    grid = np.linspace(3000, 11000, 160_000)
    kind, star = spectrum.stellar_spectrum(rng, grid, 6000 / echelle.resolution)
    star *= spectrum.detector_response(rng, grid) * spectrum.telluric(grid)

    def flux(wavelength: np.ndarray) -> np.ndarray:
        return np.interp(wavelength, grid, star)

    return _scene(shot, echelle, echelle.image(flux, _gaussian), kind, "")


def wavelength_calibration_baches(shot: Shot) -> Scene:
    """A thorium-argon lamp: spots and short dashes along the orders."""
    rng, echelle = shot.rng, draw_echelle(shot)
    forest = np.stack(
        [rng.uniform(3500, 9500, 2500), 20 * np.exp(rng.normal(0, 1.5, 2500))], axis=1
    )
    lines = np.concatenate([lamp_lines("Ar") * [1, 3], forest])
    lines = lines[np.argsort(lines[:, 0])]

    def flux(wavelength: np.ndarray) -> np.ndarray:
        sigma = float(np.mean(wavelength)) / echelle.resolution / 2.355
        step = abs(wavelength[1] - wavelength[0])
        first, last = np.searchsorted(lines[:, 0], np.sort(wavelength[[0, -1]]))
        near = lines[first:last]
        return spectrum.gaussian_lines(wavelength, near, max(sigma, 0.5 * step))

    return _scene(shot, echelle, echelle.image(flux, _flat_top), "ThAr", "ThAr")


def _scene(
    shot: Shot, echelle: Echelle, image: np.ndarray, kind: str, lamp: str
) -> Scene:
    rng = shot.rng
    reference = max(float(np.percentile(image, 99.5)), 1e-6)
    level = log_uniform(rng, 0.01, 1.2) * shot.camera.saturation
    image *= np.float32(level / reference)
    return Scene(
        kind=kind,
        seconds=usual_seconds(rng, 1, 60 if lamp else 1800),
        electrons=echelle.on_detector(image),
        target="" if lamp else pick(rng, ("Deneb", "alf Lyr", "gam Cas")),
        lamp=lamp,
        truth={"orders": len(echelle.orders)},
    )
