"""Frames of the night sky."""

import numpy as np

from mesa_keras.simulation.frames import sky, star_field
from mesa_keras.simulation.frames.randomness import log_uniform, pick, uniform
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_filter, usual_seconds


def deep_sky(shot: Shot) -> Scene:
    """Stars and what lies between them."""
    rng, camera = shot.rng, shot.camera
    seconds = usual_seconds(rng, 1, 1800)
    background = log_uniform(rng, 1.0, 0.5 * camera.saturation)
    fwhm = float(np.clip(log_uniform(rng, 1.5, 9.0), 1.5, 0.1 * min(shot.shape)))
    noise = np.sqrt(background + camera.read_noise**2)
    faintest = noise * fwhm * log_uniform(rng, 0.3, 8.0)
    area = shot.height * shot.width / 512**2
    count = int(log_uniform(rng, 12, 3000) * area**0.7) + 3
    fluxes = star_field.star_fluxes(rng, count, faintest, uniform(rng, 0.5, 1.1))
    points = star_field.scatter(
        shot.shape,
        rng.random(count) * shot.height,
        rng.random(count) * shot.width,
        fluxes,
    )
    reach = int(min(64, max(shot.shape) // 2))
    light = star_field.convolve(points, star_field.point_spread(rng, fwhm, reach))
    light += np.float32(background) * sky.gradient(shot, float(rng.normal(0, 0.08)))
    light *= sky.vignetting(shot) * sky.dust_shadows(shot)
    colour = tuple(uniform(rng, 0.4, 1.0) for _ in range(3))
    return Scene(
        kind="stars",
        seconds=seconds,
        electrons=light,
        colour=colour,
        target=pick(rng, ("M 31", "M13", "NGC 7000", "NGC6888", "HD 189733", "")),
        filter_name=usual_filter(rng),
        truth={
            "stars": count,
            "fwhm": round(fwhm, 2),
            "background": round(background, 2),
        },
    )
