"""What capture programs and observers do to a frame before it is stored."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform
from mesa_keras.simulation.frames.readout import read_out
from mesa_keras.simulation.frames.scene import Scene, Shot


@dataclass(frozen=True)
class Product:
    """Values as they are stored.

    Attributes:
        pixels: `(height, width)` or `(height, width, 3)`.
        kind: What was done to them.
        averaged: Frames of which they are the mean.
    """

    pixels: np.ndarray
    kind: str
    averaged: int = 1


def draw_product(shot: Shot, scene: Scene, label: str) -> Product:
    """Reads the detector out and stores the values in one of the usual ways."""
    rng = shot.rng
    single = label in ("deep_sky", "spectrum_dados", "spectrum_baches", "einsteinturm")
    kind = pick(rng, {"raw": 0.8, "master": 0.0 if single else 0.12, "float": 0.08})
    averaged = int(log_uniform(rng, 5, 50)) if kind == "master" else 1
    values = read_out(shot, scene, averaged)
    if kind == "raw":
        return Product(converted(shot, values), kind)
    values = np.clip(values, 0, shot.camera.top) * np.float32(2**shot.camera.shift)
    if kind == "float":
        if chance(rng, 0.5):
            values -= np.float32(shot.camera.pedestal * 2**shot.camera.shift)
        return Product(values, kind)
    if label.startswith("flat") and chance(rng, 0.5):
        values -= np.float32(shot.camera.pedestal * 2**shot.camera.shift)
        values /= np.float32(max(np.median(values), 1e-3))
        return Product(values, "normalised", averaged)
    if chance(rng, 0.4):
        return Product(np.round(values).astype(np.uint16), kind, averaged)
    return Product(values, kind, averaged)


def converted(shot: Shot, values: np.ndarray) -> np.ndarray:
    """Rounds and cuts as the converter does, `uint8` or `uint16`."""
    camera = shot.camera
    digits = np.clip(np.rint(values), 0, camera.top)
    if camera.bits == 8:
        return digits.astype(np.uint8)
    return digits.astype(np.uint16) << np.uint16(camera.shift)


def exposure_jitter(rng: np.random.Generator, seconds: float) -> float:
    """Exposure time as a program writes it."""
    if chance(rng, 0.1):
        return round(seconds * (1 + uniform(rng, -1e-4, 1e-4)) + 1e-5, 6)
    return seconds
