"""The Moon and planets: bright disks with structure, brightest about 1."""

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, log_uniform, uniform
from mesa_keras.simulation.frames.scene import Shot
from mesa_keras.simulation.frames.sky import blurred, clouds, resized


def _sphere(
    shot: Shot, radius: float, spread: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates on a ball in units of its radius, and its height towards us."""
    rng = shot.rng
    y0 = shot.height * (0.5 + uniform(rng, -spread, spread))
    x0 = shot.width * (0.5 + uniform(rng, -spread, spread))
    y = (np.arange(shot.height, dtype=np.float32)[:, None] - y0) / radius
    x = (np.arange(shot.width, dtype=np.float32)[None, :] - x0) / radius
    angle = rng.random() * 2 * np.pi
    c, s = np.cos(angle), np.sin(angle)
    v = (c * y - s * x).astype(np.float32)
    u = (s * y + c * x).astype(np.float32)
    return v, u, np.sqrt(np.maximum(1 - u * u - v * v, 0))


def planet(shot: Shot) -> np.ndarray:
    """A small disk with limb darkening, sometimes belts, a ring, a phase."""
    rng = shot.rng
    radius = log_uniform(rng, 0.01, 0.2) * min(shot.shape)
    v, u, height = _sphere(shot, max(radius, 2.0), 0.25)
    disk = (height > 0) * (0.4 + 0.6 * height)
    if chance(rng, 0.5):
        belts = np.sin(v * np.float32(uniform(rng, 8, 16)) + 1) * 0.15
        disk = disk * (1 + belts)
    if chance(rng, 0.25):
        lit = u * np.float32(uniform(rng, -1, 1)) + height * np.float32(0.7)
        disk = disk * np.clip(lit * 2, 0, 1)
    if chance(rng, 0.25):
        ring = np.hypot(u, v / np.float32(uniform(rng, 0.1, 0.45)))
        disk = np.maximum(disk, 0.6 * ((ring > 1.25) & (ring < 2.2)) * (ring != 1.95))
    return blurred(disk.astype(np.float32), log_uniform(rng, 0.6, 4.0))


def moon(shot: Shot) -> np.ndarray:
    """Part of the Moon or all of it: maria, craters, and the edge of night."""
    rng = shot.rng
    radius = log_uniform(rng, 0.25, 3.0) * max(shot.shape)
    _, u, height = _sphere(shot, radius, 0.4)
    elongation = uniform(rng, 0, 2.6)
    sun = u * np.float32(np.sin(elongation)) + height * np.float32(np.cos(elongation))
    surface = 0.5 + 0.5 * clouds(shot, 3.0)
    relief = _craters(shot)
    lit = np.clip(sun + np.float32(0.35) * relief, 0, 1) ** np.float32(0.6)
    face = lit * surface * (height > 0)
    return blurred(np.asarray(face, dtype=np.float32), log_uniform(rng, 0.6, 3.0))


def _craters(shot: Shot) -> np.ndarray:
    """Slopes of round pits of all sizes."""
    rng = shot.rng
    side = 256
    slope = np.zeros((side, side), dtype=np.float32)
    axis = np.arange(side, dtype=np.float32)
    for _ in range(150):
        size = np.float32(min(2.0 * rng.random() ** -0.7, 40))
        y = (axis[:, None] - np.float32(rng.random() * side)) / size
        x = (axis[None, :] - np.float32(rng.random() * side)) / size
        near = np.abs(y[:, 0]) < 2
        square = y[near] ** 2 + x**2
        slope[near] += x * np.exp(-2 * square) * np.float32(1.5)
    return resized(slope, shot.shape)
