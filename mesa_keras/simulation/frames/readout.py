"""From light to the values of the converter."""

import numpy as np
from scipy import ndimage

from mesa_keras.simulation.frames import sensor
from mesa_keras.simulation.frames.camera import Camera
from mesa_keras.simulation.frames.randomness import chance, normal_image
from mesa_keras.simulation.frames.scene import Scene, Shot

_MOST_SPILLS = 300


def read_out(shot: Shot, scene: Scene) -> np.ndarray:
    """Returns converter units, neither rounded nor cut, `(height, width)` float32.

    Args:
        shot: Camera, night, treatment and generator.
        scene: Light and exposure time.
    """
    camera, rng, averaged = shot.camera, shot.rng, shot.treatment.averaged
    rate = _dark_rate(shot, scene.seconds)
    charge = _dark_charge(shot, scene.seconds, rate)
    if scene.electrons is not None:
        light = scene.electrons
        if not shot.treatment.flattened:
            light = light * sensor.pixel_response(shot.seed, camera, shot.shape)
        if camera.mosaic is not None:
            light = light * sensor.colour_filters(camera, shot.shape, scene.colour)
        charge += light
    charge[:, _blind_columns(shot)] = 0
    _saturate(charge, camera)
    noise = np.maximum(charge, 0)
    noise += np.float32(camera.read_noise**2)
    noise *= np.float32(1 / averaged)
    np.sqrt(noise, out=noise)
    noise *= normal_image(rng, shot.shape)
    charge += noise
    if camera.dark.noisy_fraction:
        _add_noisy_pixels(shot, charge)
    if camera.dark.clamped:
        charge -= np.float32(rate * scene.seconds)
    charge += sensor.fixed_offsets(shot.seed, camera, shot.shape)
    charge += _banding(shot)
    charge *= np.float32(1 / camera.gain)
    drift = rng.normal(0.0, 0.002 * camera.pedestal)
    charge += np.float32(max(camera.pedestal + drift, 0.0))
    return charge


def _dark_rate(shot: Shot, seconds: float) -> float:
    """Electrons per second of an ordinary pixel.

    Nobody exposes until the dark current alone fills the detector: a camera that is so
    warm is cooled better for long exposures.
    """
    dark = shot.camera.dark
    warmer = (shot.night.sensor_temperature - 20.0) / dark.doubling
    rate = float(dark.rate * 2.0 ** max(warmer, -20.0))
    return min(rate, 0.15 * shot.camera.saturation / max(seconds, 1e-6))


def _dark_charge(shot: Shot, seconds: float, rate: float) -> np.ndarray:
    """Expected electrons without light."""
    camera, rng = shot.camera, shot.rng
    charge = np.full(shot.shape, rate * seconds, dtype=np.float32)
    if camera.dark.glow_rate and seconds >= 0.3:
        glow = sensor.amplifier_glow(shot.seed, camera, shot.shape)
        strongest = 0.1 * camera.saturation / camera.dark.glow_rate
        charge += np.float32(min(seconds, strongest)) * glow
    hot = sensor.hot_pixels(shot.seed, camera, shot.shape)
    states = rng.choice(np.array([0.1, 1.0, 2.0]), hot.rates.size)
    jump = np.where(hot.flickers & (shot.treatment.averaged == 1), states, 1.0)
    electrons = (hot.rates * jump * rate * seconds).astype(np.float32)
    np.add.at(charge, (hot.rows, hot.columns), electrons)
    return charge


def _blind_columns(shot: Shot) -> np.ndarray:
    """Columns without light or dark current, `(width,)`.

    They are the gaps between chips, and the overscan, which reduced frames lack.
    """
    pattern, width = shot.camera.pattern, shot.width
    blind = np.zeros(width, dtype=bool)
    if pattern.overscan and shot.treatment.kind == "raw":
        blind[-max(int(pattern.overscan * width), 1) :] = True
    for gap in range(1, pattern.chips):
        place = gap * width // pattern.chips
        blind[place : place + max(width // 80, 1)] = True
    return blind


def _add_noisy_pixels(shot: Shot, charge: np.ndarray) -> None:
    """Pixels whose amplifier jumps: the long tail of the read noise of CMOS."""
    rng = shot.rng
    count = int(shot.camera.dark.noisy_fraction * charge.size)
    place = rng.integers(0, charge.size, count)
    spread = 6 * shot.camera.read_noise / np.sqrt(shot.treatment.averaged)
    charge.reshape(-1)[place] += (spread * rng.standard_normal(count)).astype("f4")


def _banding(shot: Shot) -> np.ndarray:
    """Offsets of rows in electrons that differ from frame to frame, `(height, 1)`."""
    camera, rng = shot.camera, shot.rng
    scale = camera.pattern.banding * camera.read_noise
    scale /= float(np.sqrt(shot.treatment.averaged))
    rows = scale * rng.standard_normal(shot.height)
    if chance(rng, 0.2):
        period, phase = rng.uniform(3, 200), rng.random()
        rows += scale * np.sin(2 * np.pi * (np.arange(shot.height) / period + phase))
    return np.asarray(rows, dtype=np.float32)[:, None]


def _saturate(charge: np.ndarray, camera: Camera) -> None:
    """Cuts at the full well; without a drain the rest spills along the column."""
    well = np.float32(camera.full_well)
    if camera.blooms:
        _spill(charge, float(well))
    np.minimum(charge, well, out=charge)


def _spill(charge: np.ndarray, well: float) -> None:
    over = charge > well
    columns = np.flatnonzero(over.any(axis=0))
    if columns.size > 0.3 * charge.shape[1]:
        # A field that is full nearly everywhere has nowhere to spill.
        return
    for column in columns[:_MOST_SPILLS]:
        groups, count = ndimage.label(over[:, column])
        for first, last in _runs(groups, count):
            excess = float(charge[first:last, column].sum()) / well - (last - first)
            reach = int(min(excess / 2, charge.shape[0]))
            charge[max(first - reach, 0) : last + reach, column] = well * 1.001


def _runs(groups: np.ndarray, count: int) -> list[tuple[int, int]]:
    """First and last place of every group along a column."""
    found = ndimage.find_objects(groups, count)
    return [(part[0].start, part[0].stop) for part in found if part is not None]
