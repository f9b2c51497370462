"""Means of a few neighbouring steps of a series, by their weights."""

from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class WeightedBinning(keras.layers.Layer):
    """Averages runs of steps by weight, such as an inverse variance.

    `mean = sum(weight * value) / sum(weight)`, and the weight of a mean is the sum of
    the weights. A step counts only if value and weight are finite and the weight is
    positive: what it else holds does not matter. A run without such a step is missing.
    The end is filled with missing steps where `bin_size` does not divide their number.

    Args:
        bin_size: Steps of a run; positive.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Values and weights, two float tensors of shape `(batch, steps)`.

    Returns:
        Tuple of means, NaN = missing, and weights, 0 = missing, float32 tensors of
        shape `(batch, ceil(steps / bin_size))`. No gradient is NaN.

    Raises:
        ValueError: If `bin_size` is not positive, or the inputs are not two series of
            one known length.
    """

    def __init__(self, bin_size: int, **kwargs: Any) -> None:
        # Weights leave the range of half precision.
        super().__init__(autocast=False, **kwargs)
        if bin_size < 1:
            raise ValueError(
                f"`bin_size` must be positive. Received: bin_size={bin_size}"
            )
        self.bin_size = bin_size

    def build(self, input_shape: Any) -> None:
        shapes = [tuple(shape) for shape in input_shape]
        if (
            len(shapes) != 2
            or any(len(shape) != 2 or shape[1] is None for shape in shapes)
            or shapes[0][1] != shapes[1][1]
        ):
            raise ValueError(
                "`inputs` must be values and weights of one shape (batch, steps) with "
                f"a known number of steps. Received: shapes={shapes}"
            )

    def call(self, inputs: Any) -> tuple[Any, Any]:
        values, weights = (ops.cast(x, "float32") for x in inputs)
        usable = ops.isfinite(values) & ops.isfinite(weights) & (weights > 0)
        values = ops.where(usable, values, 0.0)
        weights = ops.where(usable, weights, 0.0)
        bins = self._bins(values.shape[1])
        fill = [[0, 0], [0, bins * self.bin_size - values.shape[1]]]
        values, weights = (
            ops.reshape(ops.pad(x, fill), (-1, bins, self.bin_size))
            for x in (values, weights)
        )
        total = ops.sum(weights, axis=-1)
        known = total > 0
        mean = ops.sum(weights * values, axis=-1) / ops.where(known, total, 1.0)
        return ops.where(known, mean, float("nan")), total

    def compute_output_spec(self, inputs: Any) -> Any:
        batch, steps = inputs[0].shape
        shape = (batch, self._bins(steps))
        return tuple(keras.KerasTensor(shape, dtype="float32") for _ in range(2))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bin_size": self.bin_size}

    def _bins(self, steps: int) -> int:
        return -(-steps // self.bin_size)
