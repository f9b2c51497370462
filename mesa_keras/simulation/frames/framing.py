"""Which part of the detector a frame of a class shows."""

import numpy as np

from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.treatment import Treatment

IMAGING = ("flats", "deep_sky")
CLOSED = ("bias", "darks")
_SMALLEST = 48

Framing = tuple[int, int, tuple[float, float]]


def draw_framing(
    rng: np.random.Generator,
    seed: int,
    camera: Camera,
    label: str,
    treatment: Treatment,
) -> Framing:
    """Height, width and centre of the pixels of a frame.

    Args:
        rng: Generator of the frame.
        seed: Seed of the simulation.
        camera: Camera; its spectra share one window.
        label: Class.
        treatment: Whether it is a cut-out.
    """
    height, width = camera.format.height, camera.format.width
    if label in IMAGING and camera.format.is_strip:
        # The strips are windows of larger detectors, which images use whole.
        side = round(max(height, width) * uniform(rng, 0.6, 1.0)) // 2 * 2
        height, width = max(height, side), max(width, side)
    if label not in IMAGING and not camera.format.is_strip:
        # A dark frame may belong to the images or to the spectra.
        keep = label in CLOSED and chance(rng, 0.6)
        if not keep:
            height, width = spectrum_window(seed, camera)
    if treatment.cropped:
        return _cut_out(rng, camera, label, height, width)
    return height, width, (0.0, 0.0)


def spectrum_window(seed: int, camera: Camera) -> tuple[int, int]:
    """Height and width of the part that this camera reads out for spectra."""
    rng = keyed_generator(seed, "spectrum window", camera.number)
    height, width = camera.format.height, camera.format.width
    if not chance(rng, 0.25):
        return height, width
    part = log_uniform(rng, 0.1, 0.7)
    if chance(rng, 0.8):
        return max(round(height * part), _SMALLEST) // 2 * 2, width
    return height, max(round(width * part), _SMALLEST) // 2 * 2


def _cut_out(
    rng: np.random.Generator, camera: Camera, label: str, height: int, width: int
) -> Framing:
    if label == "deep_sky":
        side = log_uniform(rng, 60, 320)
        ratio = 1.0 if chance(rng, 0.6) else uniform(rng, 0.75, 1.3)
        wanted = (round(side), round(side * ratio))
    else:
        part = pick(rng, {"along": 0.5, "across": 0.2, "both": 0.3})
        wanted = (
            round(height * (1.0 if part == "across" else uniform(rng, 0.15, 0.6))),
            round(width * (1.0 if part == "along" else uniform(rng, 0.3, 0.9))),
        )
    rows, columns = (
        max(min(want, have), min(_SMALLEST, have))
        for want, have in zip(wanted, (height, width), strict=True)
    )
    diagonal = float(np.hypot(camera.format.height, camera.format.width))
    free_rows, free_columns = (height - rows) / diagonal, (width - columns) / diagonal
    centre = (uniform(rng, -1, 1) * free_rows, uniform(rng, -1, 1) * free_columns)
    return rows, columns, centre
