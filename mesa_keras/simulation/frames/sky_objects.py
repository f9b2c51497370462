"""Objects of the night sky, painted as electrons without background."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames import extended_sources, solar_system, star_field
from mesa_keras.simulation.frames.randomness import log_uniform, uniform
from mesa_keras.simulation.frames.scene import Shot


@dataclass(frozen=True)
class Seeing:
    """What decides how deep a frame is.

    Attributes:
        background: Electrons of the sky per pixel.
        noise: Electrons, of sky and reading, after averaging.
        fwhm: Width of star images in pixels.
        kernel: Image of a star, of sum 1.
    """

    background: float
    noise: float
    fwhm: float
    kernel: np.ndarray


Painter = Callable[[Shot, Seeing], np.ndarray]


def _field(shot: Shot, seeing: Seeing) -> np.ndarray:
    return stars(shot, seeing, 12, 1500)


def _crowded(shot: Shot, seeing: Seeing) -> np.ndarray:
    return stars(shot, seeing, 1500, 15000)


def _sparse(shot: Shot, seeing: Seeing) -> np.ndarray:
    return stars(shot, seeing, 2, 12)


def stars(shot: Shot, seeing: Seeing, fewest: float, most: float) -> np.ndarray:
    """Stars all over the field; the numbers are those of 512 by 512 pixels."""
    rng = shot.rng
    area = shot.height * shot.width / 512**2
    count = max(round(log_uniform(rng, fewest, most) * area**0.6), 2)
    y, x = rng.random(count) * shot.height, rng.random(count) * shot.width
    return _painted(shot, seeing, y, x, uniform(rng, 0.5, 1.1))


def _painted(
    shot: Shot, seeing: Seeing, y: np.ndarray, x: np.ndarray, slope: float
) -> np.ndarray:
    rng = shot.rng
    # Flux of a star whose brightest pixel stands one sigma above the sky.
    unit = seeing.noise / float(seeing.kernel.max())
    flux = star_field.star_fluxes(rng, y.size, unit * log_uniform(rng, 0.1, 4), slope)
    # A frame that was kept shows at least something.
    flux *= max(unit * log_uniform(rng, 8, 60) / flux.max(), 1.0)
    points = star_field.scatter(shot.shape, y, x, flux)
    return star_field.convolve(points, seeing.kernel)


def _cluster(shot: Shot, seeing: Seeing, count: int, power: float) -> np.ndarray:
    """Stars around a centre whose density falls as (1 + r^2)^-power."""
    rng = shot.rng
    core = log_uniform(rng, 0.01, 0.2) * shot.diagonal
    part = rng.random(count)
    radius = core * np.sqrt((1 - 0.98 * part) ** (-1 / power) - 1)
    angle = rng.random(count) * 2 * np.pi
    y0 = shot.height * uniform(rng, 0.3, 0.7)
    x0 = shot.width * uniform(rng, 0.3, 0.7)
    y, x = y0 + radius * np.sin(angle), x0 + radius * np.cos(angle)
    inside = (y > -2) & (y < shot.height + 2) & (x > -2) & (x < shot.width + 2)
    inside[:2] = True
    return _painted(shot, seeing, y[inside], x[inside], uniform(rng, 0.7, 1.3))


def _globular(shot: Shot, seeing: Seeing) -> np.ndarray:
    count = round(log_uniform(shot.rng, 1500, 20000))
    return np.asarray(_cluster(shot, seeing, count, 1.0) + _field(shot, seeing))


def _open_cluster(shot: Shot, seeing: Seeing) -> np.ndarray:
    count = round(log_uniform(shot.rng, 30, 400))
    return np.asarray(_cluster(shot, seeing, count, 2.0) + _field(shot, seeing))


def _single_star(shot: Shot, seeing: Seeing) -> np.ndarray:
    """A bright star near the middle, as for a standard, a variable or the focus."""
    rng = shot.rng
    y = shot.height / 2 + rng.normal(0, 0.08 * shot.height)
    x = shot.width / 2 + rng.normal(0, 0.08 * shot.width)
    peak = shot.camera.saturation * log_uniform(rng, 0.02, 30)
    flux = np.array([max(peak, 10 * seeing.noise) / seeing.kernel.max()])
    points = star_field.scatter(shot.shape, np.array([y]), np.array([x]), flux)
    return np.asarray(
        star_field.convolve(points, seeing.kernel) + stars(shot, seeing, 2, 60)
    )


def _galaxy(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = seeing.noise * log_uniform(shot.rng, 3, 300)
    light = np.float32(peak) * extended_sources.galaxy(shot)
    return np.asarray(star_field.convolve(light, seeing.kernel) + _field(shot, seeing))


def _galaxies(shot: Shot, seeing: Seeing) -> np.ndarray:
    light = extended_sources.distant_galaxies(
        shot, seeing.noise / float(seeing.kernel.max())
    )
    return np.asarray(
        star_field.convolve(light, seeing.kernel) + stars(shot, seeing, 8, 200)
    )


def _nebula(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = seeing.noise * log_uniform(shot.rng, 2, 150)
    light = np.float32(peak) * extended_sources.nebula(shot)
    return np.asarray(light + _field(shot, seeing))


def _comet(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = seeing.noise * log_uniform(shot.rng, 10, 500)
    light = np.float32(peak) * extended_sources.comet(shot)
    return np.asarray(light + _field(shot, seeing))


def _planet(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = shot.camera.saturation * log_uniform(shot.rng, 0.1, 1.5)
    light = np.float32(peak) * solar_system.planet(shot)
    return np.asarray(light + stars(shot, seeing, 2, 8))


def _moon(shot: Shot, seeing: Seeing) -> np.ndarray:
    del seeing
    peak = shot.camera.saturation * uniform(shot.rng, 0.2, 1.2)
    return np.asarray(np.float32(peak) * solar_system.moon(shot))


_PAINTERS: dict[str, tuple[Painter, float]] = {
    "field": (_field, 36),
    "crowded": (_crowded, 7),
    "sparse": (_sparse, 5),
    "globular cluster": (_globular, 7),
    "open cluster": (_open_cluster, 5),
    "single star": (_single_star, 6),
    "galaxy": (_galaxy, 11),
    "galaxies": (_galaxies, 7),
    "nebula": (_nebula, 11),
    "comet": (_comet, 2),
    "planet": (_planet, 1.5),
    "moon": (_moon, 1.5),
}

# What cut-outs are made of.
CUT_OUT_KINDS = {
    "single star": 30.0,
    "field": 25.0,
    "galaxy": 18.0,
    "galaxies": 15.0,
    "crowded": 5.0,
    "globular cluster": 5.0,
    "nebula": 2.0,
}

SKY_KINDS = {name: weight for name, (_, weight) in _PAINTERS.items()}


def painted(kind: str, shot: Shot, seeing: Seeing) -> np.ndarray:
    """Light of one of the kinds of sky, without background, in electrons."""
    return _PAINTERS[kind][0](shot, seeing)
