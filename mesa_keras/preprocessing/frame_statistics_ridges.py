"""Statistics along bright ridges: is an order a smooth lamp or a star's spectrum?

A ridge is followed from strip to strip, tilted and curved as it may be, and the light
on it read as a spectrum. Lines that are wider than a pixel correlate from one pixel to
the next, and noise does not, so that faint lines show without knowing the noise.
"""

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import bounded_skew
from mesa_keras.preprocessing.frame_statistics_smooth import smooth_part

# Ridges that are followed, and how far they lie apart, as a part of the frame.
RIDGES = 5
APART = 0.04
# Least height of a ridge that counts, over that of the highest.
FAINTEST = 0.3
# Farthest that a ridge moves from one strip to the next, likewise.
REACH = 0.015
# Rows on a ridge. The outer two share the weight of one, by where the ridge lies
# between pixels: so nothing jumps, and a mosaic's colours weigh the same.
ROWS = np.arange(-2, 3)
BLOCK = 16
NEED = 64

AXIS_MEANINGS = {
    "ridge_lines": "correlation of neighbouring points of a ridge's spectrum without "
    "its smooth part: 0 noise, 1 lines",
    "ridge_contrast": "log10 of the correlated deviation over the ridge's height",
    "ridge_skew": "skewness of the deviations, -1 to 1: emission is positive",
    "ridge_height": "log10 of the ridge's height over the noise of a point on it",
    "ridge_width": "log10 of the ridge's width at half height over the frame",
    "ridge_tilt": "way of a ridge across itself over the frame, log10 of permille",
}


def ridge_statistics(
    codes: np.ndarray, profiles: np.ndarray, noise: float
) -> dict[str, float]:
    """Statistics of ridges that run along the rows; see `AXIS_MEANINGS`.

    Args:
        codes: Of the plane, shape `(height, width)`.
        profiles: Profiles along the columns of vertical strips, `(strips, height)`.
        noise: Noise of a pixel in codes.

    Returns:
        Medians over the ridges; zeros for frames that are too small.
    """
    height, width = codes.shape
    found = dict.fromkeys(AXIS_MEANINGS, 0.0)
    if len(profiles) < 3 or height < 16 or width < NEED:
        return found
    smoothed = profiles[:, :-2] + profiles[:, 1:-1] + profiles[:, 2:]
    smoothed /= 3.0
    places = _followed(smoothed)
    middle = smoothed[len(profiles) // 2]
    base = float(np.sort(middle)[middle.size // 20])
    spectra = _spectra(codes, places + 1.0) - base
    heights = np.median(spectra, axis=1)
    # Beside a single trace there is nothing to follow but its wings.
    real = heights >= min(FAINTEST * heights.max(), heights.max())
    places, spectra = places[real], spectra[real]
    heights = np.maximum(heights[real], noise)
    rest = spectra - smooth_part(spectra, spectra.shape[1] // BLOCK)
    power = np.maximum((rest**2).mean(axis=1), 1e-9)
    shared = (rest[:, 1:] * rest[:, :-1]).mean(axis=1)
    way = np.ptp(places, axis=1) / height
    contrast = np.sqrt(np.maximum(shared, 1e-6 * power)) / heights
    found["ridge_lines"] = float(np.clip(np.median(shared / power), -1, 1))
    found["ridge_contrast"] = float(np.log10(np.clip(np.median(contrast), 1e-4, 10)))
    found["ridge_skew"] = float(np.median(bounded_skew(rest)))
    found["ridge_height"] = float(np.log10(np.median(heights) / noise))
    found["ridge_width"] = _width(middle, places[:, len(profiles) // 2], base)
    found["ridge_tilt"] = float(np.log10(1 + 1000 * np.median(way)))
    return found


def _followed(profiles: np.ndarray) -> np.ndarray:
    """Places of the brightest ridges in each strip, shape `(ridges, strips)`."""
    strips, length = profiles.shape
    start = strips // 2
    apart = max(int(APART * length), 4)
    left = profiles[start].copy()
    tops = []
    for _ in range(RIDGES):
        top = int(np.argmax(left))
        tops.append(top)
        left[max(top - apart, 0) : top + apart + 1] = -np.inf
        if np.isneginf(left).all():
            break
    places = np.empty((len(tops), strips))
    places[:, start] = tops
    reach = max(int(REACH * length), 2)
    for order in (range(start + 1, strips), range(start - 1, -1, -1)):
        place = np.array(tops)
        for strip in order:
            near = place[:, None] + np.arange(-reach, reach + 1)
            near = np.clip(near, 0, length - 1)
            light = profiles[strip][near]
            place = near[np.arange(len(tops)), light.argmax(axis=1)]
            places[:, strip] = place
    # Tops are whole pixels; a parabola through them is better, and as true.
    points = np.arange(strips) - (strips - 1) / 2
    parabola = np.polynomial.polynomial.polyfit(points, places.T, min(2, strips - 1))
    places = np.polynomial.polynomial.polyval(points, parabola)
    return np.asarray(np.clip(places, 0, length - 1))


def _spectra(codes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Mean light on each ridge, pairs of columns together, `(ridges, width // 2)`."""
    height, width = codes.shape
    strips = places.shape[1]
    centres = (np.arange(strips) + 0.5) * width / strips
    columns = np.arange(width // 2 * 2)
    rows = np.stack([np.interp(columns, centres, place) for place in places])
    below = np.floor(rows + 0.5).astype(int)
    weights = np.ones((len(rows), ROWS.size, columns.size), np.float32)
    weights[:, -1] = rows + 0.5 - below
    weights[:, 0] = 1.0 - weights[:, -1]
    light = codes[np.clip(below[:, None] + ROWS[:, None], 0, height - 1), columns]
    spectra = (light * weights).sum(axis=1, dtype=np.float64) / (ROWS.size - 1)
    return np.asarray(spectra[:, 0::2] + spectra[:, 1::2]) / 2.0


def _width(profile: np.ndarray, tops: np.ndarray, base: float) -> float:
    """Median full width at half height of the ridges over the profile's length."""
    widths = []
    for top in tops.astype(int):
        below = profile < (profile[top] + base) / 2
        right = int(np.argmax(below[top:])) or profile.size - top
        left = int(np.argmax(below[top::-1])) or top + 1
        widths.append(right + left - 1)
    return float(np.log10(max(float(np.median(widths)), 1.0) / profile.size))
