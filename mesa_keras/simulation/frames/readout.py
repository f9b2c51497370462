"""From light to the values of the converter."""

import numpy as np

from mesa_keras.simulation.frames import sensor
from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.randomness import normal_image, pick
from mesa_keras.simulation.frames.scene import Scene, Shot

_LONGEST_SPILLS = 300


def read_out(shot: Shot, scene: Scene, averaged: int = 1) -> np.ndarray:
    """Returns converter units, not yet rounded or cut, `(height, width)` float32.

    Args:
        shot: Camera, night and generator.
        scene: Light and exposure time.
        averaged: Frames of which this is the mean, as of a master frame.
    """
    camera, rng = shot.camera, shot.rng
    charge = _dark_charge(shot, scene.seconds, averaged)
    if scene.electrons is not None:
        light = scene.electrons * sensor.pixel_response(shot.seed, camera, shot.shape)
        if camera.mosaic is not None:
            light *= sensor.colour_filters(camera, shot.shape, scene.colour)
        charge += light
    charge = _saturate(charge, camera)
    variance = np.maximum(charge, 0) + np.float32(camera.read_noise**2)
    variance *= np.float32(1 / averaged)
    np.sqrt(variance, out=variance)
    variance *= normal_image(rng, shot.shape)
    charge += variance
    charge += sensor.fixed_offsets(shot.seed, camera, shot.shape)
    charge += _banding(shot, averaged)
    charge *= np.float32(1 / camera.gain)
    charge += np.float32(camera.pedestal + rng.normal(0.0, 0.002 * camera.pedestal))
    return charge


def _dark_charge(shot: Shot, seconds: float, averaged: int) -> np.ndarray:
    """Expected electrons without light."""
    camera, rng = shot.camera, shot.rng
    warmer = (shot.night.sensor_temperature - 20.0) / camera.doubling
    rate = camera.dark_rate * 2.0**warmer
    charge = np.full(shot.shape, rate * seconds, dtype=np.float32)
    if camera.glow_rate and seconds >= 0.5:
        charge += seconds * sensor.amplifier_glow(shot.seed, camera, shot.shape)
    hot = sensor.hot_pixels(shot.seed, camera, shot.shape)
    jump = np.where(
        hot.flicker & (averaged == 1), rng.choice([0.1, 1.0, 2.0], hot.rates.size), 1.0
    )
    np.add.at(
        charge,
        (hot.rows, hot.columns),
        (hot.rates * jump * rate * seconds).astype(np.float32),
    )
    return charge


def _banding(shot: Shot, averaged: int) -> np.ndarray:
    """Offsets of rows in electrons that differ from frame to frame, `(height, 1)`."""
    camera, rng = shot.camera, shot.rng
    scale = camera.banding * camera.read_noise / np.sqrt(averaged)
    rows = scale * rng.standard_normal(shot.height)
    if pick(rng, {True: 0.2, False: 0.8}):
        period = rng.uniform(3, 200)
        rows += scale * np.sin(
            2 * np.pi * (np.arange(shot.height) / period + rng.random())
        )
    return np.asarray(rows, dtype=np.float32)[:, None]


def _saturate(charge: np.ndarray, camera: Camera) -> np.ndarray:
    """Cuts at the full well; without a drain the rest spills along the column."""
    well = np.float32(camera.full_well)
    if camera.blooms:
        _spill(charge, float(well))
    return np.minimum(charge, well, out=charge)


def _spill(charge: np.ndarray, well: float) -> None:
    over = charge > well
    columns = np.flatnonzero(over.any(axis=0))
    if columns.size > 0.5 * charge.shape[1]:
        # A field that is full everywhere has nowhere to spill.
        return
    for column in columns[:_LONGEST_SPILLS]:
        full = np.flatnonzero(over[:, column])
        groups = np.split(full, np.flatnonzero(np.diff(full) > 1) + 1)
        for group in groups:
            excess = float(charge[group, column].sum()) / well - group.size
            reach = int(min(excess / 2 * 0.5, charge.shape[0]))
            first = max(int(group[0]) - reach, 0)
            charge[first : int(group[-1]) + reach + 1, column] = well * 1.001
