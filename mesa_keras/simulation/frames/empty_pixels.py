"""Pixels without data in reduced frames: beyond the edge, between chips, masked."""

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform


def with_empty_pixels(rng: np.random.Generator, pixels: np.ndarray) -> np.ndarray:
    """Empties the pixels that shifting, mosaicking or masking left without data.

    Args:
        rng: Generator; most frames stay as they are.
        pixels: Reduced values, `(height, width)` or with colours.

    Returns:
        The same array with zeros, or NaN where it holds floats.
    """
    kind = pick(rng, {"whole": 0.7, "edge": 0.16, "gap": 0.08, "cores": 0.06})
    if kind == "whole":
        return pixels
    height, width = pixels.shape[:2]
    if kind == "edge":
        empty = _beyond_the_edge(rng, height, width)
    elif kind == "gap":
        empty = np.zeros((height, width), dtype=bool)
        wide = max(round(log_uniform(rng, 0.01, 0.25) * width), 1)
        place = int(rng.integers(0, max(width - wide, 1)))
        empty[:, place : place + wide] = True
        empty = empty if chance(rng, 0.5) else _turned(empty, height, width)
    else:
        plane = pixels if pixels.ndim == 2 else pixels.mean(axis=-1)
        empty = plane > np.percentile(plane, uniform(rng, 99.0, 99.95))
    result = pixels.copy()
    is_float = np.issubdtype(pixels.dtype, np.floating)
    result[empty] = np.nan if is_float and chance(rng, 0.4) else 0
    return result


def _turned(empty: np.ndarray, height: int, width: int) -> np.ndarray:
    """The same band along the other axis."""
    part = empty[0, np.linspace(0, width - 1, height).astype(int)]
    return np.repeat(part[:, None], width, axis=1)


def _beyond_the_edge(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Outside a turned and shifted rectangle."""
    y = np.linspace(-1, 1, height)[:, None] + uniform(rng, -0.15, 0.15)
    x = np.linspace(-1, 1, width)[None, :] + uniform(rng, -0.15, 0.15)
    angle = float(rng.normal(0.0, 0.05)) + (uniform(rng, -0.8, 0.8) * chance(rng, 0.15))
    c, s = np.cos(angle), np.sin(angle)
    limit = uniform(rng, 0.85, 1.05)
    outside = (np.abs(c * y - s * x) > limit) | (np.abs(s * y + c * x) > limit)
    return np.asarray(outside)
