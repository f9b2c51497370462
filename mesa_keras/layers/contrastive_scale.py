"""Learned scale and bias of contrastive logits."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class ContrastiveScale(keras.layers.Layer):
    """Builds a trained scale and bias into pairs of unit vectors.

    The inner product of `outputs[i, 0]` and `outputs[j, 1]` is `scale * cos + bias`:
    both vectors are multiplied by `sqrt(scale)`, and one more coordinate carries the
    bias. A contrastive loss then needs no variable of its own, which would not train.

    As in CLIP, the logarithm of the scale is trained and held at or below
    `log(max_scale)` after each step, so that its gradient never dies at the bound.
    Weight decay pulls it to `scale = 1`: exclude both weights with
    `optimizer.exclude_from_weight_decay(var_names=["log_scale", "logit_bias"])`
    before the first step.

    Args:
        initial_scale: Start of the scale (1 / temperature), positive and at most
            `max_scale`. Default `1 / 0.07`; SigLIP takes 10.
        initial_bias: Start of the bias. Default 0; SigLIP takes -10.
        max_scale: Upper bound of the scale. Default 100.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, 2, dim)`, unit vectors of the two views.

    Returns:
        Tensor of shape `(batch, 2, dim + 1)`, float32 under mixed precision too.

    Raises:
        ValueError: If `initial_scale` is not positive or above `max_scale`, or the
            inputs are not pairs.

    References:
        Radford et al. (2021), CLIP, https://arxiv.org/abs/2103.00020, sec. 2.5;
        Zhai et al. (2023), SigLIP, https://arxiv.org/abs/2303.15343, sec. 3.2.
    """

    def __init__(
        self,
        initial_scale: float = 1 / 0.07,
        initial_bias: float = 0.0,
        max_scale: float = 100.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        if not 0 < initial_scale <= max_scale:
            raise ValueError(
                "`initial_scale` must be positive and at most `max_scale`. Received: "
                f"initial_scale={initial_scale}, max_scale={max_scale}"
            )
        self.initial_scale = initial_scale
        self.initial_bias = initial_bias
        self.max_scale = max_scale

    def build(self, input_shape: Shape) -> None:
        if len(input_shape) != 3 or input_shape[1] != 2:
            raise ValueError(
                "`inputs` must have the shape (batch, 2, dim). "
                f"Received: shape={input_shape}"
            )
        bound = math.log(self.max_scale)
        self.log_scale = self.add_weight(
            name="log_scale",
            shape=(),
            initializer=keras.initializers.Constant(math.log(self.initial_scale)),
            constraint=lambda value: ops.minimum(value, bound),
            dtype="float32",
            autocast=False,
        )
        self.logit_bias = self.add_weight(
            name="logit_bias",
            shape=(),
            initializer=keras.initializers.Constant(self.initial_bias),
            dtype="float32",
            autocast=False,
        )

    def call(self, inputs: Any) -> Any:
        scaled = ops.cast(inputs, "float32") * ops.exp(0.5 * self.log_scale)
        # The coordinate is 1 in the first view and the bias in the second.
        first, second = np.eye(2, dtype="float32").reshape(2, 1, 2, 1)
        extra = first + self.logit_bias * second
        extra = ops.broadcast_to(extra, (ops.shape(scaled)[0], 2, 1))
        return ops.concatenate([scaled, extra], axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "initial_scale": self.initial_scale,
            "initial_bias": self.initial_bias,
            "max_scale": self.max_scale,
        }
