"""Images of the Sun itself: on the jaws of the slit, and the whole disk."""

import numpy as np

from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    normal_image,
    uniform,
)
from mesa_keras.simulation.frames.scene import Shot
from mesa_keras.simulation.frames.sky import blurred, hazy


def slit_jaws(shot: Shot) -> np.ndarray:
    """Granules and spots with the dark line of the slit across, about 1."""
    rng = shot.rng
    size = log_uniform(rng, 0.004, 0.03) * max(shot.shape)
    texture = hazy(normal_image(rng, shot.shape), max(size, 0.8))
    image = 1 + np.float32(uniform(rng, 0.02, 0.12)) * texture / texture.std()
    y = np.linspace(-1, 1, shot.height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shot.width, dtype=np.float32)[None, :]
    image = image * _spots(rng, y, x)
    place = np.float32(uniform(rng, -0.3, 0.3))
    wide = np.float32(log_uniform(rng, 0.003, 0.02))
    across = x if chance(rng, 0.7) else y
    image = image * (1 - 0.9 * np.exp(-(((across - place) / wide) ** 4)))
    if chance(rng, 0.4):
        frame = (np.abs(y) < uniform(rng, 0.7, 1)) & (np.abs(x) < uniform(rng, 0.7, 1))
        image = image * (0.03 + frame)
    return np.asarray(image, dtype=np.float32)


def disk(shot: Shot) -> np.ndarray:
    """The whole Sun or its edge, with limb darkening and spots, about 1."""
    rng = shot.rng
    radius = uniform(rng, 0.3, 1.6) * min(shot.shape)
    y0, x0 = (n * (0.5 + uniform(rng, -0.3, 0.3)) for n in shot.shape)
    y = (np.arange(shot.height, dtype=np.float32)[:, None] - np.float32(y0)) / radius
    x = (np.arange(shot.width, dtype=np.float32)[None, :] - np.float32(x0)) / radius
    height = np.sqrt(np.maximum(1 - y * y - x * x, 0)).astype(np.float32)
    face = (height > 0) * (0.35 + 0.65 * height) * _spots(rng, y, x)
    sky = np.float32(log_uniform(rng, 0.002, 0.03))
    return blurred((face + sky).astype(np.float32), log_uniform(rng, 0.6, 2.5))


def _spots(rng: np.random.Generator, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Umbrae in penumbrae, 1 where there are none."""
    image = np.ones((y.shape[0], x.shape[1]), dtype=np.float32)
    for _ in range(int(rng.poisson(1.5))):
        size = np.float32(log_uniform(rng, 0.01, 0.15))
        radius = np.hypot(
            (y - np.float32(uniform(rng, -0.7, 0.7)))
            * np.float32(uniform(rng, 0.7, 1.4)),
            x - np.float32(uniform(rng, -0.7, 0.7)),
        )
        image *= 1 - np.float32(0.35) * np.exp(-((radius / (2 * size)) ** 6))
        image *= 1 - np.float32(0.7) * np.exp(-((radius / size) ** 4))
    return image
