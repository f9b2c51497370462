"""Tokens from runs of consecutive steps of a series, by a small convolutional net."""

from typing import Any

import keras
from keras import ops

from mesa_keras.layers._series import fill_patches, flag_missing

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class ConvolutionalPatchEmbedding(keras.layers.Layer):
    """Maps every patch of a series, and what surrounds it, to a token.

    Convolutions that halve the number of steps, until a token stands for `patch_size`
    of them. The number of filters doubles with each, up to 4 times `filters`. What a
    dense layer must learn anew at each place inside a patch, an edge for example, the
    kernels learn once.

    A value that is not finite is missing: it enters as 0, and every channel is
    accompanied by one that is 1 where the value is there.

    Args:
        patch_size: Steps that a token stands for: a power of 2, at least 2.
        hidden_dim: Width of a token; positive.
        filters: Filters of the first convolution; positive.
        kernel_size: Steps of a kernel; positive.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps, channels)`, NaN = missing. The
            number of steps is fixed.

    Returns:
        Tuple of the tokens, float of shape `(batch, ceil(steps / patch_size),
        hidden_dim)`, and `valid`, boolean of shape `(batch, tokens)`: the patch holds
        at least one value.

    Raises:
        ValueError: If an argument is out of range, or the number of steps is unknown.

    References:
        Xiao et al. (2021), Early convolutions help transformers see better,
        https://arxiv.org/abs/2106.14881, sec. 3, on a series and without batch
        normalization.
    """

    def __init__(
        self,
        patch_size: int,
        hidden_dim: int,
        filters: int = 16,
        kernel_size: int = 5,
        **kwargs: Any,
    ) -> None:
        # Missing values are found before the cast to a half precision that overflows.
        super().__init__(autocast=False, **kwargs)
        if patch_size < 2 or patch_size & (patch_size - 1):
            raise ValueError(
                "`patch_size` must be a power of 2, at least 2. "
                f"Received: patch_size={patch_size}"
            )
        if min(hidden_dim, filters, kernel_size) < 1:
            raise ValueError(
                "`hidden_dim`, `filters` and `kernel_size` must be positive. Received: "
                f"hidden_dim={hidden_dim}, filters={filters}, kernel_size={kernel_size}"
            )
        self.patch_size = patch_size
        self.hidden_dim = hidden_dim
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, input_shape: Shape) -> None:
        _, steps, channels = input_shape
        if channels is None or steps is None:
            raise ValueError(
                "`inputs` must have a known number of steps and channels. "
                f"Received: shape={input_shape}"
            )
        self.convolutions = []
        width = 2 * channels
        for i in range(self.patch_size.bit_length() - 1):
            filters = self.filters * min(2**i, 4)
            layer = keras.layers.Conv1D(
                filters,
                self.kernel_size,
                strides=2,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                dtype=self.dtype_policy,
                name=f"halve_{i}",
            )
            layer.build((None, None, width))
            self.convolutions.append(layer)
            width = filters
        self.project = keras.layers.Dense(
            self.hidden_dim, dtype=self.dtype_policy, name="project"
        )
        self.project.build((None, None, width))

    def call(self, inputs: Any) -> Any:
        x, present = flag_missing(inputs)
        x, valid = fill_patches(x, present, self.patch_size)
        x = ops.cast(x, self.compute_dtype)
        for layer in self.convolutions:
            x = layer(x)
        return self.project(x), valid

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "patch_size": self.patch_size,
            "hidden_dim": self.hidden_dim,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }
