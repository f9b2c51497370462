"""What stands out of its surroundings in a noisy series."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mesa_keras")
class LocalContrast(keras.layers.Layer):
    """Subtracts from a series its mean over a window, and divides by it.

    With the mean `c` by inverse variance over `window` steps, and `s = |c| + noise of a
    typical step there`, the output holds `asinh(gain (value - c) / s)` and
    `log(s / sigma)` of each step. Level and slow trends are gone; lines and edges stay.

    Args:
        window: Steps that are averaged; positive.
        gain: Factor on the contrast; positive. Default 3.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Values and inverse variances, two float tensors of shape `(batch,
            steps)`; a step counts if both are finite and the latter is positive.

    Returns:
        float32 tensor of shape `(batch, steps, 2)`, NaN = missing. No gradient is NaN.

    Raises:
        ValueError: If an argument is not positive.
    """

    def __init__(self, window: int, gain: float = 3.0, **kwargs: Any) -> None:
        super().__init__(autocast=False, **kwargs)
        if window < 1 or not gain > 0:
            raise ValueError(
                "`window` and `gain` must be positive. "
                f"Received: window={window}, gain={gain}"
            )
        self.window = window
        self.gain = gain

    def call(self, inputs: Any) -> Any:
        values, weights = (ops.cast(x, "float32") for x in inputs)
        usable = ops.isfinite(values) & ops.isfinite(weights) & (weights > 0)
        values = ops.where(usable, values, 0.0)
        weights = ops.where(usable, weights, 0.0)
        sums, total, count = (
            ops.average_pool(
                ops.expand_dims(x, -1), self.window, strides=1, padding="same"
            )[..., 0]
            for x in (weights * values, weights, ops.cast(usable, "float32"))
        )
        around = sums / ops.where(total > 0, total, 1.0)
        typical = total / ops.where(count > 0, count, 1.0)
        scale = ops.abs(around) + ops.rsqrt(ops.where(typical > 0, typical, 1.0))
        log_sigma = -0.5 * ops.log(ops.where(usable, weights, 1.0))
        found = ops.stack(
            [
                ops.arcsinh(self.gain * (values - around) / scale),
                ops.log(scale) - log_sigma,
            ],
            axis=-1,
        )
        return ops.where(usable[..., None], found, float("nan"))

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor((*inputs[0].shape, 2), dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "window": self.window, "gain": self.gain}
