"""Bands that a flickering lamp leaves on a rolling shutter."""

import numpy as np

from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import Shot

# Lamps on mains of 50 and 60 Hz brighten twice a period.
_MAINS_HZ = (100.0, 120.0)


def lamp_flicker(shot: Shot, seconds: float) -> np.ndarray:
    """Light of each row, mean about 1, `(height, 1)`.

    A CMOS detector without a shutter exposes its rows one after the other. Row i sees
    the lamp from `i * row_time` on for the exposure time, so that a lamp of frequency f
    and depth m shows as

    `1 + m * sinc(f * seconds) * cos(2 pi f * (i * row_time + seconds / 2))`

    and its first harmonic alike; long exposures average it away. A detector with a
    mechanical or global shutter sees all rows at once: 1 everywhere.

    Args:
        shot: Camera and generator.
        seconds: Exposure time.
    """
    rng = shot.rng
    camera = keyed_generator(shot.seed, "shutter", shot.camera.number)
    rolling = shot.camera.technology == "cmos" and chance(camera, 0.85)
    readout = log_uniform(camera, 0.008, 0.4)
    if not rolling:
        return np.ones((shot.height, 1), dtype=np.float32)
    if chance(rng, 0.7):
        frequency, depth = pick(rng, _MAINS_HZ), log_uniform(rng, 0.05, 1.0)
    else:
        # Panels that are dimmed by switching them on and off.
        frequency, depth = log_uniform(rng, 150.0, 3000.0), uniform(rng, 0.3, 1.0)
    time = np.linspace(0.0, readout, shot.height)[:, None] + seconds / 2
    time = time + rng.random() / frequency
    light = np.ones((shot.height, 1))
    for harmonic, strength in ((1, 0.8), (2, 0.2)):
        rate = harmonic * frequency
        swing = strength * depth * np.sinc(rate * seconds)
        light += swing * np.cos(2 * np.pi * rate * time)
    return np.asarray(np.maximum(light, 0.0), dtype=np.float32)
