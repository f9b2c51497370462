"""Flat fields of an imaging camera."""

import numpy as np

from mesa_keras.simulation.frames import sky
from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_filter, usual_seconds


def flats(shot: Shot) -> Scene:
    """An evenly lit frame: twilight, dome, panel or a cloth over the tube."""
    rng = shot.rng
    kind = pick(rng, {"twilight": 0.4, "dome": 0.25, "panel": 0.25, "cloth": 0.1})
    seconds = usual_seconds(rng, 0.001, 30)
    light = sky.vignetting(shot) * sky.dust_shadows(shot)
    slope = 0.05 if kind == "twilight" else 0.03
    light *= sky.gradient(shot, float(rng.normal(0.0, slope)))
    if kind in ("panel", "cloth"):
        light *= sky.unevenness(shot, log_uniform(rng, 0.001, 0.03))
    if chance(rng, 0.12) and seconds < 2:
        light *= _iris(shot)
    level = uniform(rng, 0.15, 0.75)
    if chance(rng, 0.2):
        level = log_uniform(rng, 0.02, 1.1)
    light *= np.float32(level * shot.camera.saturation)
    colour = tuple(uniform(rng, 0.35, 1.0) for _ in range(3))
    return Scene(
        kind=kind,
        seconds=seconds,
        electrons=light,
        colour=colour,
        target=pick(rng, ("", "Flat", "flat", "Skyflat", "Flat_V", "Dome flat")),
        filter_name=usual_filter(rng),
        lamp="" if kind == "twilight" else pick(rng, ("", "flat panel", "halogen")),
        truth={"level": round(level, 4)},
    )


def _iris(shot: Shot) -> np.ndarray:
    """The longer exposure of the centre by a shutter whose blades open outwards."""
    rng = shot.rng
    v, u = shot.field_of_view()
    blades = int(rng.integers(4, 8))
    angle = np.arctan2(v, u) * blades
    radius = np.hypot(v, u)
    star = radius * (1 + 0.1 * np.cos(angle))
    return np.asarray(1 - np.float32(log_uniform(rng, 0.01, 0.3)) * star, np.float32)
