"""Stars: how many, how bright, and the images that optics and air make of them."""

import numpy as np
from scipy import fft

from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick, uniform


def star_fluxes(
    rng: np.random.Generator, count: int, faintest: float, slope: float
) -> np.ndarray:
    """Fluxes of stars: N(> F) falls as F^-slope above the faintest.

    A slope of 0.6 / 0.4 = 1.5 is that of an endless, even space; towards faint
    magnitudes it sinks to about 0.5 in our Galaxy.
    """
    part = np.maximum(rng.random(count), 1e-6)
    return np.asarray(faintest * np.minimum(part ** (-1 / slope), 1e6))


def scatter(
    shape: tuple[int, int], y: np.ndarray, x: np.ndarray, flux: np.ndarray
) -> np.ndarray:
    """Point sources on a grid, shared among the four nearest pixels."""
    height, width = shape
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    fy, fx = y - y0, x - x0
    image = np.zeros(height * width)
    for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1)):
        rows, columns = y0 + dy, x0 + dx
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        weight = (fy if dy else 1 - fy) * (fx if dx else 1 - fx) * flux
        place = rows[inside] * width + columns[inside]
        image += np.bincount(place, weight[inside], minlength=height * width)
    return image.reshape(shape).astype(np.float32)


def convolve(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolution with a centred kernel; edges are padded, not wrapped."""
    pad = min(kernel.shape[0] // 2, 128)
    full = [fft.next_fast_len(n + pad, real=True) for n in image.shape]
    spectrum = fft.rfft2(image, s=full)
    spectrum *= fft.rfft2(_wrapped(kernel, full))
    result = fft.irfft2(spectrum, s=full)[: image.shape[0], : image.shape[1]]
    return np.asarray(np.maximum(result, 0), dtype=np.float32)


def _wrapped(kernel: np.ndarray, shape: list[int]) -> np.ndarray:
    """The kernel with its centre at the origin of a larger, periodic image."""
    size = [min(k, n // 2 * 2 - 1) for k, n in zip(kernel.shape, shape, strict=True)]
    cut = tuple(
        slice((k - s) // 2, (k - s) // 2 + s)
        for k, s in zip(kernel.shape, size, strict=True)
    )
    image = np.zeros(shape, dtype=np.float32)
    image[: size[0], : size[1]] = kernel[cut]
    return np.roll(image, (-(size[0] // 2), -(size[1] // 2)), axis=(0, 1))


def point_spread(rng: np.random.Generator, fwhm: float, reach: int) -> np.ndarray:
    """A star's image of sum 1, `(2 reach + 1, 2 reach + 1)`.

    Args:
        rng: Generator; it chooses between good images and the usual faults.
        fwhm: Width at half maximum in pixels.
        reach: Half the side of the result.
    """
    kind = pick(
        rng, {"good": 0.72, "donut": 0.07, "trail": 0.08, "coma": 0.06, "jump": 0.07}
    )
    axis = np.arange(-reach, reach + 1, dtype=np.float32)
    y, x = axis[:, None], axis[None, :]
    kernel = moffat(y, x, fwhm, uniform(rng, 2.2, 5.0), uniform(rng, 0.8, 1.0), rng)
    if kind == "donut":
        radius = fwhm * uniform(rng, 0.8, 4.0)
        hole = radius * uniform(rng, 0.0, 0.5)
        distance = np.hypot(y, x)
        disk = (distance < radius) & (distance >= hole)
        kernel = disk.astype(np.float32) + 1e-4 * kernel
    elif kind != "good":
        kernel = _smeared(rng, kernel, kind, fwhm)
    if chance(rng, 0.25):
        kernel = kernel + _spikes(rng, y, x, fwhm) * kernel.max()
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def moffat(
    y: np.ndarray,
    x: np.ndarray,
    fwhm: float,
    power: float,
    axis_ratio: float = 1.0,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Moffat profile of peak 1: a core with the wings that seeing gives."""
    angle = 0.0 if rng is None else uniform(rng, 0, np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    across = (np.cos(angle) * y - np.sin(angle) * x) / axis_ratio
    scale = fwhm / (2 * np.sqrt(2 ** (1 / power) - 1))
    result = (1 + (along**2 + across**2) / np.float32(scale**2)) ** np.float32(-power)
    return np.asarray(result, dtype=np.float32)


def _smeared(
    rng: np.random.Generator, kernel: np.ndarray, kind: str, fwhm: float
) -> np.ndarray:
    """The image drawn out along a path: bad tracking, a knock, coma."""
    steps = 2 if kind == "jump" else 24
    length = fwhm * (
        uniform(rng, 1.5, 4) if kind == "jump" else log_uniform(rng, 0.7, 12)
    )
    length = min(length, kernel.shape[0] / 3)
    angle = uniform(rng, 0, 2 * np.pi)
    place = np.linspace(-0.5, 0.5, steps) * length
    weight = np.ones(steps)
    if kind == "coma":
        weight = np.linspace(1.0, 0.05, steps) ** 2
    if kind == "jump":
        weight[1] = uniform(rng, 0.1, 1.0)
    path = scatter(
        (kernel.shape[0], kernel.shape[1]),
        kernel.shape[0] // 2 + place * np.sin(angle),
        kernel.shape[1] // 2 + place * np.cos(angle),
        weight,
    )
    return convolve(path, kernel)


def _spikes(
    rng: np.random.Generator, y: np.ndarray, x: np.ndarray, fwhm: float
) -> np.ndarray:
    """Diffraction at the vanes of a secondary mirror."""
    angle = pick(rng, {0.0: 0.5, np.pi / 4: 0.2, 0.3: 0.3}) + rng.normal(0.0, 0.05)
    strength = log_uniform(rng, 3e-4, 2e-2)
    result = np.zeros((y.shape[0], x.shape[1]), dtype=np.float32)
    for turn in (0.0, np.pi / 2):
        c, s = np.float32(np.cos(angle + turn)), np.float32(np.sin(angle + turn))
        across, along = c * y - s * x, np.abs(c * x + s * y)
        width = np.float32(max(0.4 * fwhm, 0.7))
        result += np.exp(-((across / width) ** 2)) / (1 + along / np.float32(fwhm))
    return np.float32(strength) * result
