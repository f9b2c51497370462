"""Satellites, aircraft and cosmic rays."""

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, log_uniform, uniform
from mesa_keras.simulation.frames.scene import Shot


def satellite(shot: Shot) -> np.ndarray:
    """A straight line across the frame, peak 1; sometimes it blinks or fades."""
    rng = shot.rng
    y = np.arange(shot.height, dtype=np.float32)[:, None]
    x = np.arange(shot.width, dtype=np.float32)[None, :]
    angle = rng.random() * np.pi
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    across = c * (y - np.float32(rng.random() * shot.height)) - s * (
        x - np.float32(rng.random() * shot.width)
    )
    width = np.float32(max(log_uniform(rng, 0.8, 4.0) * shot.camera.format.shrink, 0.6))
    line = np.exp(-0.5 * (across / width) ** 2)
    along = s * y + c * x
    if chance(rng, 0.25):
        period = np.float32(uniform(rng, 0.03, 0.4) * shot.diagonal)
        line = line * (
            np.sin(along * np.float32(6.28) / period) > uniform(rng, -0.5, 0.9)
        )
    if chance(rng, 0.3):
        middle = np.float32(rng.random() * shot.diagonal)
        reach = np.float32(uniform(rng, 0.1, 0.6) * shot.diagonal)
        line = line * np.exp(-0.5 * ((along - middle) / reach) ** 2)
    return np.asarray(line, dtype=np.float32)


def cosmic_rays(shot: Shot, seconds: float) -> np.ndarray:
    """Hits of particles: single pixels and short tracks, in electrons."""
    rng = shot.rng
    image = np.zeros(shot.shape, dtype=np.float32)
    # About one hit per square centimetre and minute at sea level, more on mountains.
    area = shot.height * shot.width * (shot.camera.format.pixel_um * 1e-4) ** 2
    rate = log_uniform(rng, 0.4, 3.0) / 60
    count = min(int(rng.poisson(min(area * seconds * rate, 600))), 600)
    for _ in range(count):
        length = rng.exponential(2.0) if chance(rng, 0.8) else rng.exponential(12.0)
        steps = np.linspace(0, 1, int(length * 2) + 1)
        angle = rng.random() * 2 * np.pi
        bend = rng.normal(0.0, 0.2) * steps * length * (0.3 if length > 8 else 0)
        y = rng.random() * shot.height + length * steps * np.sin(angle) + bend
        x = rng.random() * shot.width + length * steps * np.cos(angle) - bend
        inside = (y >= 0) & (y < shot.height) & (x >= 0) & (x < shot.width)
        place = (y[inside].astype(int), x[inside].astype(int))
        np.add.at(image, place, np.float32(log_uniform(rng, 150, 6000)))
    return image
