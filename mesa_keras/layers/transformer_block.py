"""Pre-norm Transformer encoder block."""

from typing import Any

import keras
from keras import layers, ops

from mesa_keras.layers.fast_dropout import FastDropout

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class TransformerBlock(keras.layers.Layer):
    """Self-attention and a feed-forward network, each with norm and residual.

    `x = x + dropout(attention(norm(x)))`, then `x = x + dropout(mlp(norm(x)))`. The
    last block of a stack needs a `LayerNormalization` after it.

    Args:
        num_heads: Attention heads; divides the channels of the input.
        mlp_dim: Width of the hidden layer of the feed-forward network.
        dropout: Dropout rate in [0, 1) of both residual branches. Default 0.1.
        activation: Activation of the hidden layer. Default `"gelu"`.
        first_token_only: Whether to compute the output of the first token alone, which
            attends to all. In the last block of an encoder that is read at its class
            token this gives the same result for a fraction of the work. Default off.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps, channels)`.
        valid: Optional boolean tensor of shape `(batch, steps)`: tokens that may be
            attended to. Outputs at other tokens are computed too, from the valid ones;
            where no token is valid, attention is an average over all.
        training: Whether dropout is on.

    Returns:
        Float tensor of the shape of `inputs`, or `(batch, 1, channels)` with
        `first_token_only`.

    Raises:
        ValueError: If a rate or a width is out of range, or `num_heads` does not
            divide the channels.

    References:
        Vaswani et al. (2017), https://arxiv.org/abs/1706.03762, in the pre-norm form of
        Xiong et al. (2020), https://arxiv.org/abs/2002.04745, fig. 1b.
    """

    def __init__(
        self,
        num_heads: int,
        mlp_dim: int,
        dropout: float = 0.1,
        activation: Any = "gelu",
        first_token_only: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if num_heads < 1 or mlp_dim < 1:
            raise ValueError(
                "`num_heads` and `mlp_dim` must be positive. "
                f"Received: num_heads={num_heads}, mlp_dim={mlp_dim}"
            )
        if not 0 <= dropout < 1:
            raise ValueError(
                f"`dropout` must lie in [0, 1). Received: dropout={dropout}"
            )
        self.num_heads = num_heads
        self.mlp_dim = mlp_dim
        self.dropout = dropout
        self.activation = keras.activations.get(activation)
        self.first_token_only = first_token_only
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        channels = input_shape[-1]
        if channels is None or channels % self.num_heads:
            raise ValueError(
                "`num_heads` must divide the channels of the input. "
                f"Received: num_heads={self.num_heads}, channels={channels}"
            )
        policy = self.dtype_policy
        self.norm_attention = layers.LayerNormalization(
            epsilon=1e-6, dtype=policy, name="norm_attention"
        )
        self.attention = layers.MultiHeadAttention(
            self.num_heads,
            channels // self.num_heads,
            dtype=policy,
            name="attention",
        )
        self.norm_mlp = layers.LayerNormalization(
            epsilon=1e-6, dtype=policy, name="norm_mlp"
        )
        self.mlp_in = layers.Dense(
            self.mlp_dim, activation=self.activation, dtype=policy, name="mlp_in"
        )
        self.mlp_out = layers.Dense(channels, dtype=policy, name="mlp_out")
        self.attention_dropout = FastDropout(
            self.dropout, dtype=policy, name="attention_dropout"
        )
        self.mlp_dropout = FastDropout(self.dropout, dtype=policy, name="mlp_dropout")
        for layer in (self.norm_attention, self.norm_mlp, self.mlp_in):
            layer.build(input_shape)
        self.attention.build(input_shape, input_shape)
        self.mlp_out.build((*input_shape[:-1], self.mlp_dim))

    def call(self, inputs: Any, valid: Any = None, training: bool | None = None) -> Any:
        attend = None if valid is None else ops.expand_dims(valid, axis=1)
        x = self.norm_attention(inputs)
        query = x
        if self.first_token_only:
            inputs, query = inputs[:, :1], x[:, :1]
        x = self.attention(query, x, attention_mask=attend, training=training)
        x = inputs + self.attention_dropout(x, training=training)
        y = self.mlp_out(self.mlp_in(self.norm_mlp(x)))
        return x + self.mlp_dropout(y, training=training)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, steps, channels = input_shape
        return batch, 1 if self.first_token_only else steps, channels

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "mlp_dim": self.mlp_dim,
            "dropout": self.dropout,
            "activation": keras.activations.serialize(self.activation),
            "first_token_only": self.first_token_only,
        }
