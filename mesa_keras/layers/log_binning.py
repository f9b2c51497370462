"""From equal steps of a coordinate to equal steps of its logarithm."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="mesa_keras")
class LogBinning(keras.layers.Layer):
    """Averages a series by weight in bins of equal width in the logarithm.

    A factor on the coordinate, such as a redshift on wavelengths, then moves the whole
    series by the same number of bins. As in `WeightedBinning`, a step counts only if
    value and weight are finite and the weight is positive.

    Args:
        num_bins: Number of bins; positive, and so few that the narrowest, the first
            one, is no narrower than a step.
        start: Coordinate of the middle of the first step; positive.
        step: Distance of two steps; positive.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Values and weights, two float tensors of shape `(batch, steps)`.

    Returns:
        Tuple of means, NaN = missing, and weights, 0 = missing, float32 tensors of
        shape `(batch, num_bins)`. No gradient is NaN.

    Raises:
        ValueError: If an argument is not positive, the inputs are not two series of one
            known length, or there are too many bins.
    """

    def __init__(self, num_bins: int, start: float, step: float, **kwargs: Any) -> None:
        # Weights leave the range of half precision.
        super().__init__(autocast=False, **kwargs)
        if num_bins < 1 or not (start > 0 and step > 0):
            raise ValueError(
                "`num_bins`, `start` and `step` must be positive. Received: "
                f"num_bins={num_bins}, start={start}, step={step}"
            )
        self.num_bins = num_bins
        self.start = start
        self.step = step

    def spacing(self, steps: int) -> float:
        """Width of a bin in the natural logarithm, for a series of so many steps."""
        first = self.start - 0.5 * self.step
        return math.log((first + steps * self.step) / first) / self.num_bins

    def build(self, input_shape: Any) -> None:
        shapes = [tuple(shape) for shape in input_shape]
        steps = shapes[0][1] if len(shapes[0]) == 2 else None
        if len(shapes) != 2 or steps is None or shapes[0][1:] != shapes[1][1:]:
            raise ValueError(
                "`inputs` must be values and weights of one shape (batch, steps) with "
                f"a known number of steps. Received: shapes={shapes}"
            )
        first, spacing = self.start - 0.5 * self.step, self.spacing(steps)
        if first * math.expm1(spacing) < self.step * (1 - 1e-9):
            raise ValueError(
                "`num_bins` must leave the first bin as wide as a step. Received: "
                f"num_bins={self.num_bins} for {steps} steps of {self.step} from "
                f"{self.start}"
            )
        middle = self.start + self.step * np.arange(steps)
        place = np.floor(np.log(middle / first) / spacing).astype(int)
        place = np.minimum(place, self.num_bins - 1)
        counts = np.bincount(place, minlength=self.num_bins)
        # Steps of each bin; those that a bin does not have are one behind the last.
        members = np.full((self.num_bins, counts.max()), steps)
        inside = np.arange(steps) - np.repeat(np.cumsum(counts) - counts, counts)
        members[place, inside] = np.arange(steps)
        self._members = members.astype("int32")

    def call(self, inputs: Any) -> tuple[Any, Any]:
        values, weights = (ops.cast(x, "float32") for x in inputs)
        usable = ops.isfinite(values) & ops.isfinite(weights) & (weights > 0)
        weights = ops.where(usable, weights, 0.0)
        sums = self._sum(ops.where(usable, values, 0.0) * weights)
        total = self._sum(weights)
        known = total > 0
        mean = sums / ops.where(known, total, 1.0)
        return ops.where(known, mean, float("nan")), total

    def compute_output_spec(self, inputs: Any) -> Any:
        shape = (inputs[0].shape[0], self.num_bins)
        return tuple(keras.KerasTensor(shape, dtype="float32") for _ in range(2))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "start": self.start,
            "step": self.step,
        }

    def _sum(self, x: Any) -> Any:
        padded = ops.pad(x, [[0, 0], [0, 1]])
        parts = ops.take(padded, self._members.reshape(-1), axis=1)
        return ops.sum(ops.reshape(parts, (-1, *self._members.shape)), axis=-1)
