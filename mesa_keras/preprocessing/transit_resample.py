"""Light curves with the single transits drawn anew, to see what depends on which."""

import numpy as np

from mesa_keras.preprocessing.detrend_light_curve import DetrendedLightCurve
from mesa_keras.preprocessing.fold import Ephemeris
from mesa_keras.preprocessing.transit_scalars import observed_cycles


class TransitResampler:
    """Draws the transits of a flat light curve with replacement.

    A transit takes the whole of its orbit with it, from half a period before to half a
    period after. Orbits whose transit fell into a gap stay as they are.

    Args:
        flat: The light curve.
        ephemeris: When the transits are.

    Attributes:
        num_transits: Transits with data.

    References:
        Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 8.6 (whole
        blocks are drawn where points depend on each other).
    """

    def __init__(self, flat: DetrendedLightCurve, ephemeris: Ephemeris) -> None:
        self._flat = flat
        folded = ephemeris.fold(flat.time)
        inside = np.abs(folded.phase) < ephemeris.duration_days / 2
        seen = observed_cycles(folded.cycle[inside], ephemeris, flat.spacing[inside])
        self.num_transits = int(seen.size)
        order = np.argsort(folded.cycle, kind="stable")
        ordered = folded.cycle[order]
        starts = np.searchsorted(ordered, seen, "left")
        ends = np.searchsorted(ordered, seen, "right")
        self._orbits = [order[a:b] for a, b in zip(starts, ends, strict=True)]
        self._others = np.flatnonzero(~np.isin(folded.cycle, seen))

    def draw(self, rng: np.random.Generator) -> DetrendedLightCurve:
        """Returns the light curve with as many transits, some of them repeated."""
        chosen = rng.integers(self.num_transits, size=self.num_transits)
        rows = [self._others, *(self._orbits[place] for place in chosen)]
        return self._flat.take(np.concatenate(rows))
