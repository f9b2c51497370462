"""Light that falls on the whole detector, and what the optics make of it."""

import numpy as np
from scipy import ndimage

from mesa_keras.simulation.frames.randomness import (
    chance,
    keyed_generator,
    log_uniform,
    pick,
    smooth_curve,
    uniform,
)
from mesa_keras.simulation.frames.scene import Shot


def light_leak(shot: Shot) -> np.ndarray:
    """A smooth glow from one side, peak about 1, `(height, width)`."""
    rng = shot.rng
    v, u = shot.field_of_view()
    angle = uniform(rng, 0, 2 * np.pi)
    distance = np.hypot(v - np.sin(angle), u - np.cos(angle))
    glow = np.exp(-distance / log_uniform(rng, 0.15, 2.0))
    return np.asarray(glow, dtype=np.float32)


def gradient(shot: Shot, strength: float) -> np.ndarray:
    """A tilted and slightly bent plane of mean about 1, `(height, width)`."""
    rng = shot.rng
    v, u = shot.field_of_view()
    angle = uniform(rng, 0, 2 * np.pi)
    along = np.float32(np.sin(angle)) * v + np.float32(np.cos(angle)) * u
    bend = np.float32(rng.normal(0.0, 0.4) * strength)
    return np.maximum(1 + np.float32(strength) * along + bend * along**2, 0.02)


def vignetting(shot: Shot) -> np.ndarray:
    """Illumination of the focal plane by this camera's optics, 1 at the centre."""
    rng = keyed_generator(shot.seed, "optics", shot.camera.number)
    v, u = shot.field_of_view()
    v = v - np.float32(rng.normal(0.0, 0.06))
    u = u - np.float32(rng.normal(0.0, 0.06))
    square = u * u + v * v
    depth = pick(rng, {0.02: 1, 0.1: 3, 0.3: 3, 0.6: 1.5}) * uniform(rng, 0.5, 1.6)
    power = uniform(rng, 1.0, 3.0)
    field = 1 - np.float32(depth) * square**power
    if chance(rng, 0.09):
        # The edge of a filter or of the barrel: a steep fall outside a circle.
        edge, width = uniform(rng, 0.55, 1.05), log_uniform(rng, 0.01, 0.2)
        field = field / (1 + np.exp((np.sqrt(square) - edge) / np.float32(width)))
    if chance(rng, 0.08):
        # The prism of a guider at one side.
        reach, place = uniform(rng, 0.05, 0.3), uniform(rng, -0.4, 0.4)
        soft = log_uniform(rng, 0.01, 0.06)
        beside = _disk(np.abs(u - np.float32(place)), uniform(rng, 0.1, 0.4), soft)
        field = field * (
            1 - uniform(rng, 0.2, 0.9) * beside * _disk(v + 0.6, reach, soft)
        )
    return np.asarray(np.maximum(field, 0.003), dtype=np.float32)


def dust_shadows(shot: Shot) -> np.ndarray:
    """Shadows of dust near the detector: rings, specks and fibres, 1 without."""
    rng = keyed_generator(shot.seed, "dust", shot.camera.number, shot.night.dust)
    shadow = np.ones(shot.shape, dtype=np.float32)
    hollow = uniform(rng, 0.2, 0.5)
    for _ in range(int(rng.poisson(log_uniform(rng, 0.5, 40.0)))):
        radius = shot.diagonal * pick(rng, {0.004: 3, 0.012: 3, 0.03: 2, 0.06: 0.6})
        radius = max(radius * uniform(rng, 0.7, 1.5), 1.2)
        y0, x0 = rng.random() * shot.height, rng.random() * shot.width
        depth = log_uniform(rng, 0.004, 0.25)
        rows, columns, distance = around(shot.shape, y0, x0, radius * 1.3)
        soft = max(0.08 * radius, 0.5)
        grain = _disk(distance, radius, soft)
        if radius > 4:
            grain = grain - _disk(distance, hollow * radius, soft)
        shadow[rows, columns] *= 1 - np.float32(depth) * grain
    if chance(rng, 0.05):
        # A fibre or a hair.
        shadow *= 1 - np.float32(log_uniform(rng, 0.02, 0.3)) * _fibre(rng, shot.shape)
    return shadow


def _disk(distance: np.ndarray, radius: float, soft: float) -> np.ndarray:
    """1 within the radius, 0 outside, with a soft edge."""
    edge = np.clip((distance - np.float32(radius)) / np.float32(soft), -30, 30)
    return np.asarray(1 / (1 + np.exp(edge)))


def _fibre(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    x = np.arange(shape[1], dtype=np.float32)
    length = uniform(rng, 0.05, 0.5) * shape[1]
    place = uniform(rng, 0.1, 0.9) * shape[1]
    path = smooth_curve(rng, shape[1], 6, 0.08 * shape[0])
    path = path + np.float32(uniform(rng, 0.1, 0.9) * shape[0])
    thick = np.float32(max(log_uniform(rng, 0.001, 0.006) * shape[1], 0.7))
    y = np.arange(shape[0], dtype=np.float32)[:, None]
    hair = np.exp(-0.5 * ((y - path[None, :]) / thick) ** 2)
    return np.asarray(hair * (np.abs(x - place) < length / 2)[None, :])


def around(
    shape: tuple[int, int], y0: float, x0: float, reach: float
) -> tuple[slice, slice, np.ndarray]:
    """The part of an image within `reach` of a point, and its distances."""
    rows = slice(max(int(y0 - reach), 0), min(int(y0 + reach) + 2, shape[0]))
    columns = slice(max(int(x0 - reach), 0), min(int(x0 + reach) + 2, shape[1]))
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] - np.float32(y0)
    x = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] - np.float32(
        x0
    )
    return rows, columns, np.hypot(y, x)


def clouds(shot: Shot, slope: float = 3.0, detail: int = 192) -> np.ndarray:
    """Random structure with a power-law spectrum, 0 to 1, `(height, width)`.

    Args:
        shot: Shape and generator.
        slope: Steepness of the spectrum: 2 is rough, 4 smooth.
        detail: Most cells along the longer side.
    """
    rng = shot.rng
    side = max(min(detail, max(shot.shape)), 8)
    ky = np.fft.fftfreq(side)[:, None]
    kx = np.fft.rfftfreq(side)[None, :]
    amplitude = (ky**2 + kx**2 + (0.6 / side) ** 2) ** (-slope / 4)
    phases = rng.standard_normal((2, *amplitude.shape))
    image = np.fft.irfft2(amplitude * (phases[0] + 1j * phases[1]), s=(side, side))
    image = (image - image.min()) / np.ptp(image)
    rows = max(round(side * shot.height / max(shot.shape)), 2)
    columns = max(round(side * shot.width / max(shot.shape)), 2)
    return resized(image[:rows, :columns].astype(np.float32), shot.shape)


def resized(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Linear interpolation to another shape, separably; never smaller detail."""
    y = np.linspace(0, image.shape[0] - 1.001, shape[0])
    x = np.linspace(0, image.shape[1] - 1.001, shape[1])
    y0, x0 = y.astype(int), x.astype(int)
    fy = (y - y0).astype(np.float32)[:, None]
    fx = (x - x0).astype(np.float32)[None, :]
    tall = image[y0] * (1 - fy) + image[np.minimum(y0 + 1, image.shape[0] - 1)] * fy
    right = np.minimum(x0 + 1, image.shape[1] - 1)
    return np.asarray(tall[:, x0] * (1 - fx) + tall[:, right] * fx, dtype=np.float32)


def fringes(shot: Shot, waves: float) -> np.ndarray:
    """Interference in thin silicon, -1 to 1: contours of a smooth random surface."""
    surface = clouds(shot, slope=4.5, detail=96)
    return np.asarray(np.sin(np.float32(2 * np.pi * waves) * surface), dtype=np.float32)


def unevenness(shot: Shot, strength: float) -> np.ndarray:
    """Smooth structure along both axes, mean about 1."""
    rng = shot.rng
    rows = smooth_curve(rng, shot.height, 3, strength)[:, None]
    columns = smooth_curve(rng, shot.width, 3, strength)[None, :]
    return np.asarray((1 + rows) * (1 + columns), dtype=np.float32)


def blurred(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur in single precision."""
    result = ndimage.gaussian_filter(image, sigma, mode="nearest", truncate=3.5)
    return np.asarray(result, dtype=np.float32)


def hazy(image: np.ndarray, sigma: float) -> np.ndarray:
    """A wide Gaussian blur, worked out on a coarser grid."""
    factor = max(int(sigma / 2.5), 1)
    height, width = (max(n // factor, 1) * factor for n in image.shape)
    if factor == 1 or height > image.shape[0] or width > image.shape[1]:
        return blurred(image, sigma)
    blocks = image[:height, :width].reshape(
        height // factor, factor, width // factor, factor
    )
    coarse = blurred(blocks.mean(axis=(1, 3)), sigma / factor)
    return resized(coarse, (image.shape[0], image.shape[1]))
