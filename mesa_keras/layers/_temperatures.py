"""Temperatures by the modalities that an object has."""

from collections.abc import Mapping, Sequence

import numpy as np

Temperature = float | Mapping[tuple[str, ...], float]


def modality_sets(modalities: Sequence[str]) -> list[tuple[str, ...]]:
    """Returns all sets of modalities: at place `sum(2**i)` those with the numbers i."""
    return [
        tuple(name for i, name in enumerate(modalities) if place >> i & 1)
        for place in range(2 ** len(modalities))
    ]


def changed_temperatures(
    values: Sequence[float], modalities: Sequence[str], temperature: Temperature
) -> list[float]:
    """Returns `values`, one by place of `modality_sets`, with what `temperature` says.

    Args:
        values: Temperatures so far.
        modalities: Names of the modalities.
        temperature: One for all sets, or by set, where a set not named keeps its own.

    Raises:
        ValueError: If a temperature is not positive, or a set has an unknown name.
    """
    places = {frozenset(s): i for i, s in enumerate(modality_sets(modalities))}
    if not isinstance(temperature, Mapping):
        temperature = {tuple(names): temperature for names in places}
    result = list(values)
    for names, value in temperature.items():
        if not 0 < value < np.inf:
            raise ValueError(
                "`temperature` must be positive and finite. "
                f"Received: temperature={value}"
            )
        if frozenset(names) not in places:
            raise ValueError(
                f"`temperature` must be by sets of {tuple(modalities)}. "
                f"Received: {names}"
            )
        result[places[frozenset(names)]] = value
    return result
