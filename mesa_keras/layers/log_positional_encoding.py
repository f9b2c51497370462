"""Positional encoding in the logarithm of a coordinate."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class LogPositionalEncoding(keras.layers.Layer):
    """Adds sines and cosines of the logarithm of where a token stands.

    Token `t` stands at the coordinate `start + t * step`. With `u` its natural
    logarithm less that of `start`, `encoding[t, 2 i] = sin(2 pi u / period[i])` and
    `encoding[t, 2 i + 1]` the cosine, for periods in a geometric series. A factor on
    the coordinate, such as a redshift on wavelengths, is then the same turn of each
    pair of channels wherever the token stands.

    Args:
        start: Coordinate of the first token; positive.
        step: Distance of neighbouring tokens; positive.
        shortest: Shortest period in `u`; by default twice the smallest distance of two
            tokens, that of the last ones.
        longest: Longest period in `u`. Default 4.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, tokens, channels)` with a known number of
            tokens and an even number of channels.

    Returns:
        Float tensor of the same shape.

    Raises:
        ValueError: If an argument is not positive, the periods are not in order, or the
            channels are odd.
    """

    def __init__(
        self,
        start: float,
        step: float,
        shortest: float | None = None,
        longest: float = 4.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not (start > 0 and step > 0):
            raise ValueError(
                "`start` and `step` must be positive. "
                f"Received: start={start}, step={step}"
            )
        if not 0 < (longest if shortest is None else shortest) <= longest:
            raise ValueError(
                "`shortest` must be positive and at most `longest`. "
                f"Received: shortest={shortest}, longest={longest}"
            )
        self.start = start
        self.step = step
        self.shortest = shortest
        self.longest = longest

    def build(self, input_shape: Shape) -> None:
        _, tokens, channels = input_shape
        if tokens is None or channels is None or channels % 2:
            raise ValueError(
                "`inputs` must have a known number of tokens and an even number of "
                f"channels. Received: shape={input_shape}"
            )
        u = np.log1p(np.arange(tokens) * (self.step / self.start))
        shortest = self.shortest or 2 * math.log1p(
            self.step / (self.start + max(tokens - 2, 0) * self.step)
        )
        periods = np.geomspace(min(shortest, self.longest), self.longest, channels // 2)
        angle = 2 * math.pi * u[:, None] / periods
        encoding = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
        self._encoding = encoding.reshape(tokens, channels).astype("float32")

    def call(self, inputs: Any) -> Any:
        return inputs + ops.cast(self._encoding, inputs.dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "start": self.start,
            "step": self.step,
            "shortest": self.shortest,
            "longest": self.longest,
        }
