"""Seeded generators, and the few distributions that all parts draw from."""

import zlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")


def keyed_generator(seed: int, *key: int | str) -> np.random.Generator:
    """Returns the generator of one thing: a camera, a night, a frame.

    What is drawn for a thing depends on its key alone, so that ten frames are the first
    ten of a hundred, and the number of processes changes nothing.

    Args:
        seed: Seed of the whole simulation, 0 or more.
        *key: What the numbers are for, for example `"frame", "bias", 3`.
    """
    words = [zlib.crc32(k.encode()) if isinstance(k, str) else k for k in key]
    entropy = np.random.SeedSequence([seed, len(words), *words])
    return np.random.Generator(np.random.SFC64(entropy))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """Whether something happens that has this probability."""
    return bool(rng.random() < probability)


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A plain float between two values."""
    return float(rng.uniform(low, high))


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A float whose logarithm is uniform between those of two positive values."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def pick(
    rng: np.random.Generator, weights: Mapping[Choice, float] | Sequence[Choice]
) -> Choice:
    """One of several values: by weight, or all alike."""
    if isinstance(weights, Mapping):
        edges = np.cumsum(list(weights.values()))
        place = int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))
        return list(weights)[place]
    return weights[int(rng.integers(len(weights)))]


def normal_image(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal noise in single precision."""
    return rng.standard_normal(shape, dtype=np.float32)


def smooth_curve(
    rng: np.random.Generator, length: int, knots: int, roughness: float = 1.0
) -> np.ndarray:
    """A smooth random curve of mean about 0 and spread `roughness`, `(length,)`."""
    values = rng.normal(0.0, roughness, max(knots, 2) + 3)
    place = np.linspace(1.0, len(values) - 2.001, length)
    left = place.astype(int)
    t = place - left
    a, b, c, d = (values[left + k] for k in (-1, 0, 1, 2))
    # Catmull-Rom: passes through the knots without a search for coefficients.
    curve = b + 0.5 * t * (
        c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))
    )
    return np.asarray(curve, dtype=np.float32)
