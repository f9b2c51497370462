"""The image of a galaxy in g, r and z, by GalSim."""

import functools
from typing import Any, NamedTuple

import numpy as np

from mesa_keras.missing_extra import missing_extra
from mesa_keras.simulation.galaxies.neighbours import Neighbour, draw_neighbours
from mesa_keras.simulation.galaxies.observing import MOFFAT_BETA, Observation
from mesa_keras.simulation.galaxies.structure import Structure

PIXEL_SCALE = 0.262  # arcsec
IMAGE_SIZE = 152  # pixels along a side
FIBER_DIAMETER = 1.5  # arcsec
# The light of a bulge ends here, in half-light radii.
_TRUNCATION = 6.0


class GalaxyImage(NamedTuple):
    """An image and what it is made of.

    Attributes:
        pixels: Nanomaggies per pixel with noise and neighbours, float32 of shape
            `(size, size, 3)`.
        target: The galaxy alone, without noise, same shape.
        noise: Standard deviation of the sky in a pixel in each band, shape `(3,)`.
        fiber_fraction: Part of the light of the galaxy in r that falls into a fibre,
            over that of a point source: what a calibration with stars leaves.
    """

    pixels: np.ndarray
    target: np.ndarray
    noise: np.ndarray
    fiber_fraction: float


def render_galaxy(
    rng: np.random.Generator,
    fluxes: np.ndarray,
    structure: Structure,
    observation: Observation,
) -> GalaxyImage:
    """Draws a galaxy, its neighbours and the noise.

    The profile of seeing holds the pixels' response as well, as those that surveys
    measure do. The noise of neighbouring pixels is independent.

    Args:
        rng: Source of randomness.
        fluxes: Nanomaggies of the galaxy in g, r and z, shape `(3,)`.
        structure: Its size and shape.
        observation: Seeing and depth.

    Raises:
        ImportError: If GalSim is not installed.
    """
    centre = rng.uniform(-0.5, 0.5, size=2)
    neighbours = draw_neighbours(rng, IMAGE_SIZE, PIXEL_SCALE)
    shape = (IMAGE_SIZE, IMAGE_SIZE, 3)
    pixels, target = np.empty(shape, np.float32), np.empty(shape, np.float32)
    noise = np.empty(3)
    fiber_fraction = 1.0
    for band in range(3):
        psf = _psf(observation, band)
        target[..., band] = _draw_target(
            fluxes[band], structure, float(structure.bulge_fractions[band]), psf, centre
        )
        point = _draw(psf, 64, np.zeros(2))
        limit = 10 ** (-0.4 * (observation.depth[band] - 22.5)) / 5
        noise[band] = limit * np.sqrt(np.sum(point**2))
        scene = target[..., band] + _draw_neighbours(neighbours, observation, band)
        variance = noise[band] ** 2 + np.maximum(scene, 0) / observation.electrons[band]
        pixels[..., band] = scene + np.sqrt(variance) * rng.standard_normal(
            shape[:2], dtype=np.float32
        )
        if band == 1:
            inside = _in_fiber(target[..., band], centre) / fluxes[band]
            fiber_fraction = float(inside / _in_fiber(point, np.zeros(2)))
    return GalaxyImage(pixels, target, noise, fiber_fraction)


def _psf(observation: Observation, band: int) -> Any:
    return _galsim().Moffat(beta=MOFFAT_BETA, fwhm=observation.seeing[band])


def _draw_target(
    flux: float,
    structure: Structure,
    bulge_fraction: float,
    psf: Any,
    centre: np.ndarray,
) -> np.ndarray:
    galsim = _galsim()
    settings = _settings()
    angle = structure.position_angle
    parts = []
    if bulge_fraction > 1e-3:
        bulge = galsim.Sersic(
            n=structure.sersic_index,
            half_light_radius=structure.bulge_radius,
            trunc=_TRUNCATION * structure.bulge_radius,
            gsparams=settings,
        )
        turn = (angle + structure.bulge_twist) * galsim.degrees
        parts.append(
            bulge_fraction * bulge.shear(q=structure.bulge_axis_ratio, beta=turn)
        )
    if bulge_fraction < 1 - 1e-3:
        disc = galsim.Exponential(
            half_light_radius=structure.disc_radius, gsparams=settings
        )
        parts.append(
            (1 - bulge_fraction)
            * disc.shear(q=structure.disc_axis_ratio, beta=angle * galsim.degrees)
        )
    galaxy = galsim.Add(parts).withFlux(float(flux))
    seen = galsim.Convolve([galaxy, psf], gsparams=settings)
    return _draw(seen, IMAGE_SIZE, centre)


def _draw(profile: Any, size: int, offset: np.ndarray) -> np.ndarray:
    image = profile.drawImage(
        nx=size,
        ny=size,
        scale=PIXEL_SCALE,
        method="no_pixel",
        offset=(float(offset[0]), float(offset[1])),
        dtype=np.float32,
    )
    return np.asarray(image.array)


def _draw_neighbours(
    neighbours: list[Neighbour], observation: Observation, band: int
) -> np.ndarray:
    """All neighbours, each as a Moffat profile of its own width.

    Galaxies are as wide as their size and the seeing together: at a few pixels this is
    all there is to see, and it needs no Fourier transform.
    """
    result = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32)
    middle = (IMAGE_SIZE - 1) / 2
    for other in neighbours:
        width = np.hypot(observation.seeing[band], 1.4 * other.radius) / PIXEL_SCALE
        # Out to where it is lost in the noise: farther for bright ones.
        reach = int(width * np.clip(3 + 1.2 * np.log(other.fluxes[band] + 1), 3, 14))
        x, y = middle + other.x, middle + other.y
        left, right = _span(x, reach)
        low, high = _span(y, reach)
        dx = np.arange(left, right, dtype=np.float32)[None, :] - np.float32(x)
        dy = np.arange(low, high, dtype=np.float32)[:, None] - np.float32(y)
        first, second = other.ellipticity
        square = (dx**2 + dy**2) - first * (dx**2 - dy**2) - 2 * second * dx * dy
        root = 2 ** (1 / MOFFAT_BETA) - 1
        profile = (1 + np.float32(4 * root / width**2) * square) ** -MOFFAT_BETA
        peak = (MOFFAT_BETA - 1) * 4 * root / (np.pi * width**2)
        result[low:high, left:right] += np.float32(other.fluxes[band] * peak) * profile
    return result


def _span(centre: float, reach: int) -> tuple[int, int]:
    low = int(np.clip(round(centre) - reach, 0, IMAGE_SIZE))
    return low, int(np.clip(round(centre) + reach + 1, low, IMAGE_SIZE))


def _in_fiber(image: np.ndarray, offset: np.ndarray) -> float:
    """Light within a fibre on the source, pixels cut in 5 by 5 pieces."""
    size = len(image)
    pieces = (np.arange(size * 5) + 0.5) / 5 - 0.5 - (size - 1) / 2
    near = abs(pieces) < 8
    grid = pieces[near]
    inside = np.hypot(grid[None, :] - offset[0], grid[:, None] - offset[1]) < (
        FIBER_DIAMETER / 2 / PIXEL_SCALE
    )
    pixel = np.flatnonzero(near) // 5
    return float(image[np.ix_(pixel, pixel)][inside].sum() / 25)


@functools.cache
def _settings() -> Any:
    # Coarser than GalSim's own; images move by less than 0.002 of the noise of a pixel
    # from those with thresholds of 1e-3 and 2e-4.
    return _galsim().GSParams(folding_threshold=3e-2, maxk_threshold=1e-2)


def _galsim() -> Any:
    try:
        import galsim  # type: ignore[import-untyped]
    except ImportError as error:
        raise missing_extra(
            "images of galaxies are drawn by GalSim", "galaxies"
        ) from error
    return galsim
