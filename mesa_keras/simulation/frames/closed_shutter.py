"""Bias and dark frames."""

from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds
from mesa_keras.simulation.frames.sky import light_leak


def bias(shot: Shot) -> Scene:
    """The shortest exposure with a closed shutter."""
    rng = shot.rng
    seconds = pick(rng, {0.0: 6, 0.001: 1.5, 3.2e-5: 0.7, 0.0001: 0.5, 0.01: 0.3})
    return Scene(kind="bias", seconds=seconds, target=pick(rng, ("", "Bias", "bias")))


def darks(shot: Shot) -> Scene:
    """A longer exposure with a closed shutter; sometimes not quite closed."""
    rng = shot.rng
    seconds = usual_seconds(rng, 1, 1800)
    if chance(rng, 0.12):
        seconds = usual_seconds(rng, 0.001, 1)
    electrons = None
    kind = "dark"
    if seconds >= 10 and chance(rng, 0.05):
        kind = "light leak"
        level = log_uniform(rng, 0.3, 30.0) * shot.camera.read_noise
        electrons = level * light_leak(shot)
    target = pick(rng, ("", "Dark", "dark", f"Dark_{seconds:g}s", "Darks"))
    return Scene(kind=kind, seconds=seconds, electrons=electrons, target=target)
