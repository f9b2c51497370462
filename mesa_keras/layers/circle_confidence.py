"""Points on circles drawn in towards the centre where they are not sure."""

from typing import Any

import keras
from keras import ops

from mesa_keras.layers.unit_circles import circle_lengths

# Logarithm of the length of a pair that a new layer is half sure of.
_INITIAL_LOG_LENGTH = -3.0


@keras.saving.register_keras_serializable(package="mesa_keras")
class CircleConfidence(keras.layers.Layer):
    """Turns pairs of channels into points within unit circles, farther out if surer.

    The angle of a pair stays; its length `|z|` becomes

    `r = sigmoid(gamma * ln |z| + beta)`

    with a slope and an offset for each circle. If `r` is the expected cosine of the
    error of an angle, the inner product of two such points is the expected cosine of
    the difference of both, as long as their errors do not depend on each other: a point
    that may be anywhere on its circle is at the centre, near none and far from none.

    Args:
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, 2 * circles)`, as of `CirclePooling`.

    Returns:
        float32 tensor of the same shape, pairs shorter than 1.

    Raises:
        ValueError: If the number of channels is odd or not known.
    """

    def __init__(self, **kwargs: Any) -> None:
        # In half precision the norm of a short vector underflows.
        super().__init__(autocast=False, **kwargs)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        dim = input_shape[-1]
        if len(input_shape) != 2 or not dim or dim % 2:
            raise ValueError(
                "`inputs` must have the shape (batch, 2 * circles). "
                f"Received: shape={input_shape}"
            )
        # Their names keep both from decaying with the other weights.
        self.gamma = self.add_weight(
            name="gamma",
            shape=(dim // 2, 1),
            initializer=keras.initializers.Constant(2.0),
            dtype="float32",
            autocast=False,
        )
        self.beta = self.add_weight(
            name="beta",
            shape=(dim // 2, 1),
            initializer=keras.initializers.Constant(-2.0 * _INITIAL_LOG_LENGTH),
            dtype="float32",
            autocast=False,
        )

    def call(self, inputs: Any) -> Any:
        x, num = ops.cast(inputs, "float32"), self.gamma.shape[0]
        length = circle_lengths(x, num)[..., None]
        sure = ops.sigmoid(self.gamma * ops.log(length) + self.beta)
        pairs = ops.reshape(x, (-1, num, 2)) / length * sure
        return ops.reshape(pairs, ops.shape(inputs))

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor(inputs.shape, dtype="float32")
