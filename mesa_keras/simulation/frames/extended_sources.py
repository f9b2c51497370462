"""Galaxies, nebulae and comets, brightest about 1."""

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform
from mesa_keras.simulation.frames.scene import Shot
from mesa_keras.simulation.frames.sky import around, clouds


def _place(shot: Shot, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns in pixels from a point near the middle, turned at random."""
    rng = shot.rng
    y0 = shot.height * (0.5 + uniform(rng, -spread, spread))
    x0 = shot.width * (0.5 + uniform(rng, -spread, spread))
    y = np.arange(shot.height, dtype=np.float32)[:, None] - np.float32(y0)
    x = np.arange(shot.width, dtype=np.float32)[None, :] - np.float32(x0)
    angle = rng.random() * 2 * np.pi
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return c * y - s * x, s * y + c * x


def galaxy(shot: Shot) -> np.ndarray:
    """A large galaxy: elliptical, spiral, or seen from the edge."""
    rng = shot.rng
    kind = pick(rng, {"elliptical": 0.25, "spiral": 0.5, "edge-on": 0.25})
    across, along = _place(shot, 0.25)
    scale = np.float32(log_uniform(rng, 0.01, 0.16) * min(shot.diagonal, 2000))
    ratio = uniform(rng, 0.35, 1.0) if kind != "edge-on" else uniform(rng, 0.06, 0.25)
    across = across / np.float32(ratio)
    radius = np.hypot(across, along) / scale
    if kind == "elliptical":
        # de Vaucouleurs' law, whose centre a seeing disk would soften.
        return np.asarray(np.exp(-3.0 * (radius + np.float32(0.02)) ** 0.25 + 1.2))
    disk = np.exp(-radius)
    bulge = np.exp(-3.0 * (4 * radius + np.float32(0.05)) ** 0.4 + 1.0)
    if kind == "spiral":
        turns = uniform(rng, 2.0, 6.0) * pick(rng, (-1.0, 1.0))
        phase = np.arctan2(across, along) * pick(rng, {2: 0.7, 3: 0.15, 4: 0.15})
        arms = 1 + np.cos(phase + turns * np.log(radius + np.float32(0.1)))
        rough = clouds(shot, 2.4)
        disk = disk * (0.25 + np.float32(0.6) * arms * (0.4 + rough))
    if kind == "edge-on" and chance(rng, 0.6):
        lane = np.exp(-0.5 * (across / (np.float32(0.25) * scale)) ** 2)
        disk = disk * (1 - np.float32(uniform(rng, 0.3, 0.9)) * lane)
    share = np.float32(uniform(rng, 0.2, 0.8))
    return np.asarray(share * bulge + (1 - share) * disk, dtype=np.float32)


def distant_galaxies(shot: Shot, unit: float) -> np.ndarray:
    """Many small galaxies, in electrons.

    Args:
        shot: Shape and generator.
        unit: Flux of a source that is barely seen.
    """
    rng = shot.rng
    image = np.zeros(shot.shape, dtype=np.float32)
    area = shot.height * shot.width / 512**2
    count = max(round(log_uniform(rng, 15, 200) * area**0.6), 3)
    for _ in range(count):
        scale = log_uniform(rng, 0.6, 4.0) * (3.0 if chance(rng, 0.05) else 1.0)
        y0, x0 = rng.random() * shot.height, rng.random() * shot.width
        rows, columns, _ = around(shot.shape, y0, x0, 7 * scale)
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] - np.float32(y0)
        x = np.arange(columns.start, columns.stop, dtype=np.float32) - np.float32(x0)
        angle, ratio = rng.random() * np.pi, uniform(rng, 0.25, 1.0)
        along = np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y
        across = np.float32(np.cos(angle)) * y - np.float32(np.sin(angle)) * x
        radius = np.hypot(along, across / np.float32(ratio)) / np.float32(scale)
        flux = unit * log_uniform(rng, 2, 12) * rng.random() ** -0.8
        peak = flux / (2 * np.pi * scale**2 * ratio)
        image[rows, columns] += np.float32(peak) * np.exp(-radius)
    return image


def nebula(shot: Shot) -> np.ndarray:
    """Gas: wide clouds, a shell, or dust in front of them."""
    rng = shot.rng
    kind = pick(rng, {"wide": 0.5, "compact": 0.2, "shell": 0.15, "dark": 0.15})
    rough = clouds(shot, uniform(rng, 2.2, 3.4), 256)
    if kind == "wide":
        return np.asarray(np.maximum(rough - np.float32(uniform(rng, 0.1, 0.5)), 0) * 2)
    if kind == "dark":
        dust = clouds(shot, 2.8, 256)
        lit = rough * np.exp(-np.maximum(dust - np.float32(0.5), 0) * np.float32(12))
        return np.asarray(lit, dtype=np.float32)
    across, along = _place(shot, 0.3)
    across = across / np.float32(uniform(rng, 0.5, 1.0))
    size = np.float32(log_uniform(rng, 0.01, 0.2) * min(shot.diagonal, 2500))
    radius = np.hypot(across, along) / size
    if kind == "compact":
        return np.asarray(np.exp(-(radius**2) / 2) * (0.4 + rough), dtype=np.float32)
    width = np.float32(uniform(rng, 0.1, 0.35))
    ring = np.exp(-0.5 * ((radius - 1) / width) ** 2)
    inside = np.float32(uniform(rng, 0.1, 0.6)) * (radius < 1)
    return np.asarray((ring + inside) * (0.5 + rough), dtype=np.float32)


def comet(shot: Shot) -> np.ndarray:
    """A coma that falls as 1 / r, and tails."""
    rng = shot.rng
    across, along = _place(shot, 0.3)
    size = np.float32(log_uniform(rng, 0.003, 0.02) * shot.diagonal)
    coma = 1 / (1 + np.hypot(across, along) / size)
    coma = coma * np.exp(-np.hypot(across, along) / (30 * size))
    reach = np.float32(uniform(rng, 10, 80)) * size
    width = size + np.float32(uniform(rng, 0.02, 0.25)) * np.maximum(along, 0)
    tail = np.exp(-0.5 * (across / width) ** 2) * np.exp(-np.maximum(along, 0) / reach)
    tail = tail * (along > 0) * np.float32(log_uniform(rng, 0.02, 0.4))
    return np.asarray(coma + tail, dtype=np.float32)
