"""Bias and dark frames."""

import numpy as np

from mesa_keras.simulation.frames import trails
from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds
from mesa_keras.simulation.frames.sky import light_leak


def bias(shot: Shot) -> Scene:
    """The shortest exposure with a closed shutter."""
    rng = shot.rng
    shortest = {0.0: 6, 0.001: 1.5, 3.2e-5: 0.7, 0.0001: 0.5}
    if shot.camera.technology == "ccd":
        # A mechanical shutter needs its time.
        shortest |= {0.01: 0.3, 0.12: 0.3}
    seconds = pick(rng, shortest)
    target = pick(rng, ("", "", "Bias", "bias", "BIAS", "Zero", "zero", "Bias_bin1"))
    return Scene(kind="bias", seconds=seconds, target=target)


def darks(shot: Shot) -> Scene:
    """A longer exposure with a closed shutter; sometimes not quite closed."""
    rng = shot.rng
    seconds = usual_seconds(rng, 5, 3600)
    if not shot.camera.cooled and chance(rng, 0.35):
        # Planetary cameras: the darks of short exposures.
        seconds = usual_seconds(rng, 0.005, 1)
    elif chance(rng, 0.25):
        seconds = usual_seconds(rng, 0.5, 5)
    elif chance(rng, 0.1):
        seconds = usual_seconds(rng, 0.001, 0.5)
    kind, electrons = "dark", np.zeros(shot.shape, dtype=np.float32)
    if seconds >= 10 and chance(rng, 0.05):
        kind = "light leak"
        level = log_uniform(rng, 0.3, 30.0) * shot.camera.read_noise
        electrons += np.float32(level) * light_leak(shot)
    if seconds >= 20 and shot.treatment.averaged == 1 and chance(rng, 0.8):
        electrons += trails.cosmic_rays(shot, seconds)
    names = ("", "", "Dark", "dark", "DARK", f"Dark_{seconds:g}s", "Darks", "Darkframe")
    return Scene(
        kind=kind,
        seconds=seconds,
        electrons=electrons if electrons.any() else None,
        target=pick(rng, names),
    )
