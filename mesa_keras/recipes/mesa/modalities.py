"""The modalities of the MESA recipe: what a candidate may have and may lack."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

FEATURES = ("planet_features", "stellar_features")
LIGHT_CURVE = "light_curve"
Arrays = Mapping[str, np.ndarray]


def modalities(inputs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Returns the inputs by modality: planet, star, and all views as one."""
    names = tuple(inputs)
    found = {name: (name,) for name in FEATURES if name in names}
    views = tuple(name for name in names if name not in FEATURES)
    return found | ({LIGHT_CURVE: views} if views else {})


def presence(inputs: Mapping[str, Any]) -> Any:
    """Returns which modalities a row has, boolean of shape `(batch, modalities)`.

    Args:
        inputs: Symbolic inputs of a model, `(batch, values)` by name, NaN = missing.
    """
    from keras import ops

    groups = modalities(inputs).values()
    return ops.stack(
        [
            ops.any(
                ops.isfinite(ops.concatenate([inputs[n] for n in names], -1)), axis=-1
            )
            for names in groups
        ],
        axis=1,
    )


def has(inputs: Arrays) -> np.ndarray:
    """Returns which modalities a row has, of arrays: see `presence`."""
    groups = modalities(inputs).values()
    return np.stack(
        [
            np.any([np.isfinite(inputs[n]).any(axis=1) for n in names], axis=0)
            for names in groups
        ],
        axis=1,
    )


def show_only(inputs: Arrays, shown: Collection[str]) -> dict[str, np.ndarray]:
    """Returns the inputs with NaN in all modalities but those shown."""
    kept = {n for name in shown for n in modalities(inputs)[name]}
    return {
        name: values if name in kept else np.full_like(values, np.nan)
        for name, values in inputs.items()
    }
