"""A sequence summed up so that a shift of it is a turn of circles."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="mesa_keras")
class CirclePooling(keras.layers.Layer):
    """Sums features over a sequence, each turned by where it stands.

    With feature `c` at step `t` written `h[t, c]`, the circle of period `p` is

    `z[p] = sum_c w[p, c] mean_t h[t, c] exp(2 pi i t spacing / p)`

    with a complex weight for each circle and feature. If the features move along the
    sequence by `s` without changing, as a convolution makes them do, `z[p]` is turned
    by `2 pi s spacing / p`, whatever the weights are. These learn which features say
    where the whole stands: that of a line takes back the angle of the line itself.

    Args:
        periods: Period of each circle; positive.
        spacing: Distance of two steps, in the unit of the periods; positive.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Features, float tensor of shape `(batch, steps, channels)` with a known
            number of steps.

    Returns:
        float32 tensor of shape `(batch, 2 * circles)`: real and imaginary part of the
        first circle, of the second, and so on.

    Raises:
        ValueError: If an argument is not positive, or the number of steps not known.
    """

    def __init__(self, periods: Sequence[float], spacing: float, **kwargs: Any) -> None:
        # Sums over many steps.
        super().__init__(autocast=False, **kwargs)
        self.periods = tuple(float(period) for period in periods)
        if not self.periods or not min(*self.periods, spacing) > 0:
            raise ValueError(
                "`periods` and `spacing` must be positive. "
                f"Received: periods={periods}, spacing={spacing}"
            )
        self.spacing = spacing

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        _, steps, channels = input_shape
        if steps is None or channels is None:
            raise ValueError(
                "`inputs` must have a known number of steps and channels. "
                f"Received: shape={input_shape}"
            )
        self.mix = self.add_weight(
            name="mix",
            shape=(len(self.periods), channels, 2),
            initializer=keras.initializers.RandomNormal(stddev=channels**-0.5),
            dtype="float32",
            autocast=False,
        )
        rate = 2 * np.pi * self.spacing / np.asarray(self.periods)
        angle = np.arange(steps)[:, None] * rate
        turns = np.concatenate([np.cos(angle), np.sin(angle)], axis=1) / steps
        self._turns = turns.astype("float32")

    def call(self, inputs: Any) -> Any:
        x, num = ops.cast(inputs, "float32"), len(self.periods)
        turned = ops.einsum("btc,tk->bkc", x, ops.convert_to_tensor(self._turns))
        real, imaginary = turned[:, :num], turned[:, num:]
        a, b = self.mix[..., 0], self.mix[..., 1]
        circles = ops.stack(
            [
                ops.sum(real * a - imaginary * b, axis=-1),
                ops.sum(real * b + imaginary * a, axis=-1),
            ],
            axis=-1,
        )
        return ops.reshape(circles, (-1, 2 * num))

    def compute_output_spec(self, inputs: Any) -> Any:
        shape = (inputs.shape[0], 2 * len(self.periods))
        return keras.KerasTensor(shape, dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "periods": self.periods,
            "spacing": self.spacing,
        }
