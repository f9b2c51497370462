"""Positional encodings, fixed and learned, for Transformer encoders."""

from typing import Any

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class SinusoidalPositionalEncoding(keras.layers.Layer):
    """Adds the fixed sine and cosine encoding of its position to every token.

    `encoding[t, 2 i] = sin(t / max_wavelength**(2 i / channels))` and
    `encoding[t, 2 i + 1] = cos(t / max_wavelength**(2 i / channels))`.

    Args:
        max_wavelength: Base of the geometric series of wavelengths, above 1.
            Default 10000.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps, channels)`. An odd number of
            channels ends in a sine.

    Returns:
        Float tensor of the same shape.

    Raises:
        ValueError: If `max_wavelength` is not above 1.

    References:
        Vaswani et al. (2017), https://arxiv.org/abs/1706.03762, sec. 3.5. The factor
        `sqrt(channels)` on the embeddings (sec. 3.4) is left to the caller.
    """

    def __init__(self, max_wavelength: float = 10_000.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not max_wavelength > 1:
            raise ValueError(
                "`max_wavelength` must be above 1. "
                f"Received: max_wavelength={max_wavelength}"
            )
        self.max_wavelength = max_wavelength
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        channels = inputs.shape[-1]
        channel = np.arange(channels)
        exponent = (channel // 2 * 2) / channels
        rates = (self.max_wavelength**-exponent).astype("float32")
        position = ops.cast(ops.arange(ops.shape(inputs)[1]), "float32")
        angle = ops.expand_dims(position, 1) * rates
        encoding = ops.where(channel % 2 == 0, ops.sin(angle), ops.cos(angle))
        return inputs + ops.cast(encoding, inputs.dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "max_wavelength": self.max_wavelength}


@keras.saving.register_keras_serializable(package="mesa_keras")
class LearnedPositionalEncoding(keras.layers.Layer):
    """Adds a learned vector per position to every token.

    Args:
        max_length: Number of positions that have a vector; positive.
        initializer: Initializer of the vectors. Default `"truncated_normal"`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps, channels)` with
            `steps <= max_length`.

    Returns:
        Float tensor of the same shape.

    Raises:
        ValueError: If `max_length` is not positive, or a sequence is longer.

    References:
        Gehring et al. (2017), https://arxiv.org/abs/1705.03122, sec. 3.1.
    """

    def __init__(
        self, max_length: int, initializer: Any = "truncated_normal", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if max_length < 1:
            raise ValueError(
                f"`max_length` must be positive. Received: max_length={max_length}"
            )
        self.max_length = max_length
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        self.positions = self.add_weight(
            name="positions",
            shape=(self.max_length, input_shape[-1]),
            initializer=self.initializer,
        )

    def call(self, inputs: Any) -> Any:
        steps = inputs.shape[1]
        if steps is not None and steps > self.max_length:
            raise ValueError(
                "`inputs` must not have more steps than `max_length`. "
                f"Received: steps={steps}, max_length={self.max_length}"
            )
        return inputs + self.positions[: ops.shape(inputs)[1]]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "max_length": self.max_length,
            "initializer": keras.initializers.serialize(self.initializer),
        }
