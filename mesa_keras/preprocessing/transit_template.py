"""Shapes of transits: limb-darkened discs crossed along a chord.

A shape is the light lost over time, 1 at mid-transit and 0 outside first and last
contact; how deep and how long it is, is up to the fit. Shapes are few and computed
once: a fit chooses among bodies of several sizes on several chords.

References:
    Mandel & Agol 2002, ApJ 580, L171 (geometry, quadratic limb darkening; here summed
    numerically over the body's disc). Winn 2010, arXiv:1001.2010, equations 14 and 15
    (times of contact).
"""

import functools
from dataclasses import dataclass

import numpy as np

# Quadratic coefficients of a Sun-like star in the Kepler band. Other stars' change the
# depth by a few tenths of a percent, since the fit takes its shape from the data.
LIMB_DARKENING = (0.40, 0.26)
RADIUS_RATIOS = (0.02, 0.06, 0.12, 0.2, 0.35)
# Distance of the chord from the centre, over that of a body that just misses the star.
CHORDS = (0.0, 0.4, 0.6, 0.75, 0.85, 0.92, 0.97)
# Places from mid-transit to last contact at which a shape is kept.
SHAPE_POINTS = 129
_RINGS, _ANGLES, _DISTANCES = 16, 48, 121


@dataclass(frozen=True, kw_only=True)
class TransitShapes:
    """All shapes of a fit.

    Attributes:
        area: Integral of each shape from mid-transit to x, where x = 1 is last contact;
            shape `(shapes, SHAPE_POINTS)`, x from 0 to 1. Differences of it are means
            over exposures.
        flat_area: The same for a disc without limb darkening, as a secondary eclipse.
        v_shape: Part of the transit that is ingress or egress: near 0 for a small body
            on a central chord, 1 where the body is never wholly inside the disc.
        radius_ratio: The body's radius over the star's.
        log_prior: Logarithm of each shape's weight before the data: chords at any
            distance are equally likely, as orbits of any inclination make them.
    """

    area: np.ndarray
    flat_area: np.ndarray
    v_shape: np.ndarray
    radius_ratio: np.ndarray
    log_prior: np.ndarray


@functools.cache
def transit_shapes() -> TransitShapes:
    """Returns the shapes of `RADIUS_RATIOS` times `CHORDS`."""
    x = np.linspace(0.0, 1.0, SHAPE_POINTS)
    shapes: dict[tuple[float, float], list[np.ndarray]] = {}
    v_shape = []
    for limb_darkening in (LIMB_DARKENING, (0.0, 0.0)):
        lost = shapes.setdefault(limb_darkening, [])
        for ratio in RADIUS_RATIOS:
            distance = np.linspace(0.0, 1 + ratio, _DISTANCES)
            dip = _light_lost(distance, ratio, limb_darkening)
            for chord in CHORDS:
                impact = chord * (1 + ratio)
                reach = (1 + ratio) ** 2 - impact**2
                shape = np.interp(np.sqrt(impact**2 + reach * x**2), distance, dip)
                lost.append(shape / shape[0])
                if limb_darkening == LIMB_DARKENING:
                    inside = max((1 - ratio) ** 2 - impact**2, 0.0)
                    v_shape.append(1 - np.sqrt(inside / reach))
    area, flat_area = (_integral(np.array(s), x) for s in shapes.values())
    middle = (np.array(CHORDS[1:]) + CHORDS[:-1]) / 2
    widths = np.diff(middle, prepend=0.0, append=1.0)
    return TransitShapes(
        area=area,
        flat_area=flat_area,
        v_shape=np.array(v_shape),
        radius_ratio=np.repeat(RADIUS_RATIOS, len(CHORDS)),
        log_prior=np.tile(np.log(widths), len(RADIUS_RATIOS)),
    )


def _light_lost(
    distance: np.ndarray, ratio: float, limb_darkening: tuple[float, float]
) -> np.ndarray:
    """Returns the light behind a dark disc, up to a factor, by its distance."""
    radii = (np.arange(_RINGS) + 0.5) / _RINGS * ratio
    angles = (np.arange(_ANGLES) + 0.5) / _ANGLES * np.pi
    across = distance[:, None, None] + radii[:, None] * np.cos(angles)
    squared = across**2 + (radii[:, None] * np.sin(angles)) ** 2
    mu = np.sqrt(np.clip(1 - squared, 0.0, None))
    u1, u2 = limb_darkening
    light = (squared < 1) * (1 - u1 * (1 - mu) - u2 * (1 - mu) ** 2)
    return np.asarray((light * radii[:, None]).sum(axis=(1, 2)))


def _integral(shapes: np.ndarray, x: np.ndarray) -> np.ndarray:
    steps = (shapes[:, 1:] + shapes[:, :-1]) / 2 * np.diff(x)
    return np.pad(np.cumsum(steps, axis=1), ((0, 0), (1, 0)))


def mean_dip(
    area: np.ndarray, days: np.ndarray, duration_days: np.ndarray, smear_days: float
) -> np.ndarray:
    """Returns the light lost, averaged over an exposure, 1 at mid-transit without.

    Args:
        area: Rows of `TransitShapes.area`, shape `(shapes, SHAPE_POINTS)`.
        days: Days from mid-transit, shape `(points,)`.
        duration_days: First to last contact, shape `(durations,)`.
        smear_days: Length of the exposure, above 0.

    Returns:
        Shape `(durations, shapes, points)`.
    """
    edges = np.stack([days - smear_days / 2, days + smear_days / 2])
    place = edges / (duration_days[:, None, None] / 2)
    steps = area.shape[1] - 1
    scaled = np.clip(np.abs(place), 0.0, 1.0) * steps
    low = np.minimum(scaled.astype(np.int64), steps - 1)
    part = scaled - low
    # (shapes, durations, 2, points)
    integral = area[:, low] * (1 - part) + area[:, low + 1] * part
    integral *= np.sign(place)
    mean = (integral[:, :, 1] - integral[:, :, 0]) * (
        duration_days[:, None] / 2 / smear_days
    )
    return np.moveaxis(mean, 0, 1)
