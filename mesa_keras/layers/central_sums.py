"""Sums of the pixels around the middle of an image, on a logarithmic scale."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class CentralSums(keras.layers.Layer):
    """Sums every channel in discs about the centre, and compares the channels.

    With `s` the sum of the `n` pixels of a disc, the output holds `asinh(s / sqrt(n))`
    for each disc and channel, which for pixels in units of their noise is linear below
    the noise of the sum and logarithmic above; and for each disc the differences of
    neighbouring channels, the logarithm of a ratio. What a convolutional network learns
    slowly, how bright the thing in the middle is and of which colour, is there at once.

    A pixel counts by the part of it that lies within a disc.

    Args:
        radii: Radii of the discs in pixels, positive and increasing.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, height, width, channels)`, finite.

    Returns:
        Float tensor of shape `(batch, len(radii) * (2 * channels - 1))`: per disc the
        sums of all channels, then their differences.

    Raises:
        ValueError: If `radii` are not positive and increasing, or the inputs are no
            images of known size.
    """

    def __init__(self, radii: Sequence[float], **kwargs: Any) -> None:
        # Sums of many pixels leave the range of half precision.
        super().__init__(autocast=False, **kwargs)
        self.radii = tuple(float(radius) for radius in radii)
        if not self.radii or min(np.diff([0.0, *self.radii])) <= 0:
            raise ValueError(
                f"`radii` must be positive and increasing. Received: radii={radii}"
            )

    def build(self, input_shape: Shape) -> None:
        size = [length for length in input_shape[1:] if length is not None]
        if len(input_shape) != 4 or len(size) != 3:
            raise ValueError(
                "`inputs` must have the shape (batch, height, width, channels) with a "
                f"known size. Received: shape={input_shape}"
            )
        discs = _discs(size[0], size[1], self.radii)
        self._weights = discs / np.sqrt(np.maximum(discs.sum(axis=0), 1e-6))

    def call(self, inputs: Any) -> Any:
        _, height, width, channels = inputs.shape
        x = ops.reshape(ops.cast(inputs, "float32"), (-1, height * width, channels))
        sums = ops.matmul(self._weights.T, x)
        x = ops.arcsinh(sums)
        x = ops.concatenate([x, x[..., :-1] - x[..., 1:]], axis=-1)
        return ops.reshape(x, (-1, len(self.radii) * (2 * channels - 1)))

    def compute_output_spec(self, inputs: Any) -> Any:
        width = len(self.radii) * (2 * inputs.shape[-1] - 1)
        return keras.KerasTensor((inputs.shape[0], width), dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "radii": self.radii}


def _discs(height: int, width: int, radii: Sequence[float]) -> np.ndarray:
    """Part of each pixel inside each disc, float32 `(height * width, radii)`."""
    parts = 8
    offset = (np.arange(parts) + 0.5) / parts - 0.5
    y, x = (
        (np.arange(n)[:, None] + offset).ravel() - (n - 1) / 2 for n in (height, width)
    )
    distance = np.hypot(y[:, None], x[None])
    inside = np.stack([distance <= radius for radius in radii], axis=-1)
    shape = (height, parts, width, parts, len(radii))
    shares: np.ndarray = inside.reshape(shape).mean(axis=(1, 3))
    return shares.reshape(height * width, len(radii)).astype(np.float32)
