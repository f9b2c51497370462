"""Frames of an echelle spectrograph: lamp continuum, star, and thorium-argon."""

import numpy as np

from mesa_keras.simulation.frames import spectrum, trails
from mesa_keras.simulation.frames.echelle import Echelle, Flux, draw_echelle
from mesa_keras.simulation.frames.lamps import lamp_lines
from mesa_keras.simulation.frames.lamps_thorium import thorium_argon
from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds
from mesa_keras.simulation.frames.sky import hazy
from mesa_keras.simulation.frames.solar_atlas import transmission
from mesa_keras.simulation.frames.targets import spectrum_target

# Even grid on which smooth parts of a spectrum are drawn.
_GRID = np.linspace(3000.0, 11000.0, 4001)


def flat_baches(shot: Shot) -> Scene:
    """A glowing filament: smooth bright orders."""
    rng, echelle = shot.rng, draw_echelle(shot)
    smooth = spectrum.lamp_continuum(rng, _GRID) * _response(rng)
    reddest = echelle.constant / float(echelle.orders.min())
    ripple = log_uniform(rng, 0.01, 0.3) if reddest > 7000 and chance(rng, 0.3) else 0.0
    period = log_uniform(rng, 1.0, 10.0)

    def flux(wavelength: np.ndarray) -> np.ndarray:
        light = np.interp(wavelength, _GRID, smooth)
        if ripple and wavelength.mean() > 6800:
            light = light * (1 + ripple * np.sin(6.28 * wavelength / period))
        return np.asarray(light)

    image = echelle.image(flux, _slit_profile(rng))
    saturation = shot.camera.saturation
    level = log_uniform(rng, 0.03, 1.3) * saturation
    return _scene(shot, echelle, image, level, "lamp", lamp="halogen")


def spectrum_baches(shot: Shot) -> Scene:
    """A star: orders with absorption lines, faint at the ends."""
    rng, echelle = shot.rng, draw_echelle(shot)
    kind, star = spectrum.stellar_spectrum(rng, _GRID, 3.0)
    star *= _response(rng)
    lines = {"OB": 0.15, "A": 0.4, "FG": 1.0, "K": 1.6, "M": 2.0, "C": 2.0}.get(
        kind, 0.1
    )
    if chance(rng, 0.08):
        kind, star, lines = "daylight", spectrum.planck(_GRID, 6000), 1.0
    air = uniform(rng, 0.5, 2.0)

    def flux(wavelength: np.ndarray) -> np.ndarray:
        width = 2.4 * echelle.line_width * float(np.mean(wavelength))
        passed = transmission(wavelength, width, lines, air)
        return np.asarray(np.interp(wavelength, _GRID, star) * passed)

    profile = _star_profile(rng) if kind != "daylight" else _slit_profile(rng)
    image = echelle.image(flux, profile)
    noise = shot.camera.faintest(shot.treatment.averaged)
    lowest = min(6 * noise, 0.5 * shot.camera.saturation)
    level = log_uniform(rng, lowest, 1.2 * shot.camera.saturation)
    seconds = usual_seconds(rng, 5, 3600)
    return _scene(shot, echelle, image, level, kind, seconds=seconds)


def wavelength_calibration_baches(shot: Shot) -> Scene:
    """A thorium-argon or another lamp: spots and short dashes along the orders."""
    rng, echelle = shot.rng, draw_echelle(shot)
    lamp = pick(rng, {"ThAr": 0.76, "NeAr": 0.05, "HeNeAr": 0.03, "FeAr": 0.05,
                      "HgAr": 0.03, "HgNe": 0.02, "comb": 0.06})  # fmt: skip
    if lamp == "ThAr":
        lines = thorium_argon()
    elif lamp == "comb":
        places = 3000 * np.cumprod(np.full(20000, 1 + log_uniform(rng, 8e-5, 4e-4)))
        places = places[places < 11000]
        lines = np.stack([places, np.interp(places, _GRID, _comb_light(rng))], axis=1)
    else:
        lines = lamp_lines(lamp)
    lines[:, 1] *= np.exp(rng.normal(0.0, 0.3, len(lines)))
    lines[:, 1] *= np.interp(lines[:, 0], _GRID, _response(rng))

    def flux(wavelength: np.ndarray) -> np.ndarray:
        step = abs(float(wavelength[1] - wavelength[0]))
        sigma = echelle.line_width * float(np.mean(wavelength))
        return spectrum.gaussian_lines(wavelength, lines, max(sigma, 0.5 * step))

    image = echelle.image(flux, _slit_profile(rng))
    noise = shot.camera.faintest(shot.treatment.averaged)
    saturation = shot.camera.saturation
    # Level of an ordinary line: the strongest ones are far above it and often full.
    level = log_uniform(rng, min(15 * noise, 0.1 * saturation), 1.0 * saturation)
    return _scene(shot, echelle, image, level, lamp, lamp=lamp)


def _response(rng: np.random.Generator) -> np.ndarray:
    """Throughput on the grid; no filter, which could take all orders away."""
    return spectrum.detector_response(rng, _GRID, edges=0.0)


def _comb_light(rng: np.random.Generator) -> np.ndarray:
    middle = uniform(rng, 5000, 7000)
    return np.asarray(np.exp(-0.5 * ((_GRID - middle) / uniform(rng, 500, 1500)) ** 2))


def _slit_profile(rng: np.random.Generator) -> Flux:
    """Light across an order of an evenly lit slit."""
    power = pick(rng, (2.0, 4.0, 8.0, 12.0))

    def profile(distance: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.abs(distance) ** power * 1.0) ** 2)

    return profile


def _star_profile(rng: np.random.Generator) -> Flux:
    """Light across an order of a star, not always in the middle of the slit."""
    width, offset = uniform(rng, 0.35, 0.8), float(rng.normal(0.0, 0.25))

    def profile(distance: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(-0.5 * ((distance - offset) / width) ** 2))

    return profile


def _scene(
    shot: Shot,
    echelle: Echelle,
    image: np.ndarray,
    level: float,
    kind: str,
    lamp: str = "",
    seconds: float | None = None,
) -> Scene:
    rng = shot.rng
    reference = max(float(np.percentile(image, 99.3)), 1e-3 * float(image.max()), 1e-9)
    image *= np.float32(level / reference)
    if chance(rng, 0.5):
        # Light scattered in the spectrograph fills the gaps.
        haze = hazy(image, uniform(rng, 0.03, 0.1) * max(image.shape))
        image += np.float32(log_uniform(rng, 0.002, 0.15)) * haze
    seconds = usual_seconds(rng, 0.5, 300) if seconds is None else seconds
    if seconds >= 20 and shot.treatment.averaged == 1 and not lamp:
        hits = trails.cosmic_rays(shot, seconds)
        image += hits.T if echelle.upright else hits
    return Scene(
        kind=kind,
        seconds=seconds,
        electrons=echelle.on_detector(image),
        target="" if lamp else spectrum_target(rng, kind),
        lamp=lamp,
        dispersion_axis=0 if echelle.upright else 1,
        truth={"orders": len(echelle.orders)},
    )
