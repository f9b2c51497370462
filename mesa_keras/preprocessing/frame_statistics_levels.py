"""Statistics of a frame's levels, all from one exact histogram of its codes."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.preprocessing.image_codes import NUM_CODES

# Rows counted at a time; in larger frames rows are left out evenly, so that at least
# this many pixels are counted: enough for parts per million.
CHUNK = 1 << 18
COUNTED = 1 << 21
# Below and above the median, in percent.
TAILS = (0.01, 99.0, 99.9, 99.99)
OUTLIERS = (5.0, 20.0, 100.0)
NORMAL_QUARTILE = 0.6744897501960817
CLIP = 5.0
ENTROPY_CLIP = 50.0

MEANINGS = {
    "level_median": "median over the full scale of the file's numbers",
    "photon_index": "log10 of noise squared over median, in the camera's own steps",
    "noise_steps": "log10 of the pixel noise in steps of the camera",
    "step_size": "log2 of the smallest step between values (bit-shifted data have 4)",
    "missing_fraction": "pixels that are not finite, log10 of parts per million",
    "spread_clipped": "log10 of the 5-sigma clipped deviation over the pixel noise",
    "spread_all": "log10 of the deviation of all pixels over the pixel noise",
    **{
        f"tail_{str(p).replace('.', '_')}": f"{p} % level minus median, in noise, "
        "logarithmic with sign"
        for p in TAILS
    },
    "highest": "highest pixel above the median, in noise, logarithmic",
    "lowest": "lowest pixel below the median, in noise, logarithmic",
    "skew_tails": "asymmetry of the 1 % and 99 % levels about the median, -1 to 1",
    "skew_clipped": "third moment within 5 sigma over its deviation",
    **{
        f"above_{p:.0f}": f"pixels more than {p:.0f} times the noise above the median, "
        "log10 of parts per million"
        for p in OUTLIERS
    },
    "below_5": "pixels more than 5 times the noise below the median, likewise",
    "saturated": "pixels at the highest value where many share it, likewise",
    "entropy": "entropy of the levels in bins of one noise, in bits",
    "two_levels": "share of the variance between the best two groups of levels (Otsu)",
    "upper_share": "share of pixels in the upper of the two groups",
    "half_filled": "share of pixels above the middle between 1 % and 99.5 % level",
}


@dataclass(frozen=True)
class Histogram:
    """Counts of a plane's codes.

    Attributes:
        counts: Pixels with each code, shape `(65536,)`.
        total: Running sum of the counts.
        step: Smallest distance between codes that occur.
    """

    counts: np.ndarray
    total: np.ndarray
    step: int

    def quantile(self, fraction: float) -> int:
        """The lowest code that at least this fraction of the pixels does not exceed."""
        return int(np.searchsorted(self.total, fraction * self.total[-1]))

    def above(self, code: float) -> float:
        """Fraction of pixels above a code."""
        index = int(np.clip(np.floor(code), -1, NUM_CODES - 1))
        below = self.total[index] if index >= 0 else 0
        return float(1.0 - below / self.total[-1])


def histogram(codes: np.ndarray) -> Histogram:
    """Counts codes: all of them, or in large frames those of evenly spread rows."""
    # An odd step keeps both rows of a mosaic.
    step = max((codes.size // COUNTED - 1) // 2 * 2 + 1, 1)
    rows = max(CHUNK // codes.shape[1], 1) * step
    counts = np.zeros(NUM_CODES, np.int64)
    for start in range(0, codes.shape[0], rows):
        piece = codes[start : start + rows : step].ravel()
        counts += np.bincount(piece, minlength=NUM_CODES)
    used = np.flatnonzero(counts)
    distance = int(np.gcd.reduce(np.diff(used))) if used.size > 1 else 1
    return Histogram(counts, np.cumsum(counts), max(distance, 1))


def level_statistics(
    levels: Histogram,
    noise: float,
    zero: float,
    full_scale: float,
    missing: float,
) -> dict[str, float]:
    """Statistics of the levels; see `MEANINGS`.

    Args:
        levels: Histogram of the plane's codes.
        noise: Noise of a pixel in codes.
        zero: What code 0 stands for, in codes.
        full_scale: Largest value of the file's numbers in codes; NaN where unknown.
        missing: Fraction of pixels that are not finite.
    """
    median = levels.quantile(0.5)
    value = max(median + zero, 1e-3)
    found = {
        "level_median": (median + zero) / full_scale,
        "photon_index": np.log10(noise**2 / (value * levels.step)),
        "noise_steps": np.log10(noise / levels.step),
        "step_size": np.log2(levels.step),
        "missing_fraction": parts_per_million(missing),
        "lowest": signed_log((np.argmax(levels.counts > 0) - median) / noise),
        "highest": signed_log((_last(levels.counts) - median) / noise),
    }
    for percent in TAILS:
        name = f"tail_{str(percent).replace('.', '_')}"
        found[name] = signed_log((levels.quantile(percent / 100) - median) / noise)
    for limit in OUTLIERS:
        share = levels.above(median + limit * noise)
        found[f"above_{limit:.0f}"] = parts_per_million(share)
    below = 1.0 - levels.above(np.ceil(median - 5.0 * noise) - 1)
    found["below_5"] = parts_per_million(below)
    found["saturated"] = parts_per_million(_piled_up(levels))
    found.update(_shape(levels, median, noise))
    found.update(_groups(levels))
    return {name: float(v) for name, v in found.items()}


def bounded_skew(values: np.ndarray) -> np.ndarray:
    """Skewness along the last axis, brought between -1 and 1."""
    centred = values - values.mean(axis=-1, keepdims=True)
    second = np.maximum((centred**2).mean(axis=-1), 1e-12)
    skew = (centred**3).mean(axis=-1) / second**1.5
    return np.asarray(skew / np.sqrt(1.0 + skew**2))


def signed_log(value: float) -> float:
    """log10(1 + |value|) with the sign of the value."""
    return float(np.sign(value) * np.log10(1.0 + abs(value)))


def parts_per_million(fraction: float) -> float:
    """log10(1 + fraction in parts per million)."""
    return float(np.log10(1.0 + 1e6 * max(fraction, 0.0)))


def _last(counts: np.ndarray) -> int:
    return int(counts.size - 1 - np.argmax(counts[::-1] > 0))


def _piled_up(levels: Histogram) -> float:
    """Part of the pixels at the highest code, where the next ones do not explain it."""
    highest, *below = levels.counts[np.flatnonzero(levels.counts)[::-1][:3]]
    piled = len(below) == 2 and highest > 4 * max(below)
    return float(highest / levels.total[-1]) if piled else 0.0


def _shape(levels: Histogram, median: int, noise: float) -> dict[str, float]:
    """Spread, asymmetry and entropy of the distribution."""
    low, lower, upper, high = (
        levels.quantile(f) - median for f in (0.01, 0.25, 0.75, 0.99)
    )
    first, last = np.flatnonzero(levels.counts)[[0, -1]]
    counts = levels.counts[first : last + 1].astype(np.float64)
    codes = np.arange(first, last + 1, dtype=np.float64) - median
    _, everything, _ = _moments(counts, codes)
    limit = CLIP * max((upper - lower) / (2 * NORMAL_QUARTILE), noise)
    kept = slice(*np.searchsorted(codes, [-limit, np.nextafter(limit, np.inf)]))
    _, clipped, third = _moments(counts[kept], codes[kept])
    scale = max(clipped, 0.1 * noise)
    bins = np.clip(np.rint(codes / noise), -ENTROPY_CLIP, ENTROPY_CLIP)
    share = np.bincount((bins + ENTROPY_CLIP).astype(int), weights=counts)
    share = share[share > 0] / counts.sum()
    return {
        "spread_clipped": np.log10(scale / noise),
        "spread_all": np.log10(max(everything, 0.1 * noise) / noise),
        "skew_tails": (high + low) / (high - low) if high > low else 0.0,
        "skew_clipped": third / scale**3,
        "entropy": float(-(share * np.log2(share)).sum()),
    }


def _moments(counts: np.ndarray, codes: np.ndarray) -> tuple[float, float, float]:
    """Mean, deviation and third central moment."""
    weight = counts.sum()
    mean = float((counts * codes).sum() / weight)
    centred = codes - mean
    weighted = counts * centred**2
    deviation = float(np.sqrt(weighted.sum() / weight))
    return mean, deviation, float((weighted * centred).sum() / weight)


def _groups(levels: Histogram) -> dict[str, float]:
    """The best division of the levels into two groups, outermost pixels left out."""
    low, high = levels.quantile(0.001), levels.quantile(0.995)
    counts = levels.counts[low : high + 1].astype(np.float64)
    codes = np.arange(counts.size, dtype=np.float64)
    lower = np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * codes)
    upper = counts.sum() - lower
    _, deviation, _ = _moments(counts, codes)
    found = {"two_levels": 0.0, "upper_share": 0.5}
    if counts.size > 1 and deviation > 0 and lower.size:
        means = sums[:-1] / lower, (sums[-1] - sums[:-1]) / np.maximum(upper, 1e-9)
        between = lower * upper / counts.sum() ** 2 * (means[1] - means[0]) ** 2
        best = int(np.argmax(between))
        found["two_levels"] = float(between[best] / deviation**2)
        found["upper_share"] = float(upper[best] / counts.sum())
    start = levels.quantile(0.01)
    found["half_filled"] = levels.above(start + 0.5 * (high - start))
    return found
