"""Confidence inputs: what a header claims against what the pixels and numbers show."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mesa_keras.readers.frame_claim import FrameClaim

# The longest exposure of a bias that is no dark [s].
BIAS_EXPOSURE_S = 0.5


@dataclass(frozen=True)
class ClaimCheck:
    """Compares a claimed kind with one statistic.

    Attributes:
        kinds: Claimed kinds that it applies to.
        statistic: Name of the statistic.
        usual: Its value in frames of those kinds, about.
        unit: A difference from it that matters.
    """

    kinds: tuple[str, ...]
    statistic: str
    usual: float
    unit: float


CHECKS = {
    "closed_shutter_with_peaks": ClaimCheck(("bias", "dark"), "peak_cells", 2.0, 2.0),
    "closed_shutter_with_light": ClaimCheck(("bias", "dark"), "structure", 0.5, 1.0),
    "closed_shutter_with_lines": ClaimCheck(("bias", "dark"), "lines_strong", 0.5, 1.0),
    "flat_with_peaks": ClaimCheck(("flat",), "peak_cells", 2.0, 2.0),
    "flat_without_light": ClaimCheck(("flat",), "photon_index", 0.0, 1.0),
    "light_without_peaks": ClaimCheck(("light",), "peak_cells", 3.0, 1.0),
    "light_with_lines": ClaimCheck(("light",), "lines_strong", 0.5, 1.0),
    "arc_without_lines": ClaimCheck(("arc",), "lines_strong", 1.5, 1.0),
    "spectrum_without_lines": ClaimCheck(
        ("spectrum", "solar"), "lines_strong", 1.5, 1.0
    ),
}
CHECK_NAMES = (*CHECKS, "bias_exposed", "dark_without_exposure")


def check_claim(
    claim: FrameClaim, statistics: Mapping[str, float], exposure: float
) -> dict[str, float]:
    """Returns how far pixels and exposure are from what is claimed, by check.

    Args:
        claim: What the header claims.
        statistics: Statistics of the pixels; one that is missing says nothing.
        exposure: Exposure in the header [s], NaN where it gives none.

    Returns:
        Values in [-1, 1], 0 where the claim is another or nothing is known.
    """
    found = dict.fromkeys(CHECK_NAMES, 0.0)
    for name, check in CHECKS.items():
        value = statistics.get(check.statistic, math.nan)
        if claim.kind in check.kinds and math.isfinite(value):
            found[name] = math.tanh((value - check.usual) / check.unit)
    if math.isfinite(exposure) and exposure >= 0:
        decades = math.log10(max(exposure, 1e-4) / BIAS_EXPOSURE_S)
        if claim.kind == "bias":
            found["bias_exposed"] = math.tanh(decades)
        elif claim.kind == "dark":
            found["dark_without_exposure"] = math.tanh(-decades)
    return found
