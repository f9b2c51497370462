"""Configuration of the MESA recipe."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

SEED_PLANET_FEATURES = ("period", "depth", "planet_radius")
SEED_STELLAR_FEATURES = ("stellar_temp", "stellar_radius")
KEPLER12_PLANET_FEATURES = (
    "period",
    "depth",
    "planet_radius",
    "duration",
    "impact",
    "model_snr",
    "equilibrium_temp",
    "insolation",
)
KEPLER12_STELLAR_FEATURES = (
    "stellar_temp",
    "stellar_radius",
    "stellar_logg",
    "magnitude",
)
DISPOSITIONS = ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")


def names(text: str) -> tuple[str, ...]:
    """Splits a comma list as typed on the command line."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _option(default: Any, text: str, **extra: Any) -> Any:
    return field(default=default, metadata={"help": text, **extra})
