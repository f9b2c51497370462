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
from scipy.sparse import csr_array

# Quadratic coefficients of a Sun-like star in the Kepler band. Other stars' change the
# depth by a few tenths of a percent, since the fit takes its shape from the data.
LIMB_DARKENING = (0.40, 0.26)
# From planets to companions as large as the star.
RADIUS_RATIOS = (0.02, 0.06, 0.12, 0.2, 0.27, 0.36, 0.46, 0.58, 0.72, 0.9)
# Distance of the chord from the centre, over that of a body that just misses the star.
CHORDS = (0.0, 0.25, 0.45, 0.6, 0.75, 0.85, 0.92, 0.97)
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
            distance are equally likely, as orbits of any inclination make them, and
            so are all orders of size.
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
    widths = _widths(np.array(CHORDS), 0.0, 1.0)
    sizes = np.log(RADIUS_RATIOS)
    size_widths = _widths(sizes, sizes[0], sizes[-1])
    return TransitShapes(
        area=area,
        flat_area=flat_area,
        v_shape=np.array(v_shape),
        radius_ratio=np.repeat(RADIUS_RATIOS, len(CHORDS)),
        log_prior=np.log(np.outer(size_widths, widths)).ravel(),
    )


def shape_row(radius_ratio: float, chord: float) -> int:
    """Returns the row of `transit_shapes` of one of `RADIUS_RATIOS` and `CHORDS`."""
    return RADIUS_RATIOS.index(radius_ratio) * len(CHORDS) + CHORDS.index(chord)


def _widths(places: np.ndarray, low: float, high: float) -> np.ndarray:
    """Widths of the cells around places in a range, with borders midway."""
    borders = (places[1:] + places[:-1]) / 2
    return np.diff(borders, prepend=low, append=high)


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

    Raises:
        ValueError: If days, durations or the exposure are not finite, or one is 0.
    """
    edges = np.stack([days - smear_days / 2, days + smear_days / 2], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        place = edges / (duration_days[:, None, None] / 2)
    # They become places in memory, which no library checks.
    if not (np.isfinite(place).all() and smear_days > 0):
        raise ValueError(
            "`days`, `duration_days` and `smear_days` must be finite, the last two "
            f"above 0. Received: an exposure of {smear_days:g} days and durations of "
            f"{duration_days.min():g} to {duration_days.max():g}"
        )
    steps = area.shape[1] - 1
    scaled = np.clip(np.abs(place), 0.0, 1.0) * steps
    low = np.minimum(scaled.astype(np.int32), steps - 1)
    part = scaled - low
    # The integral up to the later edge less that up to the earlier one, each between
    # two kept places: four of them make a value, of all shapes alike.
    sign = np.sign(place) * (duration_days[:, None, None] / 2 / smear_days) * [-1, 1]
    weights = np.stack([sign * (1 - part), sign * part], axis=-1)
    places = np.stack([low, low + 1], axis=-1)
    rows = np.arange(0, weights.size + 1, 4)
    between = csr_array(
        (weights.ravel(), places.ravel(), rows), shape=(rows.size - 1, steps + 1)
    )
    mean = (between @ area.T).reshape(duration_days.size, days.size, len(area))
    return np.moveaxis(mean, -1, 1)
