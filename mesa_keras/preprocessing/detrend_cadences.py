"""The finite cadences of a light curve in order of time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.preprocessing.fold import Ephemeris


@dataclass(frozen=True, kw_only=True)
class SortedCadences:
    """Finite cadences in order of time.

    Attributes:
        time: Days.
        flux: Flux as given.
        segment: Integers that tell quarters or sectors apart.
        place: Where each cadence stood among those given.
    """

    time: np.ndarray
    flux: np.ndarray
    segment: np.ndarray
    place: np.ndarray

    def take(self, rows: np.ndarray) -> "SortedCadences":
        """Returns some of the cadences."""
        return SortedCadences(
            **{name: array[rows] for name, array in vars(self).items()}
        )


def sorted_cadences(
    time: ArrayLike, flux: ArrayLike, segment: ArrayLike | None
) -> SortedCadences:
    """Checks a light curve and leaves out what is not finite.

    Raises:
        ValueError: If the arrays do not fit together.
    """
    days, values = (np.asarray(array, dtype=np.float64) for array in (time, flux))
    if days.ndim != 1 or days.shape != values.shape:
        raise ValueError(
            "`time` and `flux` must be one-dimensional and of one length. "
            f"Received: shapes {days.shape} and {values.shape}"
        )
    parts = np.zeros(days.shape, np.int64) if segment is None else np.asarray(segment)
    if parts.shape != days.shape or parts.dtype.kind not in "iu":
        raise ValueError(
            "`segment` must be an integer for each time. "
            f"Received: shape {parts.shape}, dtype {parts.dtype}"
        )
    good = np.flatnonzero(np.isfinite(days) & np.isfinite(values))
    if (np.diff(days[good]) < 0).any():
        good = good[np.argsort(days[good], kind="stable")]
    numbers = parts[good]
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < numbers.size:
        numbers = np.unique(numbers, return_inverse=True)[1].ravel()
    return SortedCadences(
        time=days[good], flux=values[good], segment=numbers, place=good
    )


def spacing_by_segment(
    time: np.ndarray, segment: np.ndarray, otherwise: float
) -> np.ndarray:
    """Returns the median time from one cadence to the next of each one's segment.

    Args:
        time: Days, ascending, shape `(cadences,)`.
        segment: Integers from 0 that tell segments apart.
        otherwise: What a segment of one cadence has.
    """
    days = np.full(int(segment.max()) + 1, otherwise)
    order = np.argsort(segment, kind="stable")
    numbers, starts = np.unique(segment[order], return_index=True)
    for number, own in zip(numbers, np.split(time[order], starts[1:]), strict=True):
        if own.size > 1:
            days[number] = np.median(np.diff(own))
    return np.asarray(days[segment])


def check_rest(seen: SortedCadences, masked: np.ndarray, ephemeris: Ephemeris) -> None:
    """Raises `ValueError` unless a trend can be found outside what is masked."""
    if masked.all():
        raise ValueError(
            "`flux` must have finite points outside the transits. "
            f"Received: {masked.size} finite points, period={ephemeris.period} days, "
            f"duration={ephemeris.duration} hours"
        )
    level = float(np.median(seen.flux))
    if not level > 0:
        raise ValueError(
            "`flux` must have a positive median to be divided by its trend. "
            f"Received: {level}"
        )
