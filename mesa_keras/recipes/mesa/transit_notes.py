"""What is odd about the transits of an object, so that its verdict may mean nothing.

A wrong epoch, a period in hours, a duration of another table: the light curve can be
folded all the same, and gets a verdict.
"""

from collections.abc import Mapping

from mesa_keras.preprocessing.fold import Ephemeris

# A fainter dip may be noise.
LEAST_SNR = 5.0
# A dip beside the transits that is this certain, and deeper than they are.
SECONDARY_SIGMA = 7.0
# Of a dip this strong the duration is told by the light curve.
STRONG_SNR = 10.0
LARGEST_DURATION_RATIO = 1.6


def transit_notes(ephemeris: Ephemeris, scalars: Mapping[str, float]) -> list[str]:
    """Says where the light curve does not show the transits that it was folded for.

    Args:
        ephemeris: The transits, as they were given.
        scalars: What was measured, by name of `transit_scalars.SCALARS`.
    """
    notes = []
    snr = scalars["measured_snr"]
    if not snr >= LEAST_SNR:
        notes.append(
            f"no dip stands out at this period and epoch (signal-to-noise {snr:.1f}): "
            "are they right?"
        )
    deepest, error = scalars["secondary_depth"], scalars["secondary_error"]
    depth = max(scalars["measured_depth"], 0.0)
    if deepest > SECONDARY_SIGMA * error and deepest > depth:
        notes.append(
            f"a deeper dip ({deepest:.4g} ppm) is "
            f"{scalars['secondary_phase']:.3f} periods after this epoch"
        )
    duration = scalars["measured_duration"]
    ratio = duration / ephemeris.duration
    if snr >= STRONG_SNR and not (
        1 / LARGEST_DURATION_RATIO <= ratio <= LARGEST_DURATION_RATIO
    ):
        notes.append(
            f"the transits last {duration:.2f} h, and not {ephemeris.duration:.2f} h"
        )
    if scalars["transit_count"] <= 1:
        notes.append(
            "one transit at most is in the light curve, which does not tell the period"
        )
    return notes
