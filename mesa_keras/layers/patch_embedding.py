"""Tokens from runs of consecutive steps of a series with gaps."""

from typing import Any

import keras
from keras import ops

from mesa_keras.layers._series import fill_patches, flag_missing

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class PatchEmbedding(keras.layers.Layer):
    """Cuts a series into patches and maps each to a token by one dense layer.

    A value that is not finite is missing: it enters as 0, and every channel is
    accompanied by one that is 1 where the value is there. The end is filled with
    missing steps where `patch_size` does not divide the number of steps.
    `patch_size=1` is a dense layer per step.

    Args:
        patch_size: Steps of a patch; positive.
        hidden_dim: Width of a token; positive.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps, channels)`, NaN = missing. The
            number of steps is fixed, unless `patch_size` is 1.

    Returns:
        Tuple of the tokens, float of shape `(batch, ceil(steps / patch_size),
        hidden_dim)`, and `valid`, boolean of shape `(batch, tokens)`: the patch holds
        at least one value.

    Raises:
        ValueError: If an argument is not positive, or the number of steps is unknown.

    References:
        Nie et al. (2023), PatchTST, https://arxiv.org/abs/2211.14730, sec. 3.1, without
        overlap and with the flags of missing values added.
    """

    def __init__(self, patch_size: int, hidden_dim: int, **kwargs: Any) -> None:
        # Missing values are found before the cast to a half precision that overflows.
        super().__init__(autocast=False, **kwargs)
        if patch_size < 1 or hidden_dim < 1:
            raise ValueError(
                "`patch_size` and `hidden_dim` must be positive. "
                f"Received: patch_size={patch_size}, hidden_dim={hidden_dim}"
            )
        self.patch_size = patch_size
        self.hidden_dim = hidden_dim

    def build(self, input_shape: Shape) -> None:
        _, steps, channels = input_shape
        if channels is None or (steps is None and self.patch_size > 1):
            raise ValueError(
                "`inputs` must have a known number of steps and channels. "
                f"Received: shape={input_shape}"
            )
        self.project = keras.layers.Dense(
            self.hidden_dim, dtype=self.dtype_policy, name="project"
        )
        self.project.build((None, None, 2 * channels * self.patch_size))

    def call(self, inputs: Any) -> Any:
        x, valid = flag_missing(inputs)
        if self.patch_size > 1:
            x, valid = fill_patches(x, valid, self.patch_size)
            x = ops.reshape(x, (-1, valid.shape[1], self.patch_size * x.shape[-1]))
        return self.project(ops.cast(x, self.compute_dtype)), valid

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "patch_size": self.patch_size,
            "hidden_dim": self.hidden_dim,
        }
