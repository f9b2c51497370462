"""Dense layer of an ensemble whose members share one kernel."""

from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class EnsembleDense(keras.layers.Layer):
    """A dense layer for every member of an ensemble, nearly at the price of one.

    Member `k` computes `activation(((x * r[k]) @ kernel) * s[k] + bias[k])`: the kernel
    is shared, the vectors `r`, `s` and the bias are the member's own. `r` starts near 1
    with a normal spread, so that the members see different features and go apart.

    Args:
        units: Width of the output; positive.
        num_members: Members of the ensemble; positive.
        activation: Activation, by default none.
        spread: Standard deviation of the start of `r` around 1; 0 for equal members,
            which is right behind a layer that made them different. Default 0.5.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, channels)`, the same for every member, or
            `(batch, num_members, channels)`.

    Returns:
        Float tensor of shape `(batch, num_members, units)`.

    Raises:
        ValueError: If an argument is out of range, or the inputs have another number of
            members.

    References:
        Wen et al. (2020), BatchEnsemble, https://arxiv.org/abs/2002.06715, eq. 5, with
        the starting values of Gorishniy et al. (2024), TabM,
        https://arxiv.org/abs/2410.24210, sec. 3.3.
    """

    def __init__(
        self,
        units: int,
        num_members: int,
        activation: Any = None,
        spread: float = 0.5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if units < 1 or num_members < 1 or spread < 0:
            raise ValueError(
                "`units` and `num_members` must be positive and `spread` not negative. "
                f"Received: units={units}, num_members={num_members}, spread={spread}"
            )
        self.units = units
        self.num_members = num_members
        self.activation = keras.activations.get(activation)
        self.spread = spread

    def build(self, input_shape: Shape) -> None:
        if len(input_shape) == 3 and input_shape[1] != self.num_members:
            raise ValueError(
                "`inputs` must have one row per member. Received: "
                f"shape={input_shape}, num_members={self.num_members}"
            )
        channels = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel", shape=(channels, self.units), initializer="he_normal"
        )
        self.input_scale = self.add_weight(
            name="input_scale",
            shape=(self.num_members, channels),
            initializer=keras.initializers.RandomNormal(1.0, self.spread),
        )
        self.output_scale = self.add_weight(
            name="output_scale",
            shape=(self.num_members, self.units),
            initializer="ones",
        )
        self.bias = self.add_weight(
            name="bias", shape=(self.num_members, self.units), initializer="zeros"
        )

    def call(self, inputs: Any) -> Any:
        if len(inputs.shape) == 2:
            inputs = ops.expand_dims(inputs, axis=1)
        x = ops.matmul(inputs * self.input_scale, self.kernel)
        return self.activation(x * self.output_scale + self.bias)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape[0], self.num_members, self.units

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "num_members": self.num_members,
            "activation": keras.activations.serialize(self.activation),
            "spread": self.spread,
        }
