"""What a simulated object truly is, free of noise and of a catalogue's errors."""

from typing import Any

import numpy as np

from mesa_keras.simulation.population import Event, Star
from mesa_keras.simulation.signals import EclipsingBinary, Transit


def true_parameters(event: Event, star: Star) -> dict[str, Any]:
    """Returns the parameters that an event was simulated with.

    Args:
        event: The event.
        star: The star that the catalogue lists; a background binary is another one.

    Returns:
        `kind`; `period`, `epoch` [d], `duration` [h] and `impact` as a search would
        find them; `depth` [ppm of all light] at the epoch; `stellar_temp` [K],
        `stellar_radius` [R_sun], `stellar_logg` and `magnitude`. Of planets and
        binaries `orbital_period` [d], `radius_ratio`, `scaled_semimajor_axis`; of
        binaries `secondary_phase`, `secondary_depth` [ppm] and `light_fraction`, their
        part of the light. NaN where a kind has no such value.
    """
    signal = event.signal
    binary = signal if isinstance(signal, EclipsingBinary) else None
    dark_body = signal if isinstance(signal, Transit) else None
    orbit = binary.primary if binary else dark_body
    nan = float("nan")
    return {
        "kind": event.kind,
        "period": event.period,
        "epoch": event.epoch,
        "duration": event.duration,
        "impact": event.impact,
        "depth": _depth(event, event.epoch),
        "orbital_period": orbit.period if orbit else nan,
        "radius_ratio": orbit.radius_ratio if orbit else nan,
        "scaled_semimajor_axis": orbit.scaled_semimajor_axis if orbit else nan,
        "secondary_phase": binary.secondary_phase if binary else nan,
        "secondary_depth": _depth(event, _secondary(binary)) if binary else nan,
        "light_fraction": binary.light_fraction if binary else nan,
        "stellar_temp": star.temperature,
        "stellar_radius": star.radius,
        "stellar_logg": star.logg,
        "magnitude": star.magnitude,
    }


def _secondary(binary: EclipsingBinary) -> float:
    return binary.primary.epoch + binary.secondary_phase * binary.primary.period


def _depth(event: Event, time: float) -> float:
    return 1e6 * (1 - float(event.signal.flux(np.array([time]))[0]))
