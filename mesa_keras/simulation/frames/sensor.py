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

Shape = tuple[int, int]


@dataclass(frozen=True)
class HotPixels:
    """Pixels with far more dark current than the others.

    Attributes:
        rows, columns: Where they are.
        rates: Their dark current in units of the camera's.
        flickers: Which of them jump between states.
    """

    rows: np.ndarray
    columns: np.ndarray
    rates: np.ndarray
    flickers: np.ndarray


def hot_pixels(seed: int, camera: Camera, shape: Shape) -> HotPixels:
    """Where the hot pixels are and how hot: a lognormal with an exponential tail."""
    rng = keyed_generator(seed, "hot pixels", camera.number)
    height, width = shape
    dark = camera.dark
    count = int(rng.poisson(dark.hot_fraction * height * width))
    # Drawn as parts of the side: a window moves them, but the camera keeps its look.
    places = rng.random((count, 2))
    rates = 8.0 * np.exp(dark.hot_spread * rng.standard_normal(count))
    rates += np.where(rng.random(count) < 0.2, rng.exponential(200.0, count), 0.0)
    rows, columns = places[:, 0] * height, places[:, 1] * width
    if chance(rng, 0.2):
        # Clusters: the neighbours of a hot pixel are warm as well.
        rows = np.append(rows, np.minimum(rows + 1, height - 1))
        columns = np.append(columns, columns)
        rates = np.append(rates, 0.3 * rates)
    return HotPixels(
        rows.astype(int),
        columns.astype(int),
        (dark.hot_strength * rates).astype(np.float32),
        rng.random(rates.size) < 0.15,
    )


def fixed_offsets(seed: int, camera: Camera, shape: Shape) -> np.ndarray:
    """Offsets in electrons, `(height, width)`."""
    rng = keyed_generator(seed, "offsets", camera.number)
    height, width = shape
    columns = camera.pattern.columns * rng.standard_normal(width)
    if chance(rng, 0.15):
        # Converters that alternate between levels.
        period = pick(rng, (2, 2, 4, 8, 16))
        levels = log_uniform(rng, 0.05, 0.6) * rng.standard_normal(period)
        columns = columns + np.resize(levels, width)
    bad = rng.random(width) < log_uniform(rng, 1e-5, 2e-3)
    columns = columns + bad * rng.normal(0.0, 6.0, width)
    rows = camera.pattern.rows * rng.standard_normal(height)
    if chance(rng, 0.2):
        # The first rows settle.
        length = log_uniform(rng, 2.0, 0.2 * height + 3)
        rows = rows + uniform(rng, -4, 8) * np.exp(-np.arange(height) / length)
    if chance(rng, 0.18):
        rows = rows + smooth_curve(rng, height, 4, log_uniform(rng, 0.03, 1.0))
    if chance(rng, 0.18):
        columns = columns + smooth_curve(rng, width, 4, log_uniform(rng, 0.03, 1.0))
    if chance(rng, 0.06):
        # A ramp as the amplifier warms up or charge leaks in.
        rows = rows + uniform(rng, -15, 15) * np.linspace(0, 1, height)
    offsets = np.add.outer(rows, columns).astype(np.float32)
    if camera.pattern.amplifiers:
        offsets += _by_amplifier(seed, camera, shape, camera.pattern.amplifiers, 0.0)
    offsets *= np.float32(camera.read_noise)
    return np.asarray(offsets)


def _by_amplifier(
    seed: int, camera: Camera, shape: Shape, spread: float, mean: float
) -> np.ndarray:
    """A level for each of two or four amplifiers, `(height, width)`."""
    rng = keyed_generator(seed, "amplifiers", camera.number)
    levels = rng.normal(mean, spread, 4)
    if chance(rng, 0.5):
        levels = levels[[0, 1, 0, 1]] if chance(rng, 0.7) else levels[[0, 0, 1, 1]]
    top, left = np.arange(shape[0]) < shape[0] // 2, np.arange(shape[1]) < shape[1] // 2
    which = 2 * top[:, None] + left[None, :]
    return np.asarray(levels[which], dtype=np.float32)


def amplifier_glow(seed: int, camera: Camera, shape: Shape) -> np.ndarray:
    """Electrons per second, `(height, width)`: brightest at a corner or an edge."""
    rng = keyed_generator(seed, "glow", camera.number)
    y = np.linspace(0.0, 1.0, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(0.0, 1.0, shape[1], dtype=np.float32)[None, :]
    glow = np.zeros(shape, dtype=np.float32)
    for _ in range(pick(rng, {1: 6, 2: 3, 4: 1})):
        y0 = float(rng.integers(2)) if chance(rng, 0.6) else uniform(rng, 0.0, 1.0)
        x0 = float(rng.integers(2))
        if chance(rng, 0.5):
            y0, x0 = x0, y0
        length = np.float32(log_uniform(rng, 0.03, 0.5))
        part = np.exp(-np.hypot(y - np.float32(y0), x - np.float32(x0)) / length)
        if chance(rng, 0.12):
            # Rays, as of the glow of some CMOS detectors.
            angle = np.arctan2(y - np.float32(y0), x - np.float32(x0))
            wave, phase = np.float32(rng.integers(8, 40)), np.float32(rng.random() * 6)
            part = part * (1 + np.float32(0.4) * np.sin(wave * angle + phase))
        glow += part * np.float32(uniform(rng, 0.3, 1.0))
    glow *= np.float32(camera.dark.glow_rate)
    return glow


def pixel_response(seed: int, camera: Camera, shape: Shape) -> np.ndarray:
    """Relative sensitivity of the pixels, about 1, `(height, width)`."""
    rng = keyed_generator(seed, "response", camera.number)
    response = normal_image(rng, shape)
    response *= np.float32(camera.pattern.response)
    response += 1
    if chance(rng, 0.3):
        columns = normal_image(rng, (1, shape[1]))
        response *= 1 + np.float32(log_uniform(rng, 0.001, 0.015)) * columns
    if chance(rng, 0.1):
        # Steps of the masks with which the silicon was exposed.
        period = int(rng.integers(20, 300))
        steps = 2.0 * (np.arange(shape[0]) // period % 2) - 1
        response *= (1 + 0.004 * steps).astype(np.float32)[:, None]
    if chance(rng, 0.15):
        # Rings of the crystal from which the wafer was cut.
        y0, x0 = uniform(rng, -0.5, 1.5) * shape[0], uniform(rng, -0.5, 1.5) * shape[1]
        rows = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(y0)
        columns = np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(x0)
        length = np.float32(log_uniform(rng, 0.02, 0.2) * max(shape))
        wave = np.sin(np.hypot(rows, columns) * np.float32(6.28) / length)
        response *= 1 + np.float32(log_uniform(rng, 0.001, 0.01)) * wave
    if camera.pattern.amplifiers:
        response *= _by_amplifier(seed, camera, shape, 0.02, 1.0)
    count = int(shape[0] * shape[1] * log_uniform(rng, 1e-6, 5e-5))
    dead = (rng.random((2, count)) * np.array(shape)[:, None]).astype(int)
    response[dead[0], dead[1]] *= rng.random(count).astype(np.float32)
    return np.asarray(np.maximum(response, np.float32(0.02)))


def colour_filters(
    camera: Camera, shape: Shape, colour: tuple[np.ndarray | float, ...]
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
