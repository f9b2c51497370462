"""What is done to values between the converter and the file."""

from dataclasses import dataclass

import numpy as np

from mesa_keras.simulation.frames.randomness import chance, log_uniform, pick


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """How raw or how processed a frame is.

    Attributes:
        kind: Name for the truth table.
        averaged: Frames of which this is the mean.
        zeroed: Whether pedestal and dark current are taken away, so that values may be
            negative.
        flattened: Whether vignetting and dust are divided out.
        normalised: Whether values are divided by their typical value.
        cropped: Whether it is a small cut-out.
        stretched: Whether brightness was bent for the eye.
    """

    kind: str = "raw"
    averaged: int = 1
    zeroed: bool = False
    flattened: bool = False
    normalised: bool = False
    cropped: bool = False
    stretched: bool = False


_WEIGHTS = {
    "closed": {"raw": 0.75, "master": 0.17, "zeroed": 0.05, "zeroed master": 0.03},
    "flat": {"raw": 0.7, "master": 0.15, "normalised": 0.1, "zeroed": 0.05},
    "lamp flat": {"raw": 0.68, "master": 0.1, "normalised": 0.16, "zeroed": 0.06},
    "arc": {"raw": 0.8, "zeroed": 0.12, "master": 0.05, "cropped": 0.03},
    "spectrum": {"raw": 0.72, "reduced": 0.12, "zeroed": 0.07, "stack": 0.05,
                 "cropped": 0.04},
    "sky": {"raw": 0.56, "reduced": 0.12, "zeroed": 0.04, "stack": 0.08,
            "stretched": 0.05, "cropped": 0.05, "reduced cut-out": 0.1},
}  # fmt: skip
_GROUPS = {
    "bias": "closed",
    "darks": "closed",
    "flats": "flat",
    "deep_sky": "sky",
    "flat_dados": "lamp flat",
    "spectrum_dados": "spectrum",
    "wavelength_calibration_dados": "arc",
    "flat_baches": "lamp flat",
    "spectrum_baches": "spectrum",
    "wavelength_calibration_baches": "arc",
    "einsteinturm": "spectrum",
    "unknown": "flat",
}


def draw_treatment(rng: np.random.Generator, label: str) -> Treatment:
    """Draws what happened to a frame of a class."""
    kind = pick(rng, _WEIGHTS[_GROUPS[label]])
    averaged = 1
    if "master" in kind or kind == "stack":
        averaged = round(log_uniform(rng, 4, 60))
    if kind == "normalised":
        averaged = round(log_uniform(rng, 1, 40))
    reduced = kind in ("reduced", "reduced cut-out", "stack", "stretched")
    return Treatment(
        kind=kind,
        averaged=averaged,
        zeroed="zeroed" in kind
        or kind == "normalised"
        or (reduced and chance(rng, 0.8)),
        flattened=reduced and chance(rng, 0.8),
        normalised=kind == "normalised",
        cropped=kind in ("cropped", "reduced cut-out"),
        stretched=kind == "stretched",
    )
