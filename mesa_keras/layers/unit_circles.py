"""Unit vectors whose first channels are points on circles."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class UnitCircles(keras.layers.Layer):
    """Scales vectors to unit length, pairs of channels and the rest each on their own.

    The first `2 * num_circles` channels are pairs, points within unit circles as of
    `CircleConfidence`; the other channels become a point on a sphere. Where all pairs
    are on their circles, these have `share` of the squared length together, the same
    each, and the inner product of two such vectors is `share * mean(cos(difference of
    angles)) + (1 - share) * cosine of the rest`: what turns the circles is weighed
    apart from all else. A pair within its circle counts for less by its length, and
    the rest for more. What is learned through this layer moves angles, not lengths.

    Args:
        num_circles: Number of circles; positive.
        share: Their share of the squared length at most, in (0, 1).
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, dim)` with `dim > 2 * num_circles`.

    Returns:
        float32 tensor of the same shape.

    Raises:
        ValueError: If an argument is out of range or the vectors are too short.
    """

    def __init__(self, num_circles: int, share: float = 0.5, **kwargs: Any) -> None:
        # In half precision the norm of a short vector underflows.
        super().__init__(autocast=False, **kwargs)
        if num_circles < 1 or not 0 < share < 1:
            raise ValueError(
                "`num_circles` must be positive and `share` lie in (0, 1). "
                f"Received: num_circles={num_circles}, share={share}"
            )
        self.num_circles = num_circles
        self.share = share

    def build(self, input_shape: Shape) -> None:
        dim = input_shape[-1]
        if len(input_shape) != 2 or dim is None or dim <= 2 * self.num_circles:
            raise ValueError(
                "`inputs` must have the shape (batch, dim) with more than two channels "
                f"per circle. Received: shape={input_shape}, "
                f"num_circles={self.num_circles}"
            )

    def call(self, inputs: Any) -> Any:
        x, num = ops.cast(inputs, "float32"), self.num_circles
        pairs = ops.reshape(x[:, : 2 * num], (-1, num, 2))
        circles = ops.reshape(
            ops.stop_gradient(circle_lengths(x, num))[..., None] * _unit(pairs),
            (-1, 2 * num),
        )
        both = ops.concatenate(
            [
                math.sqrt(self.share / num) * circles,
                math.sqrt(1 - self.share) * _unit(x[:, 2 * num :]),
            ],
            axis=-1,
        )
        return _unit(both)

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor(inputs.shape, dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_circles": self.num_circles,
            "share": self.share,
        }


@keras.saving.register_keras_serializable(package="mesa_keras")
class CircleAgreement(keras.layers.Layer):
    """How well the circles of two vectors agree once one is turned back.

    A shift `s` turns the circle of period `p` by the angle `2 pi s / p`. The output is
    the cosine of what is left between the first vector's circles and the second's after
    the shift of the first less that of the second has turned the latter: 1 where the
    circles follow the shifts exactly.

    Args:
        periods: Period of each circle; positive.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Both vectors, two float tensors of shape `(batch, dim)` whose first
            channels are circles as of `UnitCircles`; and both shifts, two float tensors
            of shape `(batch, 1)`.

    Returns:
        float32 tensor of shape `(batch, circles)` in [-1, 1].

    Raises:
        ValueError: If a period is not positive, or the vectors are too short.
    """

    def __init__(self, periods: Sequence[float], **kwargs: Any) -> None:
        super().__init__(autocast=False, **kwargs)
        self.periods = tuple(float(period) for period in periods)
        if not self.periods or not min(self.periods) > 0:
            raise ValueError(f"`periods` must be positive. Received: {periods}")

    def build(self, input_shape: Any) -> None:
        if min(input_shape[0][-1], input_shape[1][-1]) < 2 * len(self.periods):
            raise ValueError(
                "`inputs` must have two channels for each period. Received: "
                f"shape={tuple(input_shape[0])}, periods={self.periods}"
            )

    def call(self, inputs: Any) -> Any:
        first, second, first_shift, second_shift = (
            ops.cast(x, "float32") for x in inputs
        )
        num = len(self.periods)
        a, b = (
            _unit(ops.reshape(x[:, : 2 * num], (-1, num, 2))) for x in (first, second)
        )
        rate = (2 * np.pi / np.asarray(self.periods)).astype("float32")
        angle = (first_shift - second_shift) * rate
        # Cosine and sine of the angle from the second circle to the first.
        cosine = a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1]
        sine = a[..., 1] * b[..., 0] - a[..., 0] * b[..., 1]
        return cosine * ops.cos(angle) + sine * ops.sin(angle)

    def compute_output_spec(self, inputs: Any) -> Any:
        shape = (inputs[0].shape[0], len(self.periods))
        return keras.KerasTensor(shape, dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "periods": self.periods}


def circle_lengths(x: Any, num_circles: int) -> Any:
    """Lengths `(batch, circles)` of the pairs that the first channels are."""
    pairs = ops.reshape(x[:, : 2 * num_circles], (-1, num_circles, 2))
    return ops.sqrt(ops.maximum(ops.sum(ops.square(pairs), axis=-1), 1e-12))


def _unit(x: Any) -> Any:
    square = ops.sum(ops.square(x), axis=-1, keepdims=True)
    return x * ops.rsqrt(ops.maximum(square, 1e-12))
