"""Frames of a solar spectrograph."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from mesa_keras.simulation.frames import solar_surface
from mesa_keras.simulation.frames.long_slit import Opening, Slit, bent_slit
from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    smooth_curve,
    uniform,
)
from mesa_keras.simulation.frames.scene import Scene, Shot, usual_seconds
from mesa_keras.simulation.frames.solar_atlas import FIRST, STEP, solar_atlas

# Lines that solar observers set their spectrograph to.
REGIONS = {
    6302.0: 3, 5890.0: 2, 5893.0: 2, 6562.8: 3, 5172.0: 2, 5183.0: 1, 5250.0: 2,
    3933.7: 1.5, 3968.5: 1, 8542.1: 1.5, 6173.3: 1.5, 5576.0: 0.7, 6768.0: 0.5,
    5434.5: 0.5, 4861.3: 1, 6560.0: 1, 10830.0: 0.5, 6149.0: 0.7, 5380.0: 0.5,
    7090.0: 0.3, 6103.0: 0.5, 4226.7: 0.4, 4340.5: 0.4, 6280.0: 0.5,
}  # fmt: skip
TARGETS = ("Sun", "Sonne", "sun", "AR 12673", "Sonnenfleck", "Sunspot", "disk center",
           "NaD", "Fe 6302", "Halpha", "Sonnenrand", "limb", "spectrum",
           "")  # fmt: skip


@dataclass(frozen=True)
class Patch:
    """What lies on the slit.

    Attributes:
        brightness: Continuum along the slit, `(width,)`.
        shift: Displacement of lines by moving gas, in Angstrom.
        splitting: Displacement of the two polarised halves of a line, in Angstrom.
        depth: Factor on the lines: below 1 they are filled in.
    """

    brightness: np.ndarray
    shift: np.ndarray
    splitting: np.ndarray
    depth: np.ndarray


def einsteinturm(shot: Shot) -> Scene:
    """The Sun through a long slit at high dispersion, or the Sun on the slit jaws."""
    rng = shot.rng
    kind = pick(rng, {"spectrum": 0.9, "slit jaws": 0.05, "disk": 0.05})
    level = uniform(rng, 0.12, 1.0) if chance(rng, 0.8) else log_uniform(rng, 0.02, 1.2)
    axis, truth = None, {}  # type: int | None, dict[str, float | str]
    if kind == "spectrum":
        slit = _draw_solar_slit(shot)
        image = slit.on_detector(_spectrum(shot, slit))
        axis = 0 if slit.upright else 1
        truth = {"first": round(slit.first, 2), "dispersion": round(slit.dispersion, 5)}
    elif kind == "disk":
        image = solar_surface.disk(shot)
    else:
        image = solar_surface.slit_jaws(shot)
    light = np.maximum(image, 0) * np.float32(level * shot.camera.saturation)
    return Scene(
        kind=kind,
        seconds=usual_seconds(rng, 0.001, 30),
        electrons=light,
        target=pick(rng, TARGETS),
        filter_name=pick(rng, {"": 0.8, "ND": 0.1, "Clear": 0.1}),
        dispersion_axis=axis,
        truth=truth,
    )


def _draw_solar_slit(shot: Shot) -> Slit:
    """The spectrograph at this camera, set to one of the usual lines for the night."""
    rng = keyed_generator(shot.seed, "solar slit", shot.camera.number)
    nightly = keyed_generator(
        shot.seed, "solar range", shot.camera.number, shot.night.number
    )
    span = log_uniform(rng, 4.0, 90.0)
    if chance(rng, 0.1):
        span = log_uniform(rng, 70.0, 300.0)
    centre = pick(nightly, REGIONS)
    if span > 12 and chance(nightly, 0.3):
        centre = uniform(nightly, 3900, 8700)
    opening = Opening(-1.0, 2.0, 1.0)
    if chance(rng, 0.35):
        start = uniform(rng, 0.0, 0.25)
        opening = Opening(start, uniform(rng, 0.7, 1.0), 1.0)
    first = centre - span * uniform(nightly, 0.25, 0.75)
    return bent_slit(shot, rng, first, span, log_uniform(rng, 0.001, 0.03), (opening,))


def _spectrum(shot: Shot, slit: Slit) -> np.ndarray:
    """Light of the slit's image, `(width, length)`, about 1."""
    rng = shot.rng
    camera_rng = keyed_generator(shot.seed, "solar optics", shot.camera.number)
    beams = 2 if chance(camera_rng, 0.12) else 1
    height = slit.width // beams
    half = replace(slit, width=height)
    patch = _draw_patch(rng, height, float(slit.wavelengths.mean()))
    parts = []
    for beam in range(beams):
        sign = 0.0 if beams == 1 else (1.0 if beam == 0 else -1.0)
        parts.append(_polarised(half, patch, sign, rng))
    image = np.concatenate(parts)
    if image.shape[0] < slit.width:
        image = np.pad(image, ((0, slit.width - image.shape[0]), (0, 0)), mode="edge")
    x = np.linspace(-1, 1, slit.length, dtype=np.float32)
    slope = 1 + np.float32(rng.normal(0, 0.08)) * x
    if chance(camera_rng, 0.2):
        # The filter that keeps other orders out.
        width = np.float32(uniform(camera_rng, 0.5, 1.5))
        slope = slope * np.exp(
            -0.5 * ((x - np.float32(rng.normal(0, 0.3))) / width) ** 2
        )
    image = image * slope[None, :] * _slit_rows(camera_rng, rng, slit)
    if chance(camera_rng, 0.2):
        image = image * (1 + log_uniform(rng, 0.002, 0.03) * _ripple(rng, image.shape))
    stray = np.float32(uniform(rng, 0.0, 0.12)) * image.mean()
    return np.asarray((image + stray) / np.percentile(image, 99.5), dtype=np.float32)


def _polarised(
    slit: Slit, patch: Patch, sign: float, rng: np.random.Generator
) -> np.ndarray:
    """One beam: the left, the right or (sign 0) both halves of split lines."""
    atlas = solar_atlas()
    x = np.arange(slit.length, dtype=np.float32)
    place = x[None, :] + slit.lean()[:, None]
    if slit.reverse:
        place = slit.length - place
    wavelength = slit.first + slit.dispersion * place
    blur = max(slit.line_width * 0.4, log_uniform(rng, 0.015, 0.05)) / STEP
    low = max(int((slit.first - 20 - FIRST) / STEP), 0)
    high = int((slit.first + slit.dispersion * slit.length + 20 - FIRST) / STEP)
    sun, air = atlas.sun[low:high], atlas.air[low:high]
    origin = FIRST + low * STEP

    def light(offset: np.ndarray) -> np.ndarray:
        passed = ndimage.gaussian_filter1d(np.exp(-sun), blur)
        return _looked_up(passed, (wavelength - offset[:, None] - origin) / STEP)

    halves = (sign,) if sign else (-1.0, 1.0)
    if not patch.splitting.any():
        halves = halves[:1]
    solar = sum(light(patch.shift + s * patch.splitting) for s in halves) / len(halves)
    solar = 1 - patch.depth[:, None] * (1 - solar)
    passed = ndimage.gaussian_filter1d(np.exp(-air * rng.uniform(0.3, 2)), blur)
    earth = _looked_up(passed, (wavelength - origin) / STEP)
    return np.asarray(patch.brightness[:, None] * solar * earth, dtype=np.float32)


def _looked_up(table: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Linear interpolation in an even table."""
    place = np.clip(place, 0, table.size - 1.001)
    index = place.astype(np.int32)
    part = (place - index).astype(np.float32)
    values = table.astype(np.float32)
    return values[index] * (1 - part) + values[index + 1] * part


def _draw_patch(rng: np.random.Generator, width: int, wavelength: float) -> Patch:
    """Granules, spots and the limb along the slit."""
    y = np.linspace(0, 1, width)
    knots = int(log_uniform(rng, 8, max(width / 3, 10)))
    grain = smooth_curve(rng, width, knots, log_uniform(rng, 0.004, 0.08))
    brightness = 1 + grain + smooth_curve(rng, width, 3, 0.03)
    # A kilometre per second moves a line by wavelength / 300000.
    moving = 0.5 * grain / 0.03 + smooth_curve(rng, width, 6, 0.3)
    shift = np.clip(moving, -3, 3) * wavelength / 3e5
    splitting, depth = np.zeros(width), np.ones(width)
    if chance(rng, 0.35):
        for _ in range(pick(rng, {1: 3, 2: 1, 3: 0.5})):
            size = log_uniform(rng, 0.01, 0.12)
            dip = np.exp(-(((y - rng.random()) / size) ** 4))
            penumbra = np.exp(-(((y - rng.random()) / (2 * size)) ** 4))
            brightness = brightness * (1 - uniform(rng, 0.4, 0.9) * dip)
            brightness = brightness * (1 - uniform(rng, 0.0, 0.3) * penumbra)
            # 2500 gauss split an iron line at 6302 Angstrom by 0.12 Angstrom.
            field = uniform(rng, 500, 3500)
            splitting = splitting + dip * field * 4.67e-13 * 2.5 * wavelength**2
    if chance(rng, 0.1):
        edge, side = uniform(rng, 0.2, 0.9), pick(rng, (-1.0, 1.0))
        inside = side * (edge - y)
        darkening = np.sqrt(np.clip(inside * uniform(rng, 1, 3), 0, 1)) * 0.6 + 0.4
        soft = uniform(rng, 0.002, 0.02)
        sky = log_uniform(rng, 0.005, 0.1)
        disk = 1 / (1 + np.exp(np.clip(-inside / soft, -40, 40)))
        brightness = brightness * darkening * disk + sky
        depth = depth * np.where(inside < 0, uniform(rng, 0.2, 1.0), 1.0)
    if chance(rng, 0.15):
        bright = np.exp(-(((y - rng.random()) / log_uniform(rng, 0.01, 0.1)) ** 2))
        depth = depth * (1 - uniform(rng, 0.1, 0.9) * bright)
    return Patch(brightness, shift, splitting, depth)


def _slit_rows(
    camera_rng: np.random.Generator, rng: np.random.Generator, slit: Slit
) -> np.ndarray:
    """Dust, hairlines and the ends of the slit, `(width, 1)`."""
    y = np.arange(slit.width)
    light = 1 + smooth_curve(camera_rng, slit.width, slit.width // 3 + 3, 0.01)
    for _ in range(int(camera_rng.poisson(2.5))):
        thick = log_uniform(camera_rng, 0.6, 3.0)
        grain = np.exp(-0.5 * ((y - camera_rng.random() * slit.width) / thick) ** 2)
        light = light * (1 - uniform(camera_rng, 0.05, 0.5) * grain)
    if chance(camera_rng, 0.3):
        for _ in range(pick(camera_rng, {1: 1, 2: 2, 3: 0.5})):
            hair = np.abs(y - uniform(camera_rng, 0.03, 0.97) * slit.width)
            light = light * (1 - 0.95 * (hair < uniform(camera_rng, 0.8, 4.0)))
    ends = slit.illumination(log_uniform(rng, 0.6, 3.0))
    return np.asarray(np.maximum(light[:, None], 0.01) * ends, dtype=np.float32)


def _ripple(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Straight interference fringes of plane glass."""
    y = np.arange(shape[0], dtype=np.float32)[:, None]
    x = np.arange(shape[1], dtype=np.float32)[None, :]
    period, turn = log_uniform(rng, 8, 120), uniform(rng, -0.5, 0.5)
    return np.asarray(np.sin(np.float32(6.28 / period) * (x + np.float32(turn) * y)))
