"""Time systems of light curves: days since the reference of a mission."""

import numpy as np

# BKJD = BJD - 2454833 (Kepler, K2), BTJD = BJD - 2457000 (TESS).
TIME_OFFSETS_DAYS = {"BJD": 0.0, "BKJD": 2454833.0, "BTJD": 2457000.0}
# Full Julian dates are above this number since the year 1858.
FULL_JULIAN_DATE = 2_400_000.0


def time_system_of(reference_day: float) -> str:
    """Returns the name of the system whose day 0 is this Julian day, or "unknown"."""
    for name, offset in TIME_OFFSETS_DAYS.items():
        if offset == reference_day:
            return name
    return "unknown"


def system_of_numbers(time: np.ndarray) -> str:
    """Returns "BJD" for times that only it can have, and else "unknown"."""
    known = time[np.isfinite(time)]
    full = known.size and float(np.median(known)) > FULL_JULIAN_DATE
    return "BJD" if full else "unknown"


def check_time_system(name: str) -> None:
    """Raises `ValueError` unless the name is one of `TIME_OFFSETS_DAYS`."""
    if name not in TIME_OFFSETS_DAYS:
        raise ValueError(
            f"`time_system` must be one of {', '.join(TIME_OFFSETS_DAYS)}. "
            f"Received: {name!r}"
        )


def to_time_system(epoch: float, from_system: str | None, to_system: str) -> float:
    """Converts a time in days between BJD, BKJD and BTJD.

    A number above 2,400,000 is a full BJD, whatever `from_system` says; where one of
    the two systems is not known, they are taken to be the same.
    """
    if epoch > FULL_JULIAN_DATE:
        from_system = "BJD"
    if from_system not in TIME_OFFSETS_DAYS or to_system not in TIME_OFFSETS_DAYS:
        return epoch
    return epoch + TIME_OFFSETS_DAYS[from_system] - TIME_OFFSETS_DAYS[to_system]
