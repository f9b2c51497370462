"""Frames of the night sky."""

import numpy as np

from mesa_keras.simulation.frames import (
    sky,
    star_field,
    trails,
)
from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import (
    Scene,
    Shot,
    usual_filter,
    usual_seconds,
)
from mesa_keras.simulation.frames.sky_objects import (
    CUT_OUT_KINDS,
    SKY_KINDS,
    Seeing,
    painted,
)
from mesa_keras.simulation.frames.targets import sky_target


def deep_sky(shot: Shot) -> Scene:
    """Stars, galaxies, nebulae, and what passes in front of them."""
    rng = shot.rng
    kind = pick(rng, CUT_OUT_KINDS if shot.treatment.cropped else SKY_KINDS)
    seeing = _draw_seeing(shot)
    light = painted(kind, shot, seeing)
    seconds = usual_seconds(rng, 1, 1800)
    if kind in ("planet", "moon"):
        seconds = usual_seconds(rng, 0.001, 2)
    elif chance(rng, 0.08):
        seconds = usual_seconds(rng, 0.01, 1)
    light += np.float32(seeing.background) * _background(shot)
    if chance(rng, 0.06):
        light += trails.satellite(shot) * np.float32(
            seeing.noise * log_uniform(rng, 2, 200)
        )
    if not shot.treatment.flattened:
        light *= sky.vignetting(shot)
        light *= sky.dust_shadows(shot)
    if seconds >= 20 and shot.treatment.averaged == 1:
        light += trails.cosmic_rays(shot, seconds)
    return Scene(
        kind=kind,
        seconds=seconds,
        electrons=light,
        colour=tuple(uniform(rng, 0.4, 1.0) for _ in range(3)),
        target=sky_target(rng, kind),
        filter_name=usual_filter(rng),
        truth={
            "fwhm": round(seeing.fwhm, 2),
            "background": round(seeing.background, 2),
        },
    )


def _draw_seeing(shot: Shot) -> Seeing:
    rng, camera = shot.rng, shot.camera
    background = log_uniform(rng, 0.5, 0.5 * camera.saturation)
    if chance(rng, 0.5):
        # Most observers expose until the sky is above the read noise, no longer.
        background = min(
            camera.noise**2 * log_uniform(rng, 1, 60), 0.5 * camera.saturation
        )
    pattern = camera.pattern
    steady = camera.noise * (pattern.columns + pattern.rows)
    if not shot.treatment.flattened:
        steady = np.hypot(steady, pattern.response * background)
    random = np.sqrt(background + camera.noise**2) / np.sqrt(shot.treatment.averaged)
    noise = np.hypot(random, steady)
    largest = max(0.1 * min(shot.shape), 1.5)
    fwhm = float(
        np.clip(log_uniform(rng, 1.6, 9.0) * camera.format.shrink, 0.9, largest)
    )
    reach = int(np.clip(20 * fwhm, 24, min(128, max(shot.shape) // 2)))
    kernel = star_field.point_spread(rng, fwhm, reach)
    return Seeing(background, float(noise), fwhm, kernel)


def _background(shot: Shot) -> np.ndarray:
    """Light of the sky, about 1."""
    rng = shot.rng
    level = sky.gradient(shot, float(rng.normal(0, log_uniform(rng, 0.005, 0.12))))
    if chance(rng, 0.07):
        level *= 1 + uniform(rng, 0.02, 0.5) * sky.clouds(shot, 3.5)
    if chance(rng, 0.04):
        level *= 1 + log_uniform(rng, 0.003, 0.05) * sky.fringes(
            shot, uniform(rng, 4, 20)
        )
    if chance(rng, 0.03):
        level += log_uniform(rng, 0.05, 2.0) * sky.light_leak(shot)
    return level
