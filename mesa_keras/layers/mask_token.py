"""A learned vector in the place of tokens that are not there."""

from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class MaskToken(keras.layers.Layer):
    """Replaces tokens that stand for nothing by one learned token.

    A decoder sees from it that something is to be rebuilt here; where, a positional
    encoding must tell it.

    Args:
        initializer: Initializer of the token. Default `"truncated_normal"`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps, channels)`.
        valid: Boolean tensor of shape `(batch, steps)`: the token stays. What others
            hold reaches neither the output nor, by its gradient, what made it.

    Returns:
        Float tensor of the shape of `inputs`.

    References:
        He et al. (2022), Masked autoencoders, https://arxiv.org/abs/2111.06377, sec. 3.
    """

    def __init__(self, initializer: Any = "truncated_normal", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape: Shape) -> None:
        self.token = self.add_weight(
            name="token", shape=(input_shape[-1],), initializer=self.initializer
        )

    def call(self, inputs: Any, valid: Any) -> Any:
        token = ops.cast(self.token, inputs.dtype)
        return ops.where(ops.expand_dims(valid, -1), inputs, token)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "initializer": keras.initializers.serialize(self.initializer),
        }
