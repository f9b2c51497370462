"""Embeddings of numerical features."""

import math
from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class NumericalEmbedding(keras.layers.Layer):
    """Embeds every numerical feature in its own periodic space ("PLR").

    Feature `x` with trained frequencies `c` becomes
    `relu(W [sin(2 pi c x), cos(2 pi c x)] + b)`, with `c`, `W` and `b` of its own.

    Args:
        dim: Width of the embedding of a feature; positive.
        num_frequencies: Frequencies per feature; positive. Default 16.
        sigma: Standard deviation of the normal distribution that the frequencies start
            from; positive. The most important setting: larger resolves finer structure
            and overfits sooner. Default 0.1.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, features)`, normalized, without NaN: see
            `FeatureNormalization`.

    Returns:
        Float tensor of shape `(batch, features, dim)`.

    Raises:
        ValueError: If an argument is not positive.

    References:
        Gorishniy et al. (2022), https://arxiv.org/abs/2203.05556, eq. 3 with a linear
        layer and ReLU after it.
    """

    def __init__(
        self, dim: int, num_frequencies: int = 16, sigma: float = 0.1, **kwargs: Any
    ) -> None:
        # Angles are computed in float32: half precision spoils the phase.
        super().__init__(autocast=False, **kwargs)
        if dim < 1 or num_frequencies < 1 or not sigma > 0:
            raise ValueError(
                "`dim`, `num_frequencies` and `sigma` must be positive. Received: "
                f"dim={dim}, num_frequencies={num_frequencies}, sigma={sigma}"
            )
        self.dim = dim
        self.num_frequencies = num_frequencies
        self.sigma = sigma

    def build(self, input_shape: Shape) -> None:
        features, width = input_shape[-1], 2 * self.num_frequencies
        bound = 1 / math.sqrt(width)
        self.frequencies = self.add_weight(
            name="frequencies",
            shape=(features, self.num_frequencies),
            initializer=keras.initializers.RandomNormal(stddev=self.sigma),
        )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(features, width, self.dim),
            initializer=keras.initializers.RandomUniform(-bound, bound),
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(features, self.dim),
            initializer=keras.initializers.RandomUniform(-bound, bound),
        )

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, "float32")
        frequencies = ops.cast(self.frequencies, "float32")
        angle = 2 * math.pi * ops.expand_dims(x, -1) * frequencies
        waves = ops.concatenate([ops.sin(angle), ops.cos(angle)], axis=-1)
        kernel, bias, waves = (
            ops.cast(tensor, self.compute_dtype)
            for tensor in (self.kernel, self.bias, waves)
        )
        return ops.relu(ops.einsum("bfk,fkd->bfd", waves, kernel) + bias)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape, self.dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "dim": self.dim,
            "num_frequencies": self.num_frequencies,
            "sigma": self.sigma,
        }
