"""Learned class token for Transformer encoders."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mesa_keras")
class ClassToken(keras.layers.Layer):
    """Prepends one learned token to a sequence.

    After self-attention the token at position 0 holds a summary of the whole sequence,
    which a head reads instead of an average over cadences.

    Args:
        initializer: Initializer of the token. Default `"truncated_normal"`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps, channels)`.

    Returns:
        Float tensor of shape `(batch, steps + 1, channels)`.

    References:
        Devlin et al. (2019), BERT, https://arxiv.org/abs/1810.04805
    """

    def __init__(self, initializer: Any = "truncated_normal", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.token = self.add_weight(
            name="token", shape=(1, 1, input_shape[-1]), initializer=self.initializer
        )

    def call(self, inputs: Any) -> Any:
        token = ops.broadcast_to(
            self.token, (ops.shape(inputs)[0], 1, ops.shape(inputs)[-1])
        )
        return ops.concatenate([token, inputs], axis=1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return None
        return ops.pad(mask, [[0, 0], [1, 0]], constant_values=True)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        batch, steps, channels = input_shape
        return batch, None if steps is None else steps + 1, channels

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "initializer": keras.initializers.serialize(self.initializer),
        }
