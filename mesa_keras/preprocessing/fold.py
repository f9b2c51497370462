"""Phase folding."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

HOURS_PER_DAY = 24.0


def phase_fold(time: ArrayLike, period: float, epoch: float) -> np.ndarray:
    """Folds times at a period.

    phase = (time - epoch + period / 2) mod period - period / 2

    Args:
        time: Times in days, of any shape. Values that are not finite become NaN.
        period: Period in days.
        epoch: Time of a transit's centre, in days since the same reference as `time`.

    Returns:
        Days from the nearest transit, in [-period / 2, period / 2), shape of `time`.

    Raises:
        ValueError: If `period` is not positive, or `epoch` is not finite.
    """
    check_ephemeris(period, epoch)
    days = np.asarray(time, dtype=np.float64)
    days = np.where(np.isfinite(days), days, np.nan)
    half = period / 2
    # As np.mod, and ten times faster.
    since = days - epoch
    phase = since - period * np.floor(since / period + 0.5)
    # Rounding may leave it beyond either end.
    return np.where(phase >= half, -half, np.maximum(phase, -half))


def no_transit(
    time: np.ndarray, period: float, epoch: float, time_system: str = ""
) -> str:
    """Says that a light curve holds no transit.

    Args:
        time: Its times in days, in order.
        period: Period in days.
        epoch: Time of a transit's centre, as `time`.
        time_system: That of both, for people.
    """
    system = f" {time_system}" if time_system else ""
    return (
        f"no transit falls into the light curve: it lasts from day {time[0]:.3f} to "
        f"{time[-1]:.3f}{system}, with transits every {period:g} days from {epoch:.3f}."
    )


@dataclass(frozen=True, kw_only=True)
class Ephemeris:
    """When transits happen and how long they last.

    Attributes:
        period: Period in days.
        epoch: Time of a transit's centre, days in the time system of the light curve.
        duration: First to last contact in hours.

    Raises:
        ValueError: If a value is out of range.
    """

    period: float
    epoch: float
    duration: float

    def __post_init__(self) -> None:
        check_ephemeris(self.period, self.epoch)
        if not (np.isfinite(self.duration) and self.duration > 0):
            raise ValueError(
                f"`duration` must be positive hours. Received: {self.duration}"
            )
        if self.duration / HOURS_PER_DAY >= self.period:
            raise ValueError(
                "`duration` must be shorter than the period. Received: "
                f"{self.duration} hours, period={self.period} days"
            )

    @property
    def duration_days(self) -> float:
        """Duration in days, at most half the period."""
        return min(self.duration / HOURS_PER_DAY, self.period / 2)

    def phase(self, time: ArrayLike) -> np.ndarray:
        """Days from the nearest transit; see `phase_fold`."""
        return phase_fold(time, self.period, self.epoch)

    def fold(self, time: np.ndarray) -> "Folded":
        """Folds times once for all that needs phases and numbers of transits."""
        since = np.asarray(time, dtype=np.float64) - self.epoch
        cycle = np.floor(since / self.period + 0.5)
        phase = since - self.period * cycle
        half = self.period / 2
        return Folded(
            phase=np.clip(phase, -half, np.nextafter(half, 0.0)),
            cycle=cycle.astype(np.int64),
            period=self.period,
        )

    def cycle(self, time: ArrayLike) -> np.ndarray:
        """Number of the nearest transit, 0 at the epoch; integers, shape of `time`."""
        days = np.asarray(time, dtype=np.float64)
        return np.floor((days - self.epoch) / self.period + 0.5).astype(np.int64)

    def near(self, time: ArrayLike, durations: float = 1.0) -> np.ndarray:
        """Whether times are in a window of so many durations around a transit.

        The window is at most half the period, so that something is left beside it.
        """
        width = min(durations * self.duration_days, self.period / 2)
        return np.asarray(np.abs(self.phase(time)) < width / 2)


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Times folded at a period.

    Attributes:
        phase: Days from the nearest transit, in [-period / 2, period / 2).
        cycle: Number of that transit, 0 at the epoch.
        period: Days.
    """

    phase: np.ndarray
    cycle: np.ndarray
    period: float

    def take(self, rows: np.ndarray) -> "Folded":
        """Returns some of the times."""
        return Folded(
            phase=self.phase[rows], cycle=self.cycle[rows], period=self.period
        )

    def around(self, days: float) -> "Folded":
        """Returns the times folded around a place so many days after the transits."""
        phase = self.phase - days
        early = phase < -self.period / 2
        return Folded(
            phase=phase + self.period * early,
            cycle=self.cycle - early,
            period=self.period,
        )


def check_ephemeris(period: float, epoch: float) -> None:
    """Raises `ValueError` unless the period is positive and both are finite."""
    if not (np.isfinite(period) and period > 0):
        raise ValueError(f"`period` must be positive days. Received: {period}")
    if not np.isfinite(epoch):
        raise ValueError(f"`epoch` must be a finite time in days. Received: {epoch}")
