"""Projection head for contrastive alignment."""

import keras
from keras import layers

from mesa_keras.layers import FastDropout


def projection_head(
    input_dim: int,
    *,
    hidden_dim: int = 32,
    output_dim: int = 32,
    dropout: float = 0.0,
    name: str = "projection",
) -> keras.Model:
    """Builds a two-layer projection onto the unit sphere.

    Args:
        input_dim: Width of the embedding that comes in.
        hidden_dim: Width of the hidden layer.
        output_dim: Dimension of the shared space.
        dropout: Dropout rate after the hidden layer, in [0, 1).
        name: Name of the head.

    Returns:
        Model from `(batch, input_dim)` to unit vectors `(batch, output_dim)`.

    References:
        Chen et al. (2020), SimCLR, https://arxiv.org/abs/2002.05709, sec. 4.2.

    Example:
        >>> projection_head(64, output_dim=16).output_shape
        (None, 16)
    """
    inputs = keras.Input((input_dim,), name=name)
    x = layers.Dense(hidden_dim, activation="gelu", name=f"{name}_hidden")(inputs)
    x = FastDropout(dropout, name=f"{name}_dropout")(x)
    x = layers.Dense(output_dim, name=f"{name}_output")(x)
    # In half precision the norm of a short vector underflows.
    outputs = layers.UnitNormalization(name=f"{name}_unit", dtype="float32")(x)
    return keras.Model(inputs, outputs, name=name)
