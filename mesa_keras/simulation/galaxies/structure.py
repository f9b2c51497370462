"""Size and shape of a galaxy: a bulge and a disc, after its colour and luminosity."""

import dataclasses

import numpy as np
from scipy.special import gammainc, gammaincinv

from mesa_keras.simulation.galaxies.distances import kpc_per_arcsec
from mesa_keras.simulation.galaxies.stellar_light import StellarLight

# Bulges take one of these Sersic indices: GalSim tabulates each once.
SERSIC_INDICES = (1.5, 2.5, 4.0)
DISC_THICKNESS = 0.2


@dataclasses.dataclass(frozen=True)
class Structure:
    """A bulge and a disc with one centre.

    Attributes:
        early: Whether the galaxy is of early type.
        bulge_fractions: Part of the light in the bulge in g, r and z, shape `(3,)`.
        sersic_index: Sersic index of the bulge; that of the disc is 1.
        half_light_radius: Radius of a circle with half of the light in r if seen face
            on, in arcsec.
        half_light_radius_kpc: The same in kpc.
        bulge_radius: Half-light radius of the bulge in arcsec.
        disc_radius: Half-light radius of the disc in arcsec.
        bulge_axis_ratio: Minor over major axis.
        disc_axis_ratio: The same of the disc, which its inclination makes.
        position_angle: Of the major axis of the disc, degrees from the rows, 0 to 180.
        bulge_twist: Position angle of the bulge minus that of the disc, degrees.
    """

    early: bool
    bulge_fractions: np.ndarray
    sersic_index: float
    half_light_radius: float
    half_light_radius_kpc: float
    bulge_radius: float
    disc_radius: float
    bulge_axis_ratio: float
    disc_axis_ratio: float
    position_angle: float
    bulge_twist: float


def draw_structure(rng: np.random.Generator, light: StellarLight) -> Structure:
    """Draws size and shape of a galaxy.

    Red galaxies without star formation are early types with most light in a bulge of
    high Sersic index, the more so the more luminous they are; blue ones are discs.
    Bulges are redder than discs.
    """
    colour = float(light.rest_magnitudes[0] - light.rest_magnitudes[1])
    magnitude_r = float(light.rest_magnitudes[1])
    # The valley between the sequences lies near 0.68 and reddens with luminosity.
    redness = (colour - 0.66 + 0.02 * (magnitude_r + 21.5)) / 0.045
    early = bool(rng.random() < 1 / (1 + np.exp(-redness)))
    if early:
        centre, spread = 0.72 - 0.05 * (magnitude_r + 22), 0.16
    else:
        centre, spread = 0.22 + 0.6 * (colour - 0.55) - 0.04 * (magnitude_r + 21), 0.13
    fraction = float(np.clip(rng.normal(centre, spread), 0.0, 1.0))
    radius_kpc = _radius_kpc(rng, early, magnitude_r, light.redshift)
    radius = float(radius_kpc / kpc_per_arcsec(light.redshift))
    bulge = 0.3 + 0.65 * fraction
    disc = 1.05 + 0.6 * fraction
    scale = radius / _mixed_radius(fraction, bulge, disc, _index(fraction))
    tilt = rng.random()  # the cosine of the inclination
    # Bulges are redder by about 0.25 mag in g - r and 0.15 in r - z.
    ratio = (
        fraction / max(1 - fraction, 1e-6) * 10 ** (0.4 * np.array([-0.25, 0, 0.15]))
    )
    return Structure(
        early=early,
        bulge_fractions=ratio / (1 + ratio),
        sersic_index=_index(fraction),
        half_light_radius=radius,
        half_light_radius_kpc=radius_kpc,
        bulge_radius=bulge * scale,
        disc_radius=disc * scale,
        bulge_axis_ratio=float(rng.uniform(0.6, 1.0)),
        disc_axis_ratio=float(np.sqrt(tilt**2 + DISC_THICKNESS**2 * (1 - tilt**2))),
        position_angle=float(rng.uniform(0, 180)),
        bulge_twist=float(rng.normal(0, 8)),
    )


def _index(bulge_fraction: float) -> float:
    return SERSIC_INDICES[int(np.searchsorted([0.25, 0.5], bulge_fraction))]


def _radius_kpc(
    rng: np.random.Generator, early: bool, magnitude_r: float, redshift: float
) -> float:
    """Half-light radius in kpc.

    Shen et al. (2003, MNRAS 343, 978), equations 14 to 16 with the constants of their
    table 1 for the Sersic half-light radius in r; sizes at higher redshift are smaller
    as in van der Wel et al. (2014, ApJ 788, 28), early types by (1 + z)^-1.48 and late
    ones by (1 + z)^-0.75, from the median redshift 0.1 of the former.
    """
    if early:
        log_radius = -0.4 * 0.65 * magnitude_r - 5.06
    else:
        log_radius = (
            -0.4 * 0.26 * magnitude_r
            + (0.51 - 0.26) * np.log10(1 + 10 ** (-0.4 * (magnitude_r + 20.91)))
            - 1.71
        )
    faintness = 1 / (1 + 10 ** (-0.8 * (magnitude_r + 20.91)))
    scatter = 0.27 + (0.45 - 0.27) * faintness
    shrinking = -1.48 if early else -0.75
    growth = ((1 + redshift) / 1.1) ** shrinking
    return float(10**log_radius * growth * rng.lognormal(0, scatter))


def _mixed_radius(fraction: float, bulge: float, disc: float, index: float) -> float:
    """Half-light radius of bulge and disc together, by bisection."""
    low, high = 0.2 * bulge, 2 * disc
    for _ in range(40):
        middle = (low + high) / 2
        inside = fraction * _enclosed(middle / bulge, index)
        inside += (1 - fraction) * _enclosed(middle / disc, 1.0)
        low, high = (middle, high) if inside < 0.5 else (low, middle)
    return (low + high) / 2


def _enclosed(radius: float, index: float) -> float:
    """Part of the light of a Sersic profile within a radius in half-light radii."""
    b = gammaincinv(2 * index, 0.5)
    return float(gammainc(2 * index, b * radius ** (1 / index)))
