"""Takes over the weights of another model where they fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras


@dataclass(frozen=True)
class Transfer:
    """Which weights were taken from a pretrained model.

    Attributes:
        taken: Paths of the weights taken.
        left: Paths of the weights that stay as they were, with the reason.
    """

    taken: tuple[str, ...]
    left: dict[str, str]

    def summary(self) -> str:
        """One paragraph for the screen."""
        lines = [f"weights taken: {len(self.taken)}, left: {len(self.left)}"]
        lines += [f"  left {path}: {reason}" for path, reason in self.left.items()]
        return "\n".join(lines)


def load_pretrained(
    model: keras.Model,
    source: keras.Model,
    path: str | Path,
    exclude: Mapping[str, str] | None = None,
) -> Transfer:
    """Copies every weight that has the same path and shape in a saved model.

    Args:
        model: Model to receive the weights.
        source: The saved model: see `open_model`.
        path: Its file, for messages.
        exclude: Weights to leave as they are: the reason by the start of their path.

    Returns:
        What was taken and what was not.

    Raises:
        ValueError: If nothing fits.
    """
    available = {weight.path: weight for weight in source.weights}
    taken, left = [], {}
    for weight in model.weights:
        reason = _obstacle(weight, available.get(weight.path), exclude or {})
        if reason is None:
            weight.assign(keras.ops.convert_to_numpy(available[weight.path]))
            taken.append(weight.path)
        else:
            left[weight.path] = reason
    if not taken:
        raise ValueError(
            f"{path} must share at least one weight with the model by path and shape. "
            f"Received: none of {len(available)} fits"
        )
    return Transfer(tuple(taken), left)


def _obstacle(weight: Any, found: Any, exclude: Mapping[str, str]) -> str | None:
    for start, reason in exclude.items():
        if weight.path.startswith(start):
            return reason
    if found is None:
        return "not in the file"
    if tuple(found.shape) != tuple(weight.shape):
        return f"shape {tuple(found.shape)} in the file, {tuple(weight.shape)} here"
    return None
