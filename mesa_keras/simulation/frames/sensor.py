"""Fixed patterns of a detector: the same on all frames of a camera."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    normal_image,
    pick,
    smooth_curve,
    uniform,
)


@dataclass(frozen=True)
class HotPixels:
    """Pixels with far more dark current than the others.

    Attributes:
        rows, columns: Where they are.
        rates: Their dark current in units of the camera's.
        flicker: Which of them jump between two states.
    """

    rows: np.ndarray
    columns: np.ndarray
    rates: np.ndarray
    flicker: np.ndarray


def hot_pixels(seed: int, camera: Camera, shape: tuple[int, int]) -> HotPixels:
    """Where the hot pixels are and how hot: a lognormal with an exponential tail."""
    rng = keyed_generator(seed, "hot pixels", camera.number)
    height, width = shape
    count = int(rng.poisson(camera.hot_fraction * height * width))
    # Drawn as parts of the side: a window moves them, but the camera keeps its look.
    places = rng.random((count, 2))
    rates = 8.0 * np.exp(camera.hot_spread * rng.standard_normal(count))
    rates += np.where(rng.random(count) < 0.2, rng.exponential(200.0, count), 0.0)
    return HotPixels(
        (places[:, 0] * height).astype(int),
        (places[:, 1] * width).astype(int),
        rates.astype(np.float32),
        rng.random(count) < 0.15,
    )


def fixed_offsets(seed: int, camera: Camera, shape: tuple[int, int]) -> np.ndarray:
    """Offsets in electrons, `(height, width)` or a shape that broadcasts to it."""
    rng = keyed_generator(seed, "offsets", camera.number)
    height, width = shape
    columns = camera.column_noise * rng.standard_normal(width)
    if chance(rng, 0.25):
        # Converters that alternate between two levels.
        period = pick(rng, (2, 2, 4, 8, 16))
        levels = log_uniform(rng, 0.05, 0.8) * rng.standard_normal(period)
        columns = columns + np.resize(levels, width)
    bad = rng.random(width) < log_uniform(rng, 1e-5, 3e-3)
    columns = columns + bad * rng.normal(0.0, 6.0, width)
    rows = camera.row_noise * rng.standard_normal(height)
    if chance(rng, 0.3):
        # The first rows settle.
        length = log_uniform(rng, 2.0, 0.2 * height + 3)
        rows = rows + uniform(rng, -4, 8) * np.exp(-np.arange(height) / length)
    if chance(rng, 0.3):
        rows = rows + smooth_curve(rng, height, 4, log_uniform(rng, 0.05, 1.5))
    if chance(rng, 0.3):
        columns = columns + smooth_curve(rng, width, 4, log_uniform(rng, 0.05, 1.5))
    offsets = columns[None, :] + rows[:, None]
    if chance(rng, 0.08):
        # Two or four amplifiers, each with its own level.
        steps = rng.normal(0.0, log_uniform(rng, 0.3, 8.0), 4)
        offsets[:, width // 2 :] += steps[0]
        if chance(rng, 0.4):
            offsets[height // 2 :, : width // 2] += steps[1]
            offsets[height // 2 :, width // 2 :] += steps[2]
    return np.asarray(camera.read_noise * offsets, dtype=np.float32)


def amplifier_glow(seed: int, camera: Camera, shape: tuple[int, int]) -> np.ndarray:
    """Glow in electrons per second, `(height, width)`: brightest at a corner or edge."""
    rng = keyed_generator(seed, "glow", camera.number)
    height, width = shape
    y = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None]
    x = np.linspace(0.0, 1.0, width, dtype=np.float32)[None, :]
    glow = np.zeros(shape, dtype=np.float32)
    for _ in range(pick(rng, {1: 6, 2: 3, 4: 1})):
        corner = chance(rng, 0.6)
        y0 = float(rng.integers(2)) if corner else uniform(rng, 0.0, 1.0)
        x0 = float(rng.integers(2))
        if chance(rng, 0.5):
            y0, x0 = x0, y0
        length = log_uniform(rng, 0.03, 0.5)
        distance = np.hypot(y - y0, x - x0)
        part = np.exp(-distance / length)
        if chance(rng, 0.25):
            # Rays, as of the glow of some CMOS detectors.
            angle = np.arctan2(y - y0, x - x0)
            wave = int(rng.integers(8, 40))
            part = part * (1 + 0.4 * np.sin(wave * angle + uniform(rng, 0, 6)))
        glow += part * uniform(rng, 0.3, 1.0)
    return camera.glow_rate * glow


def pixel_response(seed: int, camera: Camera, shape: tuple[int, int]) -> np.ndarray:
    """Relative sensitivity of the pixels, about 1, `(height, width)`."""
    rng = keyed_generator(seed, "response", camera.number)
    response = normal_image(rng, shape)
    response *= camera.response_noise
    response += 1.0
    if chance(rng, 0.3):
        response *= 1 + log_uniform(rng, 0.001, 0.02) * normal_image(rng, (1, shape[1]))
    if chance(rng, 0.1):
        # Rings of the silicon wafer or steps of its masks.
        period = int(rng.integers(20, 300))
        rows = np.arange(shape[0]) // period % 2
        response *= (1 + 0.004 * (2 * rows - 1)).astype(np.float32)[:, None]
    dead = rng.random((int(shape[0] * shape[1] * 2e-5), 2))
    response[
        (dead[:, 0] * shape[0]).astype(int), (dead[:, 1] * shape[1]).astype(int)
    ] *= 0.4
    return np.maximum(response, 0.05)


def colour_filters(
    camera: Camera, shape: tuple[int, int], colour: tuple[np.ndarray | float, ...]
) -> np.ndarray:
    """Response of every pixel of a colour camera, `(height, width)`."""
    if camera.mosaic is None:
        raise ValueError("the camera has no colour filters")
    weights = np.empty(shape, dtype=np.float32)
    for place, letter in enumerate(camera.mosaic):
        y, x = divmod(place, 2)
        layer = np.broadcast_to(np.asarray(colour["RGB".index(letter)]), shape)
        weights[y::2, x::2] = layer[y::2, x::2]
    return weights
