"""Transformer branch for folded light curves."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from mesa_keras.branches.features import feature_mlp
from mesa_keras.layers import (
    ClassToken,
    ConvolutionalPatchEmbedding,
    PatchEmbedding,
    SeriesStatistics,
    SinusoidalPositionalEncoding,
    TransformerBlock,
)

STEMS = ("linear", "convolution")
# Views of at least so many steps cover a whole period.
_LONG_VIEW = 100


def light_curve_transformer(
    view_steps: Mapping[str, int],
    *,
    patch_size: int = 1,
    hidden_dim: int = 32,
    num_layers: int = 1,
    num_heads: int = 2,
    mlp_dim: int | None = None,
    dropout: float = 0.1,
    stem: str = "linear",
    statistics: bool = False,
    measured: bool = False,
    return_tokens: bool = False,
    name: str = "light_curve",
) -> keras.Model:
    """Builds a Transformer over the patches of one or several views.

    Every view is cut into patches; each patch becomes a token with the position inside
    its view added. The tokens of all views stand in one sequence behind a class token
    and attend to each other; the embedding of a view is the bias of its own patch
    layer. Patches without a value are masked, so any view, or all, may be missing, and
    a branch for fewer views that takes over the weights gives what this one gives
    without the others. Only the class token is read, so the last block computes that
    one alone.

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
        stem: How a patch becomes a token: `"linear"`, by one dense layer, or
            `"convolution"`, by a small convolutional net that sees what surrounds the
            patch; then `patch_size` is a power of 2, at least 4.
        statistics: Whether every view adds a token made of its `SeriesStatistics`.
            Then call `adapt_statistics` on training data before training.
        measured: Whether the statistics come in by further inputs, `<view>_statistics`
            of shape `(batch, len(SeriesStatistics.names))`: several branches on the
            same views need not measure them again each.
        return_tokens: Whether the tokens come out as well, to rebuild what is missing
            from them: see `patch_decoder`. The weights are the same.
        name: Name of the branch and prefix of its layers.

    Returns:
        Model from `{view: (batch, steps)}`, NaN = missing, to an embedding `(batch,
        hidden_dim)`; with `return_tokens` to a dictionary of `embedding`, `tokens`
        (batch, tokens, hidden_dim) and `valid`, boolean (batch, tokens): the token has
        a value to stand for. `token_places` says which token is what.

    Raises:
        ValueError: If there is no view, no layer, `stem` is unknown or does not go with
            `patch_size`, or `num_heads` does not divide `hidden_dim`.

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
    if stem not in STEMS or (stem == "convolution" and patch_size < 4):
        raise ValueError(
            f"`stem` must be of {STEMS}, and a convolution needs a `patch_size` of at "
            f"least 4. Received: stem={stem!r}, patch_size={patch_size}"
        )
    inputs: dict[str, Any] = {}
    tokens, valid = [], []
    for view, steps in view_steps.items():
        inputs[view] = keras.Input((steps,), name=view)
        embed = ConvolutionalPatchEmbedding if stem == "convolution" else PatchEmbedding
        size = steps_of_patch(steps, patch_size)
        x, present = embed(size, hidden_dim, name=f"{name}_{view}_patches")(
            ops.expand_dims(inputs[view], -1)
        )
        tokens.append(SinusoidalPositionalEncoding(name=f"{name}_{view}_positions")(x))
        valid.append(present)
        if statistics:
            numbers = f"{view}_statistics"
            if measured:
                shape = (len(SeriesStatistics.names),)
                inputs[numbers] = keras.Input(shape, name=numbers)
                x = inputs[numbers]
            else:
                x = SeriesStatistics(name=f"{name}_{numbers}")(inputs[view])
            token = _statistics_token(x, hidden_dim, dropout, f"{name}_{view}")
            tokens.append(token)
            valid.append(ops.any(present, axis=1, keepdims=True))
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
            first_token_only=i == num_layers - 1 and not return_tokens,
            name=f"{name}_block_{i}",
        )(x, attend)
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")(x)
    outputs = x[:, 0]
    if return_tokens:
        outputs = {"embedding": outputs, "tokens": x, "valid": attend}
    return keras.Model(inputs, outputs, name=name)


def steps_of_patch(steps: int, patch_size: int) -> int:
    """Steps of a patch of a view of `steps`: short views are finer in time."""
    return patch_size if steps >= _LONG_VIEW else max(1, patch_size // 2)


def token_places(
    view_steps: Mapping[str, int], *, patch_size: int, statistics: bool
) -> dict[str, slice]:
    """Returns where the patches of each view stand among the tokens of a branch.

    Args:
        view_steps: Steps by view, as the branch was built.
        patch_size: As the branch was built.
        statistics: As the branch was built.
    """
    places, first = {}, 1
    for view, steps in view_steps.items():
        count = -(-steps // steps_of_patch(steps, patch_size))
        places[view] = slice(first, first + count)
        first += count + statistics
    return places


def adapt_statistics(branch: keras.Model, views: Mapping[str, Any]) -> None:
    """Lets a branch with `statistics` learn how those of training data are spread.

    Args:
        branch: Model of `light_curve_transformer`, or one that holds it.
        views: Arrays `(rows, steps)` by view, NaN = missing.
    """
    found = list(branch._flatten_layers())
    for view, values in views.items():
        suffix = f"_{view}_numbers_normalization"
        normalizations = [layer for layer in found if layer.name.endswith(suffix)]
        if normalizations:
            numbers = _measure(np.asarray(values, "float32"))
            for layer in normalizations:
                layer.adapt(numbers)


def _measure(values: np.ndarray) -> np.ndarray:
    """Statistics of many series, a part at a time: all at once take half a gigabyte."""
    measure, rows = SeriesStatistics(), 256
    parts = [
        ops.convert_to_numpy(measure(values[i : i + rows]))
        for i in range(0, len(values), rows)
    ]
    return np.concatenate(parts)


def _statistics_token(numbers: Any, hidden_dim: int, dropout: float, name: str) -> Any:
    x = feature_mlp(
        SeriesStatistics.names,
        transforms=dict.fromkeys(SeriesStatistics.names, "quantile"),
        embedding_dim=12,
        hidden_dims=(hidden_dim,),
        output_dim=hidden_dim,
        dropout=dropout,
        name=f"{name}_numbers",
    )(numbers)
    return layers.Reshape((1, hidden_dim), name=f"{name}_token")(x)
