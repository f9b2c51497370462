"""Statistics of profiles along both axes: lines, orders, traces and slits.

For each axis the frame is cut into strips, and each strip averaged across the axis:
eight profiles at full resolution. What they have in common runs across the whole
frame, as the lines of a lamp do; what moves from one to the next is tilted, as the
orders of an echelle are; what stands in one alone is a star.
"""

import itertools

import numpy as np

from mesa_keras.preprocessing.frame_statistics_levels import signed_log

STRIPS = 8
# Blocks whose medians make the smooth part of a profile.
BLOCKS = 24
# Largest tilt between strips that is searched, as a part of the axis.
MAX_SHIFT = 0.04
# Lines stand out by this many times the profile's noise, and this part of its range.
SIGNIFICANT = 6.0
RELATIVE = 0.03
NEED = 16

AXIS_MEANINGS = {
    "lines": "deviation of the mean profile from its smooth part over its noise, "
    "logarithmic",
    "line_contrast": "the same over the profile's mean above the frame's floor",
    "emission": "asymmetry of these deviations: 1 emission, -1 absorption",
    "num_peaks": "log2 of 1 + number of maxima",
    "num_dips": "log2 of 1 + number of minima",
    "peak_width": "log2 of the median width of the maxima at half height, in pixels",
    "peak_width_share": "log10 of that width over the length of the axis",
    "spacing_scatter": "scatter of the distances between maxima over their mean",
    "period": "highest value of the autocorrelation beyond its first minimum",
    "period_count": "log2 of how often this period fits into the axis",
    "coherence": "mean correlation of the strips' deviations with those of the others",
    "coherence_shifted": "correlation of neighbouring strips after their best shift",
    "strip_shift": "median of these shifts, absolute, in thousandths of the axis",
    "filled": "share of the profile above the middle of its range",
    "concentration": "share of the profile's sum above its floor in its top 3 %",
    "step": "steepest rise over 3 pixels over the profile's range",
    "range": "98 % range of the profile over its noise, logarithmic",
    "ends": "mean of both ends over the middle, above the floor",
}
SIDES = ("strong", "weak")
MEANINGS = {
    **{
        f"{name}_{side}": f"{text}; axis with the {side}er lines"
        for side in SIDES
        for name, text in AXIS_MEANINGS.items()
    },
    "lines_ratio": "log10 of the line strength along the strong over the weak axis",
}


def strip_profiles(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean profiles of strips along both axes.

    Returns:
        Profiles along the columns, shape `(strips, height)`, and along the rows, shape
        `(strips, width)`; as many strips as there are pixels, at most `STRIPS`.
    """
    height, width = codes.shape
    across, along = min(STRIPS, width), min(STRIPS, height)
    vertical = [
        codes[:, start:stop].mean(axis=1, dtype=np.float64)
        for start, stop in _bounds(width, across)
    ]
    horizontal = [
        codes[start:stop].sum(axis=0, dtype=np.uint32) / (stop - start)
        for start, stop in _bounds(height, along)
    ]
    return np.stack(vertical), np.stack(horizontal)


def _bounds(length: int, count: int) -> list[tuple[int, int]]:
    # Even bounds, so that a mosaic's colours weigh the same in each strip.
    edges = [i * length // count for i in range(count + 1)]
    if length >= 4 * count:
        edges = [edge // 2 * 2 for edge in edges[:-1]] + [length]
    return list(itertools.pairwise(edges))


def profile_statistics(
    codes: np.ndarray, noise: float, floor: float
) -> dict[str, float]:
    """Statistics of both axes, the one with stronger lines first; see `MEANINGS`.

    Args:
        codes: Of the plane.
        noise: Noise of a pixel in codes.
        floor: The frame's lowest level in codes.
    """
    found = []
    for profiles, length in zip(strip_profiles(codes), codes.shape[::-1], strict=True):
        pixels = max(length / len(profiles), 1.0)
        found.append(_axis(profiles, noise / np.sqrt(pixels), floor))
    order = sorted(
        (0, 1),
        key=lambda i: found[i]["lines"] * max(found[i]["coherence"], 0.05),
        reverse=True,
    )
    named = {
        f"{name}_{side}": float(value)
        for side, i in zip(SIDES, order, strict=True)
        for name, value in found[i].items()
    }
    named["lines_ratio"] = named["lines_strong"] - named["lines_weak"]
    return named


def _axis(profiles: np.ndarray, noise: float, floor: float) -> dict[str, float]:
    found = dict.fromkeys(AXIS_MEANINGS, 0.0)
    length = profiles.shape[1]
    if length < NEED:
        return found
    fine = profiles - _smooth(profiles)
    mean, deviation = profiles.mean(axis=0), fine.mean(axis=0)
    mean_noise = noise / np.sqrt(len(profiles))
    low, high = np.percentile(mean, [1, 99])
    scale = float(deviation.std())
    found["lines"] = signed_log(scale / mean_noise)
    found["range"] = signed_log((high - low) / mean_noise)
    above = max(float(mean.mean()) - floor, mean_noise)
    found["line_contrast"] = float(min(scale / above, 5.0))
    bottom, centre, top = np.percentile(deviation, [0.5, 50, 99.5])
    if top > bottom:
        found["emission"] = float((top + bottom - 2 * centre) / (top - bottom))
    found.update(_extrema(deviation, mean_noise))
    found.update(_period(fine))
    found.update(_between_strips(fine))
    found.update(_overall(mean, low, high, mean_noise))
    return found


def _smooth(profiles: np.ndarray) -> np.ndarray:
    """Medians of blocks, joined by straight lines."""
    length = profiles.shape[1]
    count = max(min(BLOCKS, length // 8), 1)
    size = length // count
    blocks = profiles[:, : count * size].reshape(len(profiles), count, size)
    centres = (np.arange(count) + 0.5) * size - 0.5
    medians = np.median(blocks, axis=2)
    return np.stack([np.interp(np.arange(length), centres, row) for row in medians])


def _extrema(deviation: np.ndarray, noise: float) -> dict[str, float]:
    """Maxima and minima that stand out, their width and spacing."""
    low, high = np.percentile(deviation, [0.5, 99.5])
    height = max(SIGNIFICANT * noise, RELATIVE * (high - low))
    peaks = _maxima(deviation, height)
    found = {
        "num_peaks": float(np.log2(1 + peaks.size)),
        "num_dips": float(np.log2(1 + _maxima(-deviation, height).size)),
    }
    if peaks.size:
        width = float(np.median(_widths(deviation, peaks)))
        found["peak_width"] = float(np.log2(width))
        found["peak_width_share"] = float(np.log10(width / deviation.size))
    if peaks.size > 3:
        gaps = np.diff(peaks)
        # Orders drift apart along the axis: a straight line is no scatter.
        trend = np.polyval(np.polyfit(np.arange(gaps.size), gaps, 1), range(gaps.size))
        found["spacing_scatter"] = float(min((gaps - trend).std() / gaps.mean(), 2.0))
    else:
        found["spacing_scatter"] = 2.0
    return found


def _maxima(values: np.ndarray, height: float) -> np.ndarray:
    inner = values[1:-1]
    found = (inner > height) & (inner >= values[:-2]) & (inner > values[2:])
    return np.flatnonzero(found) + 1


def _widths(values: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Full widths at half of each maximum's height, in pixels."""
    widths = []
    for peak in peaks[:: max(peaks.size // 64, 1)]:
        half = values[peak] / 2
        right = np.argmax(values[peak:] < half) or values.size - peak
        left = np.argmax(values[peak::-1] < half) or peak + 1
        widths.append(right + left - 1)
    return np.maximum(widths, 1)


def _period(fine: np.ndarray) -> dict[str, float]:
    """Autocorrelation of the strips: the highest maximum after the first minimum."""
    length = fine.shape[1]
    spectrum = np.abs(np.fft.rfft(fine, 2 * length, axis=1)) ** 2
    correlation = np.fft.irfft(spectrum, axis=1)[:, : length // 3].sum(axis=0)
    found = {"period": 0.0, "period_count": 0.0}
    if correlation[0] <= 0 or correlation.size < 6:
        return found
    correlation = correlation / correlation[0] * length
    correlation /= length - np.arange(correlation.size)
    rising = np.flatnonzero(np.diff(correlation) > 0)
    if rising.size:
        start = int(rising[0])
        lag = start + int(np.argmax(correlation[start:]))
        found["period"] = float(np.clip(correlation[lag], 0.0, 1.0))
        found["period_count"] = float(np.log2(length / max(lag, 1)))
    return found


def _between_strips(fine: np.ndarray) -> dict[str, float]:
    """What strips share, in place and after a shift."""
    found = {"coherence": 0.0, "coherence_shifted": 0.0, "strip_shift": 0.0}
    strips, length = fine.shape
    size = np.sqrt((fine**2).sum(axis=1))
    if strips < 2 or not (size > 0).all():
        return found
    unit = fine / size[:, None]
    rest = unit.sum(axis=0) - unit
    norm = np.sqrt((rest**2).sum(axis=1))
    if (norm > 0).all():
        found["coherence"] = float(np.mean((unit * rest).sum(axis=1) / norm))
    spectra = np.fft.rfft(unit, 2 * length, axis=1)
    crossed = np.fft.irfft(spectra[1:] * np.conj(spectra[:-1]), axis=1)
    reach = max(int(MAX_SHIFT * length), 2)
    near = np.concatenate([crossed[:, -reach:], crossed[:, : reach + 1]], axis=1)
    found["coherence_shifted"] = float(np.median(near.max(axis=1)))
    shift = np.abs(np.median(near.argmax(axis=1) - reach))
    found["strip_shift"] = float(1000.0 * shift / length)
    return found


def _overall(
    mean: np.ndarray, low: float, high: float, noise: float
) -> dict[str, float]:
    """The shape of the profile as a whole."""
    span = max(high - low, noise)
    lifted = np.maximum(mean - low, 0.0)
    total = float(lifted.sum())
    top = np.sort(lifted)[-max(round(0.03 * mean.size), 1) :]
    end = max(mean.size // 20, 1)
    thirds = mean[mean.size // 3 : 2 * mean.size // 3]
    middle = float(np.median(thirds)) - low
    ends = float(np.mean([np.median(mean[:end]), np.median(mean[-end:])])) - low
    return {
        "filled": float(np.mean(mean > low + 0.5 * (high - low))),
        "concentration": float(top.sum() / total) if total > 0 else 0.0,
        "step": float(min(np.abs(mean[3:] - mean[:-3]).max() / span, 3.0)),
        "ends": float(np.clip((ends + noise) / max(middle + noise, noise), -1, 4)),
    }
