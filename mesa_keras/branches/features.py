"""Dense branch for tabular features."""

from collections.abc import Mapping, Sequence

import keras
from keras import layers

from mesa_keras.layers import FastDropout, FeatureNormalization, NumericalEmbedding


def feature_mlp(
    columns: Sequence[str],
    *,
    transforms: Mapping[str, str] | None = None,
    units: Mapping[str, float] | None = None,
    embedding_dim: int | None = None,
    hidden_dims: Sequence[int] = (64,),
    output_dim: int = 32,
    dropout: float = 0.1,
    name: str = "features",
) -> keras.Model:
    """Builds a dense network over normalized features and flags of missing ones.

    Call `adapt` of the layer `<name>_normalization` on training data before training.

    Args:
        columns: Names of the features in order.
        transforms: Transform by column: see `FeatureNormalization`.
        units: Factor by column that multiplies the raw value.
        embedding_dim: Width of a numerical embedding per feature, which lets a dense
            network follow steps in a feature as trees do. `None` for none.
        hidden_dims: Widths of the hidden layers.
        output_dim: Width of the embedding.
        dropout: Dropout rate after each hidden layer, in [0, 1).
        name: Name of the branch and prefix of its layers.

    Returns:
        Model from `(batch, features)`, NaN = missing, to `(batch, output_dim)`.

    Example:
        >>> branch = feature_mlp(["period", "depth"], transforms={"depth": "log10"})
        >>> branch.output_shape
        (None, 32)
    """
    inputs = keras.Input((len(columns),), name=name)
    values, missing = FeatureNormalization(
        columns, transforms=transforms, units=units, name=f"{name}_normalization"
    )(inputs)
    parts = [values, missing]
    if embedding_dim is not None:
        embedded = NumericalEmbedding(embedding_dim, name=f"{name}_periodic")(values)
        parts.append(layers.Flatten(name=f"{name}_flatten")(embedded))
    x = layers.Concatenate(name=f"{name}_concatenate")(parts)
    for i, width in enumerate(hidden_dims):
        x = layers.Dense(width, activation="relu", name=f"{name}_dense_{i}")(x)
        x = FastDropout(dropout, name=f"{name}_dropout_{i}")(x)
    x = layers.Dense(output_dim, activation="relu", name=f"{name}_embedding")(x)
    return keras.Model(inputs, x, name=name)
