"""Medians, scatters and numbers of points in many sets of bins of the same values."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class BinStatistics:
    """What is in each bin.

    Attributes:
        median: Shape `(num_bins,)`, NaN where a bin is empty.
        scatter: Standard deviation of a bin's points, NaN with fewer than two.
        count: Number of points.
    """

    median: np.ndarray
    scatter: np.ndarray
    count: np.ndarray


class RankedValues:
    """Values that are ranked once, so that their bins need sort small integers only.

    Args:
        values: Finite values, shape `(points,)`.
    """

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        order = np.argsort(values)
        self._sorted = values[order]
        self._rank = np.empty(values.size, dtype=np.int64)
        self._rank[order] = np.arange(values.size)

    def bins(
        self, place: np.ndarray, num_bins: int, points: np.ndarray | None = None
    ) -> BinStatistics:
        """Returns the statistics of bins.

        Args:
            place: Number of each point's bin, integers; those below 0 or from
                `num_bins` on are in none.
            num_bins: Number of bins.
            points: Indices of the points that `place` is about; `None` for all.
        """
        if points is None:
            points = np.flatnonzero((place >= 0) & (place < num_bins))
            place = place[points]
        else:
            inside = (place >= 0) & (place < num_bins)
            points, place = points[inside], place[inside]
        size = max(self.values.size, 1)
        # Short integers are sorted twice as fast.
        dtype = np.dtype(np.int32 if num_bins * size < 2**31 else np.int64)
        key = place.astype(dtype) * size + self._rank[points].astype(dtype)
        key.sort()
        values = self._sorted[key % size]
        count = np.bincount(place, minlength=num_bins)
        median = np.full(num_bins, np.nan)
        filled = np.flatnonzero(count)
        starts = (np.cumsum(count) - count)[filled]
        lower = values[starts + (count[filled] - 1) // 2]
        upper = values[starts + count[filled] // 2]
        median[filled] = (lower + upper) / 2
        # From a value of each bin, lest squares of a level of 1 drown the scatter.
        away = self.values[points] - np.nan_to_num(median)[place]
        scatter = _scatter(
            count,
            np.bincount(place, away, num_bins),
            np.bincount(place, away**2, num_bins),
        )
        return BinStatistics(median=median, scatter=scatter, count=count)


def _scatter(count: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    number = np.maximum(count, 1)
    variance = (squares - total**2 / number) / np.maximum(count - 1, 1)
    return np.where(count > 1, np.sqrt(np.maximum(variance, 0.0)), np.nan)
