"""Frames of the night sky."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames import (
    extended_sources,
    sky,
    solar_system,
    star_field,
    trails,
)
from mesa_keras.simulation.frames.randomness import (
    chance,
    log_uniform,
    pick,
    uniform,
)
from mesa_keras.simulation.frames.scene import (
    Scene,
    Shot,
    usual_filter,
    usual_seconds,
)
from mesa_keras.simulation.frames.targets import sky_target


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


def deep_sky(shot: Shot) -> Scene:
    """Stars, galaxies, nebulae, and what passes in front of them."""
    rng = shot.rng
    weights = {name: weight for name, (_, weight) in _KINDS.items()}
    kind = pick(rng, _CUT_OUTS if shot.treatment.cropped else weights)
    seeing = _draw_seeing(shot)
    light = _KINDS[kind][0](shot, seeing)
    seconds = usual_seconds(rng, 1, 1800)
    if kind in ("planet", "moon"):
        seconds = usual_seconds(rng, 0.001, 2)
    elif chance(rng, 0.08):
        seconds = usual_seconds(rng, 0.01, 1)
    light += np.float32(seeing.background) * _background(shot)
    if chance(rng, 0.06):
        light += trails.satellite(shot) * np.float32(
            seeing.noise * log_uniform(rng, 2, 200)
        )
    if not shot.treatment.flattened:
        light *= sky.vignetting(shot)
        light *= sky.dust_shadows(shot)
    if seconds >= 20 and shot.treatment.averaged == 1:
        light += trails.cosmic_rays(shot, seconds)
    return Scene(
        kind=kind,
        seconds=seconds,
        electrons=light,
        colour=tuple(uniform(rng, 0.4, 1.0) for _ in range(3)),
        target=sky_target(rng, kind),
        filter_name=usual_filter(rng),
        truth={
            "fwhm": round(seeing.fwhm, 2),
            "background": round(seeing.background, 2),
        },
    )


def _draw_seeing(shot: Shot) -> Seeing:
    rng, camera = shot.rng, shot.camera
    background = log_uniform(rng, 0.5, 0.5 * camera.saturation)
    if chance(rng, 0.5):
        # Most observers expose until the sky is above the read noise, no longer.
        background = min(
            camera.noise**2 * log_uniform(rng, 1, 60), 0.5 * camera.saturation
        )
    pattern = camera.pattern
    steady = camera.noise * np.hypot(pattern.columns, pattern.rows)
    if not shot.treatment.flattened:
        steady = np.hypot(steady, pattern.response * background)
    random = np.sqrt(background + camera.noise**2) / np.sqrt(shot.treatment.averaged)
    noise = np.hypot(random, steady)
    largest = max(0.1 * min(shot.shape), 1.5)
    fwhm = float(
        np.clip(log_uniform(rng, 1.6, 9.0) * camera.format.shrink, 0.9, largest)
    )
    reach = int(np.clip(20 * fwhm, 24, min(128, max(shot.shape) // 2)))
    kernel = star_field.point_spread(rng, fwhm, reach)
    return Seeing(background, float(noise), fwhm, kernel)


def _background(shot: Shot) -> np.ndarray:
    """Light of the sky, about 1."""
    rng = shot.rng
    level = sky.gradient(shot, float(rng.normal(0, log_uniform(rng, 0.005, 0.12))))
    if chance(rng, 0.07):
        level *= 1 + uniform(rng, 0.02, 0.5) * sky.clouds(shot, 3.5)
    if chance(rng, 0.04):
        level *= 1 + log_uniform(rng, 0.003, 0.05) * sky.fringes(
            shot, uniform(rng, 4, 20)
        )
    if chance(rng, 0.03):
        level += log_uniform(rng, 0.05, 2.0) * sky.light_leak(shot)
    return level


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
    faintest = seeing.noise * seeing.fwhm * log_uniform(rng, 0.3, 8.0)
    flux = star_field.star_fluxes(rng, y.size, faintest, slope)
    # A frame that was kept shows at least something.
    wanted = seeing.noise * seeing.fwhm * log_uniform(rng, 20, 100)
    flux *= max(wanted / flux.max(), 1.0)
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
    return _cluster(shot, seeing, count, 1.0) + _field(shot, seeing)


def _open_cluster(shot: Shot, seeing: Seeing) -> np.ndarray:
    count = round(log_uniform(shot.rng, 30, 400))
    return _cluster(shot, seeing, count, 2.0) + _field(shot, seeing)


def _single_star(shot: Shot, seeing: Seeing) -> np.ndarray:
    """A bright star near the middle, as for a standard, a variable or the focus."""
    rng = shot.rng
    y = shot.height / 2 + rng.normal(0, 0.08 * shot.height)
    x = shot.width / 2 + rng.normal(0, 0.08 * shot.width)
    peak = shot.camera.saturation * log_uniform(rng, 0.02, 30)
    flux = np.array([max(peak, 10 * seeing.noise) / seeing.kernel.max()])
    points = star_field.scatter(shot.shape, np.array([y]), np.array([x]), flux)
    return star_field.convolve(points, seeing.kernel) + stars(shot, seeing, 2, 60)


def _galaxy(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = seeing.noise * log_uniform(shot.rng, 3, 300)
    light = np.float32(peak) * extended_sources.galaxy(shot)
    return star_field.convolve(light, seeing.kernel) + _field(shot, seeing)


def _galaxies(shot: Shot, seeing: Seeing) -> np.ndarray:
    light = extended_sources.distant_galaxies(shot, seeing.noise * seeing.fwhm)
    return star_field.convolve(light, seeing.kernel) + stars(shot, seeing, 8, 200)


def _nebula(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = seeing.noise * log_uniform(shot.rng, 2, 150)
    return np.float32(peak) * extended_sources.nebula(shot) + _field(shot, seeing)


def _comet(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = seeing.noise * log_uniform(shot.rng, 10, 500)
    return np.float32(peak) * extended_sources.comet(shot) + _field(shot, seeing)


def _planet(shot: Shot, seeing: Seeing) -> np.ndarray:
    peak = shot.camera.saturation * log_uniform(shot.rng, 0.1, 1.5)
    return np.float32(peak) * solar_system.planet(shot) + stars(shot, seeing, 2, 8)


def _moon(shot: Shot, seeing: Seeing) -> np.ndarray:
    del seeing
    return np.float32(shot.camera.saturation * uniform(shot.rng, 0.2, 1.2)) * (
        solar_system.moon(shot)
    )


_KINDS: dict[str, tuple[Painter, float]] = {
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
_CUT_OUTS = {
    "single star": 30.0,
    "field": 25.0,
    "galaxy": 18.0,
    "galaxies": 15.0,
    "crowded": 5.0,
    "globular cluster": 5.0,
    "nebula": 2.0,
}


def painted(kind: str, shot: Shot, seeing: Seeing) -> np.ndarray:
    """Light of one of the kinds of sky, without background, in electrons."""
    return _KINDS[kind][0](shot, seeing)
