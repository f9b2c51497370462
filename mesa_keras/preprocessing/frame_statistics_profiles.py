"""Statistics of profiles along both axes: lines, orders, traces and slits.

For each axis the frame is cut into strips, and each strip averaged across the axis:
eight profiles at full resolution. What they have in common runs across the whole
frame, as the lines of a lamp do; what moves from one to the next is tilted, as the
orders of an echelle are; what stands in one alone is a star.
"""

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import bounded_skew, signed_log
from mesa_keras.preprocessing.frame_statistics_lines import (
    highest_bump,
    line_extrema,
)
from mesa_keras.preprocessing.frame_statistics_ridges import (
    AXIS_MEANINGS as RIDGE_MEANINGS,
)
from mesa_keras.preprocessing.frame_statistics_ridges import ridge_statistics
from mesa_keras.preprocessing.frame_statistics_smooth import smooth_part

STRIPS = 8
# Of so many parts of a strip the middle one is taken: a star lies in one.
PARTS = 5
# Blocks whose medians make the smooth part of a profile.
BLOCKS = 24
# Points to which profiles are binned where strips are compared.
COMPARED = 1024
# Largest tilt between strips that is searched, as a part of the axis.
MAX_SHIFT = 0.04
# Maxima of an autocorrelation nearly as high as the highest count as it.
SAME_PERIOD = 0.8
NEED = 16

AXIS_MEANINGS = {
    "lines": "deviation of the strips from their smooth part over their noise, "
    "logarithmic",
    "lines_in_place": "the same of the mean of all strips",
    "line_contrast": "deviation of the strips over their mean above the frame's floor",
    "emission": "skewness of the mean deviation, -1 to 1: emission is positive",
    "bump": "the highest point of it over its median, logarithmic",
    "bump_strips": "share of the strips in which the same place stands out",
    "bump_width": "log2 of its width at half height in pixels",
    "num_peaks": "log2 of 1 + number of maxima",
    "num_dips": "log2 of 1 + number of minima",
    "peak_width": "log2 of the median width of the maxima at half height in pixels",
    "spacing_scatter": "scatter of the distances between maxima over their mean",
    "period": "highest value of the autocorrelation beyond its first minimum",
    "period_count": "log2 of how often this period fits into the axis",
    "coherence": "mean correlation of the strips' deviations with those of the others",
    "coherence_shifted": "correlation of neighbouring strips after their best shift",
    "filled": "share of the profile above the middle of its range",
    "concentration": "share of the profile's sum above its floor in its top 3 %",
    "step": "steepest rise over 3 pixels over the profile's range",
    "ends": "mean of both ends over the middle, above the floor",
}
# Of the axis with weaker lines these say little.
STRONG_ONLY = (
    *("lines_in_place", "bump", "bump_strips", "bump_width", "num_peaks", "num_dips"),
    *("peak_width", "spacing_scatter", "period_count", "coherence_shifted"),
    *("concentration", "ridge_height"),
)
MEANINGS = {
    **{
        f"{name}_strong": f"{text}; axis with the stronger lines"
        for name, text in {**AXIS_MEANINGS, **RIDGE_MEANINGS}.items()
    },
    **{
        f"{name}_weak": f"{text}; axis with the weaker lines"
        for name, text in {**AXIS_MEANINGS, **RIDGE_MEANINGS}.items()
        if name not in STRONG_ONLY
    },
    "lines_ratio": "log10 of the line strength along the strong over the weak axis",
}


def strip_profiles(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean profiles of strips along both axes.

    Args:
        plane: Integers of shape `(height, width)`.

    Returns:
        Profiles along the columns, shape `(strips, height)`, and along the rows, shape
        `(strips, width)`; `STRIPS` of them, fewer where there are fewer pixels.
    """
    height, width = plane.shape
    count, size = _parts(width)
    kept = plane[:, : count * size].reshape(height, count, size)
    vertical = kept.sum(axis=2, dtype=_wide(size)).T / size
    count, size = _parts(height)
    kept = plane[: count * size].reshape(count, size, width)
    horizontal = kept.sum(axis=1, dtype=_wide(size)) / size
    return _middle(vertical), _middle(horizontal)


def _parts(length: int) -> tuple[int, int]:
    """Number and length of the parts of strips; pixels beyond the last are left out."""
    count = STRIPS * PARTS
    if length < 2 * count:
        count = min(length, STRIPS)
        return count, length // count
    # An even length, so that a mosaic's colours weigh the same.
    return count, length // count // 2 * 2


def _wide(size: int) -> type:
    """A kind of number for sums of so many codes; 32 bits are faster where enough."""
    return np.int32 if size < 1 << 11 else np.int64


def _middle(parts: np.ndarray) -> np.ndarray:
    """The median of each five parts of a strip, by comparisons only: it is quick."""
    if len(parts) <= STRIPS:
        return parts
    a, b, c, d, e = (parts[i::PARTS] for i in range(PARTS))
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    below, above = np.minimum(low, high), np.maximum(low, high)
    return np.asarray(np.maximum(below, np.minimum(above, e)))


def profile_statistics(
    plane: np.ndarray, pixels: int, noise: float, floor: float
) -> dict[str, float]:
    """Statistics of both axes, the one with stronger lines first; see `MEANINGS`.

    Args:
        plane: Sums of the codes in cells of `pixels` x `pixels`; large frames have the
            lines that matter in fewer pixels too.
        pixels: Side of a cell, 1, 2 or 4.
        noise: Noise of a pixel in codes.
        floor: The frame's lowest level in codes.
    """
    found = []
    # In sums, the noise of a cell is that of a pixel times its side.
    unit, base = noise * pixels, floor * pixels**2
    for profiles, turned in zip(strip_profiles(plane), (plane, plane.T), strict=True):
        across = max(turned.shape[1] / len(profiles), 1.0)
        axis = _axis(profiles, unit / np.sqrt(across), base)
        for name in ("peak_width", "bump_width"):
            axis[name] += np.log2(pixels)
        found.append(axis | ridge_statistics(turned, profiles, unit))
    order = sorted(
        (0, 1),
        key=lambda i: found[i]["lines"] * max(found[i]["coherence_shifted"], 0.05),
        reverse=True,
    )
    named = {
        f"{name}_{side}": float(value)
        for side, i in zip(("strong", "weak"), order, strict=True)
        for name, value in found[i].items()
    }
    named["lines_ratio"] = named["lines_strong"] - named["lines_weak"]
    return named


def _axis(profiles: np.ndarray, noise: float, floor: float) -> dict[str, float]:
    found = dict.fromkeys(AXIS_MEANINGS, 0.0)
    if profiles.shape[1] < NEED:
        return found
    fine = profiles - smooth_part(profiles, BLOCKS)
    mean, deviation = profiles.mean(axis=0), fine.mean(axis=0)
    mean_noise = noise / np.sqrt(len(profiles))
    scale = float(np.sqrt(np.mean(fine**2)))
    found["lines"] = signed_log(scale / noise)
    found["lines_in_place"] = signed_log(float(deviation.std()) / mean_noise)
    above = max(float(mean.mean()) - floor, mean_noise)
    found["line_contrast"] = float(min(scale / above, 5.0))
    found["emission"] = float(bounded_skew(deviation))
    found.update(line_extrema(deviation, mean_noise))
    found.update(highest_bump(fine, noise))
    compared = _binned(fine)
    found.update(_period(compared))
    found.update(_between_strips(compared))
    found.update(_overall(mean, mean_noise))
    return found


def _binned(fine: np.ndarray) -> np.ndarray:
    """Means of so many neighbouring points that at most `COMPARED` are left."""
    size = -(-fine.shape[1] // COMPARED)
    count = fine.shape[1] // size
    binned = fine[:, : count * size].reshape(len(fine), count, size)
    return np.asarray(binned.mean(axis=2))


def _period(fine: np.ndarray) -> dict[str, float]:
    """Autocorrelation of the strips: the highest maximum after the first minimum."""
    length = fine.shape[1]
    spectrum = np.abs(np.fft.rfft(fine, 2 * COMPARED, axis=1)) ** 2
    correlation = np.fft.irfft(spectrum.sum(axis=0))[: length // 3]
    found = {"period": 0.0, "period_count": 0.0}
    if correlation[0] <= 0 or correlation.size < 6:
        return found
    correlation = correlation / correlation[0] * length
    correlation /= length - np.arange(correlation.size)
    rising = np.flatnonzero(np.diff(correlation) > 0)
    start = int(rising[0]) if rising.size else correlation.size - 1
    if correlation[start:].max() > 0:
        highest = float(correlation[start:].max())
        # Of a period and its multiples the first is meant.
        high = np.flatnonzero(correlation[start:] > SAME_PERIOD * highest)
        lag = start + int(high[0])
        while lag + 1 < correlation.size and correlation[lag + 1] > correlation[lag]:
            lag += 1
        found["period"] = float(np.clip(highest, 0.0, 1.0))
        found["period_count"] = float(np.log2(length / max(lag, 1)))
    return found


def _between_strips(fine: np.ndarray) -> dict[str, float]:
    """What strips share, in place and after a shift."""
    found = {"coherence": 0.0, "coherence_shifted": 0.0}
    strips, length = fine.shape
    size = np.sqrt((fine**2).sum(axis=1))
    if strips < 2 or not (size > 0).all():
        return found
    unit = fine / size[:, None]
    rest = unit.sum(axis=0) - unit
    norm = np.sqrt((rest**2).sum(axis=1))
    if (norm > 0).all():
        found["coherence"] = float(np.mean((unit * rest).sum(axis=1) / norm))
    spectra = np.fft.rfft(unit, 2 * COMPARED, axis=1)
    crossed = np.fft.irfft(spectra[1:] * np.conj(spectra[:-1]), axis=1)
    reach = max(int(MAX_SHIFT * length), 2)
    near = np.concatenate([crossed[:, -reach:], crossed[:, : reach + 1]], axis=1)
    found["coherence_shifted"] = float(np.median(near.max(axis=1)))
    return found


def _overall(mean: np.ndarray, noise: float) -> dict[str, float]:
    """The shape of the profile as a whole."""
    order = np.sort(mean)
    low, high = order[mean.size // 100], order[-1 - mean.size // 100]
    span = max(float(high - low), noise)
    lifted = np.maximum(order - low, 0.0)
    total = float(lifted.sum())
    top = lifted[-max(round(0.03 * mean.size), 1) :]
    end = max(mean.size // 20, 1)
    thirds = mean[mean.size // 3 : 2 * mean.size // 3]
    middle = float(np.median(thirds)) - low
    ends = float(np.median(mean[:end]) + np.median(mean[-end:])) / 2 - low
    return {
        "filled": float(np.mean(mean > low + 0.5 * (high - low))),
        "concentration": float(top.sum() / total) if total > 0 else 0.0,
        "step": float(min(np.abs(mean[3:] - mean[:-3]).max() / span, 3.0)),
        "ends": float(np.clip((ends + noise) / max(middle + noise, noise), -1, 4)),
    }
