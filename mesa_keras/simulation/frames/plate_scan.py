"""Photographic plates as scanners and sky surveys digitised them."""

import numpy as np

from mesa_keras.simulation.frames import sky_objects, star_field
from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    normal_image,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds
from mesa_keras.simulation.frames.sky import blurred, clouds, gradient
from mesa_keras.simulation.frames.targets import sky_target


def plate_scan(shot: Shot) -> tuple[Scene, np.ndarray]:
    """Draws a plate: stars that grow instead of getting brighter, and grain.

    Returns:
        The scene without electrons, and the values as stored.
    """
    rng = shot.rng
    light = _exposure(shot)
    grain = blurred(normal_image(rng, shot.shape), uniform(rng, 0.4, 1.2))
    grain *= np.float32(log_uniform(rng, 0.01, 0.05) / max(float(grain.std()), 1e-6))
    fog = np.float32(uniform(rng, 0.12, 0.45)) * gradient(shot, uniform(rng, 0, 0.15))
    # The characteristic curve of an emulsion: a toe, a straight part, a shoulder.
    density = fog + (1 - fog) * light / (1 + light)
    density = density * (1 + grain)
    if chance(rng, 0.3):
        density *= 1 + np.float32(uniform(rng, 0.01, 0.08)) * clouds(shot, 3.0)
    _scratch(shot, density)
    values = _scanned(rng, density)
    kind = "plate"
    scene = Scene(
        kind=kind,
        seconds=60.0 * usual_seconds(rng, 3, 90),
        target=sky_target(rng, "field"),
        filter_name=pick(rng, ("", "RG610", "GG395", "IIIaJ", "IIIaF", "103aO")),
    )
    return scene, values


def _exposure(shot: Shot) -> np.ndarray:
    """Light in units that blacken the emulsion half way."""
    rng = shot.rng
    shrink = shot.camera.format.shrink
    fwhm = max(log_uniform(rng, 2.0, 5.0) * (shrink if chance(rng, 0.5) else 1), 1.0)
    axis = np.arange(-96, 97, dtype=np.float32)
    kernel = star_field.moffat(axis[:, None], axis[None, :], fwhm, uniform(rng, 1.6, 3))
    kernel /= kernel.sum()
    seeing = sky_objects.Seeing(0.0, 0.06, fwhm, np.asarray(kernel))
    light = sky_objects.stars(shot, seeing, 20, 3000)
    if chance(rng, 0.35):
        painter = pick(rng, ("galaxy", "nebula", "globular cluster"))
        light += sky_objects.painted(painter, shot, seeing)
    return light


def _scratch(shot: Shot, density: np.ndarray) -> None:
    """Scratches, hairs and specks on the plate."""
    rng = shot.rng
    if not chance(rng, 0.3):
        return
    for _ in range(int(rng.integers(1, 6))):
        steps = np.linspace(0, 1, 2 * max(shot.shape))
        length = uniform(rng, 0.02, 0.5) * max(shot.shape)
        angle, bend = rng.random() * 6.28, rng.normal(0, 0.1)
        y = rng.random() * shot.height + length * (
            steps * np.sin(angle) + bend * steps**2
        )
        x = rng.random() * shot.width + length * steps * np.cos(angle)
        inside = (y >= 0) & (y < shot.height) & (x >= 0) & (x < shot.width)
        place = (y[inside].astype(int), x[inside].astype(int))
        density[place] *= np.float32(uniform(rng, 0.4, 1.4))


def _scanned(rng: np.random.Generator, density: np.ndarray) -> np.ndarray:
    """Values of the scanner; some scans show the negative."""
    kind = pick(rng, {"i2": 0.6, "u2": 0.15, "u1": 0.15, "f4": 0.1})
    density = np.clip(density, 0, 1.2) / np.float32(1.2)
    if chance(rng, 0.15):
        density = 1 - density
    top = {"u1": 255.0, "u2": uniform(rng, 20000, 65000)}
    values = density * np.float32(top.get(kind, uniform(rng, 14000, 32000)))
    return np.asarray(np.rint(values), dtype=kind)
