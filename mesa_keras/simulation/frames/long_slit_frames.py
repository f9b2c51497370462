"""Frames of a slit spectrograph: lamp continuum, star, and arc lamp."""

import numpy as np

from mesa_keras.simulation.frames import sky, slit_objects, spectrum, trails
from mesa_keras.simulation.frames.lamps import LAMPS, lamp_lines
from mesa_keras.simulation.frames.long_slit import OVERSAMPLING, Slit, draw_slit
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    smooth_curve,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds
from mesa_keras.simulation.frames.targets import spectrum_target

_FEWEST_LINES = 3


def flat_dados(shot: Shot) -> Scene:
    """A glowing filament through the slit."""
    rng, slit = shot.rng, draw_slit(shot)
    wavelength = slit.wavelengths
    flux = spectrum.lamp_continuum(rng, wavelength)
    flux *= spectrum.detector_response(rng, wavelength)
    image = slit.dispersed(flux / flux.max()) * _slit_light(shot, slit)
    image *= 1 + smooth_curve(rng, slit.width, 3, log_uniform(rng, 0.01, 0.2))[:, None]
    reddest = float(wavelength.max())
    if reddest > 6800 and chance(rng, 0.4):
        strength = np.clip((wavelength - 6600) / 3000, 0, 1) * log_uniform(
            rng, 0.02, 0.4
        )
        image *= 1 + slit.dispersed(strength) * _fringes(shot, slit)
    level = log_uniform(rng, 0.03, 1.3) * shot.camera.saturation
    if chance(rng, 0.1):
        lowest = 6 * shot.camera.faintest(shot.treatment.averaged)
        level = max(0.03 * log_uniform(rng, 0.01, 1.0) * shot.camera.saturation, lowest)
    return _scene(shot, slit, image * np.float32(level), "lamp", lamp="halogen")


def spectrum_dados(shot: Shot) -> Scene:
    """A star, a nebula or the sky through the slit."""
    rng, slit = shot.rng, draw_slit(shot)
    response = spectrum.detector_response(rng, slit.wavelengths)
    light = slit_objects.draw_object(shot, slit, response, _slit_light(shot, slit))
    seconds = usual_seconds(rng, 0.5, 1800)
    image = light.image
    if seconds >= 20 and shot.treatment.averaged == 1 and chance(rng, 0.85):
        hits = trails.cosmic_rays(shot, seconds)
        image = image + (hits.T if slit.upright else hits)
    return _scene(shot, slit, image, light.kind, seconds=seconds)


def wavelength_calibration_dados(shot: Shot) -> Scene:
    """A gas lamp through the slit."""
    rng, slit = shot.rng, draw_slit(shot)
    wavelength = slit.wavelengths
    lamp, lines = _lamp_in_range(rng, wavelength)
    lines[:, 1] *= np.exp(rng.normal(0.0, 0.4, len(lines)))
    response = spectrum.detector_response(rng, wavelength)
    glow = pick(rng, {0.0: 0.6, log_uniform(rng, 0.001, 0.1): 0.4})
    soft = log_uniform(rng, 0.6, 4.0)
    image = np.zeros((slit.width, slit.length), dtype=np.float32)
    for opening in slit.openings:
        # A wider slit shows wider lines, not brighter ones.
        width = slit.line_width * (0.6 + 0.6 * opening.wide)
        flux = spectrum.gaussian_lines(wavelength, lines, width) * response
        flux = flux / max(flux.max(), 1e-6) + glow * response
        image += slit.dispersed(flux) * slit.bent(slit.profile(opening, soft))
    image *= slit.bent(_slit_dust(shot, slit))
    noise = shot.camera.faintest(shot.treatment.averaged)
    lowest = max(0.01 * shot.camera.saturation, 12 * noise)
    level = log_uniform(
        rng, min(lowest, shot.camera.saturation), 5.0 * shot.camera.saturation
    )
    return _scene(shot, slit, image * np.float32(level), lamp, lamp=lamp)


def _lamp_in_range(
    rng: np.random.Generator, wavelength: np.ndarray
) -> tuple[str, np.ndarray]:
    """A lamp that shows a few lines in this range: others are not used there."""
    low, high = float(wavelength.min()), float(wavelength.max())
    names = rng.permutation(list(LAMPS))
    best, best_lines, most = "", np.empty((0, 2)), -1
    for name in names:
        lines = lamp_lines(str(name))
        inside = (lines[:, 0] > low) & (lines[:, 0] < high)
        if inside.sum() >= _FEWEST_LINES:
            return str(name), lines
        if inside.sum() > most:
            best, best_lines, most = str(name), lines, int(inside.sum())
    return best, best_lines


def _slit_light(shot: Shot, slit: Slit) -> np.ndarray:
    """Light along the slit with its edges and dust, `(width, 1)` or more columns."""
    soft = log_uniform(shot.rng, 0.6, 4.0)
    return slit.bent(slit.illumination(soft) * _slit_dust(shot, slit))


def _slit_dust(shot: Shot, slit: Slit) -> np.ndarray:
    """Dark lines along the spectrum from dust between the jaws, `(width, 1)`."""
    rng = keyed_generator(shot.seed, "slit dust", shot.camera.number, shot.night.dust)
    light = 1 + smooth_curve(rng, slit.width, 60, log_uniform(rng, 0.001, 0.04))
    y = np.arange(slit.width)
    for _ in range(int(rng.poisson(2.0))):
        thick = log_uniform(rng, 0.7, 4.0)
        grain = np.exp(-0.5 * ((y - rng.random() * slit.width) / thick) ** 2)
        light = light * (1 - uniform(rng, 0.02, 0.8) * grain)
    return np.asarray(np.maximum(light, 0.02), dtype=np.float32)[:, None]


def _fringes(shot: Shot, slit: Slit) -> np.ndarray:
    pattern = sky.fringes(shot, log_uniform(shot.rng, 5, 60))
    return pattern.T if slit.upright else pattern


def _scene(
    shot: Shot,
    slit: Slit,
    image: np.ndarray,
    kind: str,
    lamp: str = "",
    seconds: float | None = None,
) -> Scene:
    rng = shot.rng
    centre = slit.wavelengths[slit.margin * OVERSAMPLING :: OVERSAMPLING]
    centre = centre[: slit.length]
    filters = ((6050, 450), (5350, 480), (4600, 420))
    colours = [np.exp(-0.5 * ((centre - w) / s) ** 2) + 0.04 for w, s in filters]
    shape = (-1, 1) if slit.upright else (1, -1)
    return Scene(
        kind=kind,
        seconds=usual_seconds(rng, 0.02, 600) if seconds is None else seconds,
        electrons=slit.on_detector(np.maximum(image, 0)),
        colour=tuple(c.astype(np.float32).reshape(shape) for c in colours),
        target="" if lamp else spectrum_target(rng, kind),
        lamp=lamp,
        dispersion_axis=0 if slit.upright else 1,
        truth={
            "dispersion": round(slit.dispersion, 4),
            "first": round(slit.first, 1),
        },
    )
