"""Which events of a star are other planets, and which the same signal found again.

Searches find one eclipsing binary more than once: its secondary eclipse as an event of
the same period, or all eclipses at half or twice the period. To leave these out before
folding would hide what tells the binary from a planet.
"""

from collections.abc import Sequence

import numpy as np

from mesa_keras.preprocessing.fold import Ephemeris

# Of a harmonic of the same signal at least a third of the transits coincide.
SHARED_TRANSITS = 0.3


def other_planets(
    own: Ephemeris, events: Sequence[Ephemeris], start: float, end: float
) -> list[Ephemeris]:
    """Returns the events that are not the candidate's own signal.

    Args:
        own: The candidate.
        events: Other events of the star.
        start: First day of the light curve.
        end: Last day.

    Returns:
        Events whose period is another, and whose transits do not keep falling on those
        of the candidate.
    """
    return [
        event
        for event in events
        if not (
            _same_period(own, event, end - start) or _shared(own, event, start, end)
        )
    ]


def _same_period(own: Ephemeris, event: Ephemeris, span: float) -> bool:
    """Whether the two cannot be told apart by their periods in so many days."""
    cycles = max(span / own.period, 1.0)
    return bool(abs(own.period - event.period) * cycles < own.duration_days)


def _shared(own: Ephemeris, event: Ephemeris, start: float, end: float) -> bool:
    first, last = own.cycle(np.array([start, end]))
    centers = own.epoch + own.period * np.arange(first, last + 1)
    # Of one signal the centres agree; those of a planet of a day are never far.
    reach = min(own.duration_days, event.duration_days) / 2
    shared = np.abs(event.phase(centers)) < reach
    # One alone may be chance.
    return bool(shared.sum() > 1 and shared.mean() > SHARED_TRANSITS)
