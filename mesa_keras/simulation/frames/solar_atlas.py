"""Dark lines of the Sun and of the air at high resolution.

Strong lines are real: wavelengths in air, Angstrom, from Moore, Minnaert & Houtgast
(1966), The Solar Spectrum 2935 A to 8770 A (NBS Monograph 61). Between them stand weak
lines in the numbers of the real spectrum, but at places drawn once.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

FIRST, LAST, STEP = 3000.0, 11000.0, 0.02

# Wavelength, optical depth at the centre, half width of the core, damping wings.
STRONG = (
    (3820.43, 4.0, 0.12, 0.5), (3859.91, 4.0, 0.12, 0.5), (3889.05, 2.0, 0.3, 0.2),
    (3933.66, 6.0, 0.35, 6.0), (3968.47, 6.0, 0.32, 5.0), (3944.01, 2.5, 0.1, 0.2),
    (3961.52, 2.5, 0.1, 0.2), (4045.81, 3.5, 0.12, 0.5), (4063.59, 3.2, 0.1, 0.3),
    (4071.74, 3.0, 0.1, 0.3), (4101.74, 1.8, 0.45, 0.6), (4143.87, 2.5, 0.09, 0.1),
    (4226.73, 3.5, 0.12, 0.7), (4250.79, 2.4, 0.09, 0.1), (4271.76, 2.6, 0.1, 0.2),
    (4307.90, 2.8, 0.12, 0.2), (4325.76, 2.6, 0.1, 0.2), (4340.46, 1.8, 0.5, 0.6),
    (4383.55, 3.0, 0.1, 0.4), (4404.75, 2.6, 0.1, 0.2), (4415.12, 2.2, 0.09, 0.1),
    (4861.33, 2.0, 0.45, 0.5), (4871.32, 1.8, 0.07, 0.1), (4891.49, 1.8, 0.07, 0.1),
    (4920.50, 1.9, 0.08, 0.1), (4957.60, 1.9, 0.08, 0.1), (5012.07, 1.6, 0.06, 0.0),
    (5123.72, 1.3, 0.05, 0.0), (5167.32, 2.6, 0.11, 0.3), (5172.68, 3.0, 0.13, 0.6),
    (5183.60, 3.2, 0.14, 0.7), (5247.05, 1.0, 0.04, 0.0), (5250.21, 1.1, 0.04, 0.0),
    (5250.65, 1.4, 0.05, 0.0), (5269.54, 2.3, 0.09, 0.2), (5328.04, 2.2, 0.09, 0.2),
    (5371.49, 2.0, 0.08, 0.1), (5397.13, 2.0, 0.08, 0.1), (5405.77, 2.0, 0.08, 0.1),
    (5429.70, 2.0, 0.08, 0.1), (5434.52, 1.9, 0.07, 0.1), (5446.92, 1.9, 0.07, 0.1),
    (5528.40, 2.0, 0.09, 0.2), (5576.09, 1.4, 0.05, 0.0), (5615.64, 1.7, 0.07, 0.0),
    (5688.20, 1.3, 0.06, 0.0), (5857.45, 1.2, 0.06, 0.0), (5889.95, 3.5, 0.12, 0.5),
    (5892.88, 1.0, 0.05, 0.0), (5895.92, 3.2, 0.11, 0.4), (6102.72, 1.5, 0.07, 0.0),
    (6122.22, 1.8, 0.08, 0.1), (6141.73, 1.2, 0.06, 0.0), (6162.17, 2.0, 0.09, 0.1),
    (6173.34, 0.9, 0.05, 0.0), (6301.50, 1.4, 0.06, 0.0), (6302.49, 1.1, 0.055, 0.0),
    (6393.60, 1.2, 0.06, 0.0), (6439.07, 1.4, 0.07, 0.0), (6494.98, 1.4, 0.07, 0.0),
    (6562.81, 2.2, 0.55, 0.4), (6643.64, 1.0, 0.06, 0.0), (6677.99, 1.1, 0.06, 0.0),
    (6767.77, 0.9, 0.06, 0.0), (7511.02, 0.9, 0.07, 0.0), (7698.96, 1.2, 0.08, 0.0),
    (8468.41, 0.8, 0.08, 0.0), (8498.02, 1.6, 0.18, 0.5), (8514.07, 0.7, 0.08, 0.0),
    (8542.09, 2.4, 0.25, 1.0), (8662.14, 2.2, 0.22, 0.8), (8806.76, 1.3, 0.12, 0.1),
    (10827.1, 1.2, 0.12, 0.1), (10830.3, 0.3, 0.3, 0.0),
)  # fmt: skip
# Oxygen and water of the air: narrow, and the same all along the slit.
AIR_LINES = ((6302.00, 0.6), (6302.76, 0.4), (5885.98, 0.2), (5886.97, 0.2),
             (5891.66, 0.25), (5898.16, 0.25), (6543.91, 0.3), (6548.62, 0.25),
             (6552.63, 0.2), (6572.09, 0.25), (8540.82, 0.15))  # fmt: skip
# Bands: first line, spacing that grows, number, depth.
AIR_BANDS = (
    (6276.6, 0.9, 24, 0.9),
    (6867.2, 1.1, 30, 2.0),
    (7593.7, 1.2, 40, 6.0),
    (7165.0, 2.2, 60, 0.8),
    (8130.0, 2.6, 60, 0.5),
    (9300.0, 1.5, 150, 2.0),
)


@dataclass(frozen=True)
class SolarAtlas:
    """Optical depths on an even grid from `FIRST` to `LAST`.

    Attributes:
        sun: Lines that move and split with the gas.
        air: Lines of the Earth's air.
    """

    sun: np.ndarray
    air: np.ndarray


@lru_cache(maxsize=1)
def solar_atlas() -> SolarAtlas:
    """Returns the atlas; the same in every process."""
    rng = np.random.default_rng(6302)
    size = round((LAST - FIRST) / STEP)
    sun, air = np.zeros(size), np.zeros(size)
    # Weak lines: crowded in the blue, few in the red.
    density = 9.0 * np.exp(-np.arange(size) * STEP / 1300)
    places = np.flatnonzero(rng.random(size) < density * STEP)
    strengths = rng.exponential(0.9, places.size) * rng.random(places.size) ** 1.5
    depths = 0.02 + strengths
    widths = rng.uniform(0.8, 1.4, places.size)
    for place, depth, scale in zip(places, depths, widths, strict=True):
        wavelength = FIRST + STEP * float(place)
        _add(sun, wavelength, float(depth), 8.4e-6 * wavelength * float(scale), 0)
    for wavelength, depth, width, wings in STRONG:
        _add(sun, wavelength, depth, width, wings)
    for wavelength, depth in AIR_LINES:
        _add(air, wavelength, depth, 0.025, 0)
    for first, spacing, count, depth in AIR_BANDS:
        step = np.arange(count)
        lines = (
            first + spacing * (step + 0.02 * step**2) + rng.uniform(-0.3, 0.3, count)
        )
        strengths = depth * rng.uniform(0.1, 1.0, count) * np.exp(-1.5 * step / count)
        for wavelength, strength in zip(lines, strengths, strict=True):
            _add(air, float(wavelength), float(strength), 0.08, 0)
    return SolarAtlas(sun, air)


def _add(
    target: np.ndarray, wavelength: float, depth: float, width: float, wings: float
) -> None:
    """Adds a Gaussian core and the wings of a strong line."""
    reach = max(6 * width, 40 * wings * 0.3)
    low = max(int((wavelength - reach - FIRST) / STEP), 0)
    high = min(int((wavelength + reach - FIRST) / STEP) + 2, target.size)
    offset = FIRST + STEP * np.arange(low, high) - wavelength
    target[low:high] += depth * np.exp(-0.5 * (offset / width) ** 2)
    if wings:
        target[low:high] += 0.12 * depth * wings**2 / (offset**2 + wings**2)


@lru_cache(maxsize=16)
def _absorbed(strength: float, air: float) -> np.ndarray:
    """Running integral of the light that passes, for averages over any range."""
    atlas = solar_atlas()
    passed = np.exp(-strength * atlas.sun - air * atlas.air)
    return np.concatenate([[0.0], np.cumsum(passed)])


def transmission(
    wavelength: np.ndarray, width: float, strength: float = 1.0, air: float = 1.0
) -> np.ndarray:
    """Light that passes, averaged over `width` Angstrom around each wavelength.

    Args:
        wavelength: In Angstrom; 1 is returned outside the atlas.
        width: Width of the mean in Angstrom.
        strength: Factor on the lines of the star: 0 none, 1 the Sun.
        air: Factor on the lines of the air.
    """
    total = _absorbed(round(strength, 1), round(2 * air) / 2)
    cells = max(width / STEP, 1.0)
    place = (np.asarray(wavelength) - FIRST) / STEP
    upper = _looked_up(total, place + cells / 2)
    lower = _looked_up(total, place - cells / 2)
    inside = (place > cells) & (place < total.size - 1 - cells)
    return np.where(inside, (upper - lower) / cells, 1.0)


def _looked_up(table: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Linear interpolation in an even table."""
    place = np.clip(place, 0, table.size - 1.001)
    index = place.astype(np.int64)
    part = place - index
    return np.asarray(table[index] * (1 - part) + table[index + 1] * part)
