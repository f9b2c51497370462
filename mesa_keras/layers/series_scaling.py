"""A series with noise of its own, scaled so that its level is told apart."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class SeriesScaling(keras.layers.Layer):
    """Splits a series with inverse variances into its shape, its noise and its level.

    The series is cut into `num_blocks` blocks of equal length, whose means by inverse
    variance are little disturbed by noise and lines. The scale is
    `sqrt(median**2 + noise**2)`, with the median of the block means and the noise of a
    mean step, so that a series of noise alone is not blown up. Then

    - `series` holds `asinh(value / scale)`, and `log(scale / sigma)` of every step, how
      far the scale stands above its noise;
    - `levels` holds, with `m(x) = asinh(x / softening)`, `m(block mean) - m(median)` of
      all blocks, which is the logarithm of a ratio where there is little noise;
      `m(median)`; and the logarithm of scale over noise. The softening is the typical
      noise of a block mean in training data, which `adapt` finds.

    Args:
        num_blocks: Number of blocks; positive and at most the number of steps.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Values and inverse variances, two float tensors of shape `(batch,
            steps)`; a step counts if both are finite and the latter is positive.

    Returns:
        Dictionary of `series`, `(batch, steps, 2)`, and `levels`, `(batch, num_blocks
        + 2)`, float32, NaN = missing. No gradient is NaN.

    Raises:
        ValueError: If `num_blocks` is not positive or above the number of steps.
    """

    def __init__(self, num_blocks: int = 30, **kwargs: Any) -> None:
        super().__init__(autocast=False, **kwargs)
        if num_blocks < 1:
            raise ValueError(
                f"`num_blocks` must be positive. Received: num_blocks={num_blocks}"
            )
        self.num_blocks = num_blocks

    def build(self, input_shape: Any) -> None:
        steps = input_shape[0][1]
        if steps is None or steps < self.num_blocks:
            raise ValueError(
                "`inputs` must have a known number of steps, at least `num_blocks`. "
                f"Received: shape={tuple(input_shape[0])}, num_blocks={self.num_blocks}"
            )
        self.softening = self.add_weight(
            name="softening",
            shape=(),
            initializer="ones",
            dtype="float32",
            autocast=False,
            trainable=False,
        )

    def adapt(self, values: ArrayLike, weights: ArrayLike) -> None:
        """Finds the softening; call it before training.

        Args:
            values: Values of training series, shape `(n, steps)`.
            weights: Their inverse variances, same shape.
        """
        x, w = np.asarray(values), np.asarray(weights)
        if not self.built:
            self.build([(None, x.shape[1])] * 2)
        usable = np.isfinite(x) & np.isfinite(w) & (w > 0)
        edges = np.arange(self.num_blocks) * self._block(x.shape[1])
        edges = edges[edges < x.shape[1]]
        total = np.add.reduceat(np.where(usable, w, 0.0).astype("float64"), edges, 1)
        noise = 1 / np.sqrt(total[total > 0])
        self.softening.assign(float(np.median(noise)) if noise.size else 1.0)

    def call(self, inputs: Any) -> dict[str, Any]:
        values, weights = (ops.cast(x, "float32") for x in inputs)
        usable = ops.isfinite(values) & ops.isfinite(weights) & (weights > 0)
        values = ops.where(usable, values, 0.0)
        weights = ops.where(usable, weights, 0.0)
        means, there = self._block_means(values, weights)
        median = _median(means, there)
        count = ops.sum(ops.cast(usable, "float32"), axis=1, keepdims=True)
        weight = ops.sum(weights, axis=1, keepdims=True) / ops.maximum(count, 1.0)
        noise = ops.rsqrt(ops.where(weight > 0, weight, 1.0))
        scale = ops.sqrt(ops.square(median) + ops.square(noise))
        log_sigma = -0.5 * ops.log(ops.where(usable, weights, 1.0))
        series = ops.stack(
            [ops.arcsinh(values / scale), ops.log(scale) - log_sigma], axis=-1
        )
        level = ops.arcsinh(median / self.softening)
        ratios = ops.arcsinh(means / self.softening) - level
        whole = ops.concatenate([level, ops.log(scale / noise)], axis=1)
        levels = [
            ops.where(there, ratios, float("nan")),
            ops.where(ops.any(there, axis=1, keepdims=True), whole, float("nan")),
        ]
        return {
            "series": ops.where(usable[..., None], series, float("nan")),
            "levels": ops.concatenate(levels, axis=1),
        }

    def compute_output_spec(self, inputs: Any) -> Any:
        batch, steps = inputs[0].shape
        return {
            "series": keras.KerasTensor((batch, steps, 2), dtype="float32"),
            "levels": keras.KerasTensor((batch, self.num_blocks + 2), dtype="float32"),
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_blocks": self.num_blocks}

    def _block(self, steps: int) -> int:
        return -(-steps // self.num_blocks)

    def _block_means(self, values: Any, weights: Any) -> tuple[Any, Any]:
        """Means of the blocks by weight, and whether there is any."""
        size = self._block(values.shape[1])
        fill = [[0, 0], [0, size * self.num_blocks - values.shape[1]]]
        sums, total = (
            ops.sum(ops.reshape(ops.pad(x, fill), (-1, self.num_blocks, size)), axis=-1)
            for x in (weights * values, weights)
        )
        there = total > 0
        return sums / ops.where(there, total, 1.0), there


def _median(values: Any, there: Any) -> Any:
    """Median over the second axis of what is there, 0 where nothing is; `(batch, 1)`.

    Only the order is read off the sorting, so that the gradient is that of a choice.
    """
    ordered = ops.sort(ops.where(there, values, 3e38), axis=1)
    count = ops.sum(ops.cast(there, "int32"), axis=1, keepdims=True)
    last = values.shape[1] - 1
    middle = [
        ops.take_along_axis(ordered, ops.clip(place, 0, last), axis=1)
        for place in ((count - 1) // 2, count // 2)
    ]
    return ops.where(count > 0, 0.5 * (middle[0] + middle[1]), 0.0)
