"""Branches for spectra with inverse variances on one wavelength grid."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import ArrayLike

from mesa_keras.branches.features import feature_mlp
from mesa_keras.layers import (
    ClassToken,
    ConvolutionalPatchEmbedding,
    FastDropout,
    LogPositionalEncoding,
    SeriesScaling,
    TransformerBlock,
    WeightedBinning,
)


def spectrum_transformer(
    num_steps: int,
    *,
    start: float = 3600.0,
    step: float = 0.8,
    bin_size: int = 4,
    patch_size: int = 128,
    hidden_dim: int = 128,
    num_layers: int = 3,
    num_heads: int = 4,
    mlp_dim: int = 256,
    filters: int = 16,
    num_blocks: int = 30,
    dropout: float = 0.1,
    block_dropout: float = 0.0,
    name: str = "spectrum",
) -> keras.Model:
    """Builds a Transformer over patches of a spectrum.

    A few neighbouring steps are averaged by inverse variance; what has none is missing,
    whatever its flux says. The average is divided by a robust level of the spectrum,
    and goes into the tokens beside its own signal to noise; a small convolutional net
    makes a token of each patch. Sines and cosines of the logarithm of its wavelength
    say where a token stands, so that a redshift is the same shift for every line. One
    more token tells level and slow shape of the spectrum. The class token is read.

    Call `adapt_spectrum` on training data before training.

    Args:
        num_steps: Steps of the spectrum.
        start: Wavelength of the first step; any unit, usually Angstrom.
        step: Distance of two steps in that unit.
        bin_size: Steps that are averaged.
        patch_size: Steps of a token: `bin_size` times a power of 2, at least 2.
        hidden_dim: Width of the tokens and of the embedding, even.
        num_layers: Number of Transformer blocks, at least 1.
        num_heads: Attention heads; divides `hidden_dim`.
        mlp_dim: Width of the feed-forward layer of a block.
        filters: Filters of the first convolution.
        num_blocks: Blocks whose mean flux tells the slow shape.
        dropout: Dropout rate of dense layers, in [0, 1).
        block_dropout: Dropout rate in Transformer blocks: there it takes as long as all
            else, unless the training step is compiled by XLA.
        name: Name of the branch and prefix of its layers.

    Returns:
        Model from `{"flux": (batch, num_steps), "ivar": (batch, num_steps)}` to an
        embedding `(batch, hidden_dim)`. Steps whose flux or ivar is NaN, or whose ivar
        is not positive, are missing; all may be.

    Raises:
        ValueError: If an argument is out of range or does not go with another.

    Example:
        >>> spectrum_transformer(7781).output_shape
        (None, 128)
    """
    if num_layers < 1:
        raise ValueError(
            f"`num_layers` must be at least 1. Received: num_layers={num_layers}"
        )
    if num_heads < 1 or hidden_dim % num_heads or hidden_dim % 2:
        raise ValueError(
            "`num_heads` must divide `hidden_dim`, which must be even. "
            f"Received: num_heads={num_heads}, hidden_dim={hidden_dim}"
        )
    inputs, scaled = _scaled(num_steps, bin_size, num_blocks, name)
    x, valid = _tokens(
        scaled["series"], start, step, bin_size, patch_size, hidden_dim, filters, name
    )
    level = _level(scaled["levels"], hidden_dim, dropout, name)
    level = layers.Reshape((1, hidden_dim), name=f"{name}_level_token")(level)
    x = layers.Concatenate(axis=1, name=f"{name}_tokens")([level, x])
    x = ClassToken(name=f"{name}_class_token")(x)
    # The level says itself where it is missing.
    always = ops.ones_like(valid[:, :1])
    attend = ops.concatenate([always, always, valid], axis=1)
    for i in range(num_layers):
        x = TransformerBlock(
            num_heads,
            mlp_dim,
            dropout=block_dropout,
            first_token_only=i == num_layers - 1,
            name=f"{name}_block_{i}",
        )(x, attend)
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")(x)
    return keras.Model(inputs, x[:, 0], name=name)


def spectrum_cnn(
    num_steps: int,
    *,
    start: float = 3600.0,
    step: float = 0.8,
    bin_size: int = 4,
    patch_size: int = 128,
    hidden_dim: int = 128,
    filters: int = 16,
    num_blocks: int = 30,
    dropout: float = 0.1,
    name: str = "spectrum",
) -> keras.Model:
    """Builds a light convolutional network over a spectrum.

    The tokens are those of `spectrum_transformer`; two convolutions that halve their
    number and a dense layer that knows the place of each take the place of attention.

    Args:
        num_steps: Steps of the spectrum.
        start: Wavelength of the first step; any unit, usually Angstrom.
        step: Distance of two steps in that unit.
        bin_size: Steps that are averaged.
        patch_size: Steps of a token: `bin_size` times a power of 2, at least 2.
        hidden_dim: Width of the tokens and of the embedding, even.
        filters: Filters of the first convolution.
        num_blocks: Blocks whose mean flux tells the slow shape.
        dropout: Dropout rate in [0, 1).
        name: Name of the branch and prefix of its layers.

    Returns:
        Model as of `spectrum_transformer`.

    Raises:
        ValueError: If an argument is out of range or does not go with another.

    Example:
        >>> spectrum_cnn(7781, hidden_dim=64).output_shape
        (None, 64)
    """
    inputs, scaled = _scaled(num_steps, bin_size, num_blocks, name)
    x, _ = _tokens(
        scaled["series"], start, step, bin_size, patch_size, hidden_dim, filters, name
    )
    for i in range(2):
        x = layers.Conv1D(
            hidden_dim,
            5,
            strides=2,
            padding="same",
            activation="gelu",
            name=f"{name}_convolution_{i}",
        )(x)
    x = layers.Flatten(name=f"{name}_flatten")(x)
    x = FastDropout(dropout, name=f"{name}_dropout")(x)
    x = layers.Dense(hidden_dim, activation="gelu", name=f"{name}_lines")(x)
    level = _level(scaled["levels"], hidden_dim, dropout, name)
    x = layers.Concatenate(name=f"{name}_joined")([x, level])
    x = layers.Dense(hidden_dim, activation="gelu", name=f"{name}_embedding")(x)
    return keras.Model(inputs, x, name=name)


def adapt_spectrum(branch: keras.Model, flux: ArrayLike, ivar: ArrayLike) -> None:
    """Lets a branch on spectra learn their noise and levels from training data.

    Args:
        branch: Model of this module, or one that holds it.
        flux: Flux of training spectra, or of some, shape `(n, steps)`.
        ivar: Their inverse variance, same shape.
    """
    found = {layer.name: layer for layer in branch._flatten_layers()}
    for name, layer in found.items():
        if not isinstance(layer, SeriesScaling):
            continue
        start = name.removesuffix("_scaling")
        binned = _in_parts(found[f"{start}_bins"], flux, ivar)
        layer.adapt(*binned)
        levels = _in_parts(lambda x, scale=layer: (scale(x)["levels"],), *binned)
        found[f"{start}_level_normalization"].adapt(levels[0])


def _in_parts(function: Any, values: ArrayLike, weights: ArrayLike) -> list[np.ndarray]:
    """Results for many series, a part at a time: all at once take much memory."""
    x, w = np.asarray(values), np.asarray(weights)
    parts = [
        [ops.convert_to_numpy(y) for y in function([x[i : i + 256], w[i : i + 256]])]
        for i in range(0, len(x), 256)
    ]
    return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def _scaled(
    num_steps: int, bin_size: int, num_blocks: int, name: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    inputs = {part: keras.Input((num_steps,), name=part) for part in ("flux", "ivar")}
    binned = WeightedBinning(bin_size, name=f"{name}_bins")(list(inputs.values()))
    scaled = SeriesScaling(num_blocks, name=f"{name}_scaling")(list(binned))
    return inputs, scaled


def _tokens(
    series: Any,
    start: float,
    step: float,
    bin_size: int,
    patch_size: int,
    hidden_dim: int,
    filters: int,
    name: str,
) -> tuple[Any, Any]:
    """Tokens with their place, and which of them hold a value."""
    if patch_size % bin_size:
        raise ValueError(
            "`patch_size` must be `bin_size` times a power of 2. "
            f"Received: patch_size={patch_size}, bin_size={bin_size}"
        )
    x, valid = ConvolutionalPatchEmbedding(
        patch_size // bin_size, hidden_dim, filters=filters, name=f"{name}_patches"
    )(series)
    middle = start + step * (patch_size - 1) / 2
    x = LogPositionalEncoding(middle, step * patch_size, name=f"{name}_positions")(x)
    return x, valid


def _level(levels: Any, hidden_dim: int, dropout: float, name: str) -> Any:
    num = levels.shape[-1] - 2
    return feature_mlp(
        [*(f"block {i}" for i in range(num)), "level", "signal to noise"],
        hidden_dims=(hidden_dim,),
        output_dim=hidden_dim,
        dropout=dropout,
        name=f"{name}_level",
    )(levels)
