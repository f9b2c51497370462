"""Flat fields of an imaging camera."""

import numpy as np

from mesa_keras.simulation.frames import sky, star_field
from mesa_keras.simulation.frames.flicker import lamp_flicker
from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform
from mesa_keras.simulation.frames.scene import (
    Scene,
    Shot,
    usual_filter,
    usual_seconds,
)

_TARGETS = ("", "", "Flat", "flat", "Skyflat", "Flat_V", "Dome flat", "FLAT_R",
            "twilight", "domeflat", "flatfield", "Flat panel", "SkyFlat")  # fmt: skip


def flats(shot: Shot) -> Scene:
    """An evenly lit frame: twilight, dome, panel or a cloth over the tube."""
    rng = shot.rng
    kind = pick(rng, {"twilight": 0.4, "dome": 0.25, "panel": 0.25, "cloth": 0.1})
    seconds = usual_seconds(rng, 0.001, 120 if chance(rng, 0.1) else 30)
    if kind in ("dome", "panel") and shot.camera.technology == "cmos":
        # Bright lamps before sensitive chips without a shutter to wait for.
        seconds = usual_seconds(rng, 0.0005, 1)
    light = sky.vignetting(shot) * sky.dust_shadows(shot)
    slope = 0.05 if kind == "twilight" else 0.03
    light *= sky.gradient(shot, float(rng.normal(0.0, slope)))
    if kind in ("panel", "cloth"):
        light *= sky.unevenness(shot, log_uniform(rng, 0.001, 0.03))
    if chance(rng, 0.15) and seconds < 2:
        light *= _iris(shot)
    if kind in ("dome", "panel"):
        light *= lamp_flicker(shot, seconds)
    if chance(rng, 0.04):
        waves = uniform(rng, 4, 25)
        light *= 1 + np.float32(log_uniform(rng, 0.002, 0.05)) * sky.fringes(
            shot, waves
        )
    level = uniform(rng, 0.15, 0.75)
    if chance(rng, 0.22):
        level = log_uniform(rng, 0.02, 1.15)
    electrons = np.float32(level * shot.camera.saturation)
    light *= electrons
    if kind == "twilight" and chance(rng, 0.3) and shot.treatment.averaged == 1:
        light += _stars(shot, float(electrons))
    return Scene(
        kind=kind,
        seconds=seconds,
        electrons=light,
        colour=tuple(uniform(rng, 0.35, 1.0) for _ in range(3)),
        target=pick(rng, _TARGETS),
        filter_name=usual_filter(rng),
        lamp="" if kind == "twilight" else pick(rng, ("", "flat panel", "halogen")),
        truth={"level": round(level, 4)},
    )


def _stars(shot: Shot, level: float) -> np.ndarray:
    """The first stars of the evening, in electrons."""
    rng = shot.rng
    count = int(log_uniform(rng, 1, 25))
    fwhm = max(log_uniform(rng, 1.8, 7.0) * shot.camera.format.shrink, 1.0)
    flux = star_field.star_fluxes(rng, count, level * log_uniform(rng, 0.02, 2), 0.8)
    flux = np.minimum(flux, 40 * level * fwhm)
    points = star_field.scatter(
        shot.shape,
        rng.random(count) * shot.height,
        rng.random(count) * shot.width,
        flux,
    )
    return star_field.convolve(points, star_field.point_spread(rng, fwhm, 32))


def _iris(shot: Shot) -> np.ndarray:
    """What a shutter leaves on short exposures: blades of an iris, or a slide."""
    rng = shot.rng
    v, u = shot.field_of_view()
    strength = np.float32(log_uniform(rng, 0.01, 0.4))
    if chance(rng, 0.35):
        along = (u + 0 * v) if chance(rng, 0.5) else (v + 0 * u)
        return np.asarray(1 + strength * along, dtype=np.float32)
    blades = int(rng.integers(4, 8))
    turn = np.float32(rng.random() * 6.28)
    angle = np.arctan2(v, u) * blades + turn
    star = np.hypot(v, u) * (1 + np.float32(0.15) * np.cos(angle))
    return np.asarray(1 - strength * star, dtype=np.float32)
