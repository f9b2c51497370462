"""Stars and galaxies that happen to stand near the one looked at."""

import dataclasses

import numpy as np

# Sources per square arcmin and magnitude at r = 20, and growth of the logarithm per
# magnitude: galaxies as in Yasuda et al. (2001, AJ 122, 1104), stars of high latitude.
_GALAXIES = (1.15, 0.38)
_STARS = (0.45, 0.13)
_BRIGHTEST, _FAINTEST = 15.0, 23.2
# Per component; a modulus of 1 would be a line.
_ELLIPTICITY_SPREAD, _LARGEST_ELLIPTICITY = 0.2, 0.9


@dataclasses.dataclass(frozen=True)
class Neighbour:
    """A source besides the target.

    Attributes:
        x: Pixels right of the centre of the image.
        y: Pixels above it.
        fluxes: Nanomaggies in g, r and z, shape `(3,)`.
        radius: Half-light radius in arcsec; 0 for a star.
        ellipticity: Its two components, shape `(2,)`, of a modulus below 1.
    """

    x: float
    y: float
    fluxes: np.ndarray
    radius: float
    ellipticity: np.ndarray


def draw_neighbours(
    rng: np.random.Generator, width: int, pixel_scale: float
) -> list[Neighbour]:
    """Draws the sources of a square field.

    Args:
        rng: Source of randomness.
        width: Pixels along a side.
        pixel_scale: Arcsec per pixel.
    """
    area = (width * pixel_scale / 60) ** 2
    result = []
    for is_star, (density, growth) in ((True, _STARS), (False, _GALAXIES)):
        at_limits = 10 ** (growth * (np.array([_BRIGHTEST, _FAINTEST]) - 20))
        total = density / (growth * np.log(10)) * np.diff(at_limits)[0]
        for _ in range(rng.poisson(total * area)):
            level = rng.uniform(*at_limits)
            magnitude_r = 20 + np.log10(level) / growth
            result.append(_neighbour(rng, is_star, magnitude_r, width))
    return result


def _neighbour(
    rng: np.random.Generator, is_star: bool, magnitude_r: float, width: int
) -> Neighbour:
    if is_star:
        # Along the locus of dwarfs: both colours grow, and from type M on r - z alone.
        g_r = 0.35 + 1.1 * rng.random() ** 0.7 + rng.normal(0, 0.03)
        r_z = 0.12 + 0.6 * (g_r - 0.35) + 2.2 * max(g_r - 1.2, 0.0)
        radius = 0.0
    else:
        g_r = np.clip(rng.normal(0.85 - 0.06 * (magnitude_r - 21), 0.3), 0.15, 1.8)
        r_z = np.clip(rng.normal(0.2 + 0.55 * g_r, 0.1), 0.0, 1.6)
        radius = float(
            np.clip(0.75 * 10 ** (-0.11 * (magnitude_r - 21)), 0.25, 3)
            * rng.lognormal(0, 0.35)
        )
    magnitudes = magnitude_r + np.array([g_r, 0.0, -r_z])
    return Neighbour(
        x=float(rng.uniform(-0.5, 0.5) * width),
        y=float(rng.uniform(-0.5, 0.5) * width),
        fluxes=10 ** (-0.4 * (magnitudes - 22.5)),
        radius=radius,
        ellipticity=np.zeros(2) if is_star else _ellipticity(rng),
    )


def _ellipticity(rng: np.random.Generator) -> np.ndarray:
    drawn = rng.normal(0, _ELLIPTICITY_SPREAD, size=2)
    modulus = float(np.hypot(*drawn))
    return drawn * min(1.0, _LARGEST_ELLIPTICITY / modulus)
