"""Transformer branch for folded light curves."""

from collections.abc import Mapping

import keras
from keras import layers, ops

from mesa_keras.layers import (
    ClassToken,
    PatchEmbedding,
    SinusoidalPositionalEncoding,
    TransformerBlock,
)


def light_curve_transformer(
    view_steps: Mapping[str, int],
    *,
    patch_size: int = 1,
    hidden_dim: int = 32,
    num_layers: int = 1,
    num_heads: int = 2,
    mlp_dim: int | None = None,
    dropout: float = 0.1,
    name: str = "light_curve",
) -> keras.Model:
    """Builds a Transformer over the patches of one or several views.

    Every view is cut into patches; each patch becomes a token with the position inside
    its view added. The tokens of all views stand in one sequence behind a class token
    and attend to each other; the embedding of a view is the bias of its own patch
    layer. Patches without a value are masked, so any view, or all, may be missing.
    Only the class token is read, so the last block computes that one alone.

    Args:
        view_steps: Number of steps per view, for example `{"global_view": 201,
            "local_view": 61}`.
        patch_size: Steps of a patch. 1 is a token per step; 8 is many times faster.
            Views shorter than 100 steps, which are finer in time, use half of it.
        hidden_dim: Width of the tokens and of the embedding.
        num_layers: Number of Transformer blocks, at least 1.
        num_heads: Attention heads; divides `hidden_dim`.
        mlp_dim: Width of the feed-forward layer, by default 4 times `hidden_dim`.
        dropout: Dropout rate in [0, 1).
        name: Name of the branch and prefix of its layers.

    Returns:
        Model from `{view: (batch, steps)}`, NaN = missing, to an embedding `(batch,
        hidden_dim)`.

    Raises:
        ValueError: If there is no view, no layer, or `num_heads` does not divide
            `hidden_dim`.

    Example:
        >>> branch = light_curve_transformer({"global_view": 201}, patch_size=8)
        >>> branch.output_shape
        (None, 32)
    """
    if not view_steps:
        raise ValueError("`view_steps` must name at least one view. Received: none")
    if num_layers < 1:
        raise ValueError(
            f"`num_layers` must be at least 1. Received: num_layers={num_layers}"
        )
    if num_heads < 1 or hidden_dim % num_heads:
        raise ValueError(
            "`num_heads` must divide `hidden_dim`. "
            f"Received: num_heads={num_heads}, hidden_dim={hidden_dim}"
        )
    inputs, tokens, valid = {}, [], []
    for view, steps in view_steps.items():
        inputs[view] = keras.Input((steps,), name=view)
        x, present = PatchEmbedding(
            patch_size if steps >= 100 else max(1, patch_size // 2),
            hidden_dim,
            name=f"{name}_{view}_patches",
        )(ops.expand_dims(inputs[view], -1))
        tokens.append(SinusoidalPositionalEncoding(name=f"{name}_{view}_positions")(x))
        valid.append(present)
    x = (
        layers.Concatenate(axis=1, name=f"{name}_tokens")(tokens)
        if valid[1:]
        else tokens[0]
    )
    x = ClassToken(name=f"{name}_class_token")(x)
    attend = ops.concatenate([ops.ones_like(valid[0][:, :1]), *valid], axis=1)
    for i in range(num_layers):
        x = TransformerBlock(
            num_heads,
            mlp_dim or 4 * hidden_dim,
            dropout=dropout,
            first_token_only=i == num_layers - 1,
            name=f"{name}_block_{i}",
        )(x, attend)
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")(x)
    return keras.Model(inputs, x[:, 0], name=name)
