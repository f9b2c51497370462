"""Branch for images of one galaxy each, in several bands, flux and colour kept."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers
from numpy.typing import ArrayLike

from mesa_keras.branches.features import feature_mlp
from mesa_keras.branches.image import image_cnn
from mesa_keras.layers import CentralSums, FastDropout, PixelScaling


def galaxy_image_cnn(
    height: int,
    width: int,
    num_channels: int = 3,
    *,
    scaling: str = "asinh",
    filters: Sequence[int] = (16, 32, 64, 128),
    stem_stride: int = 2,
    radii: Sequence[float] = (),
    embedding_dim: int | None = None,
    output_dim: int = 128,
    dropout: float = 0.1,
    name: str = "galaxy_image",
) -> keras.Model:
    """Builds a residual network on scaled pixels, with photometry beside it.

    The network sees the form; the sums within discs about the centre, a small table,
    tell brightness and colour to the precision that the noise allows.

    Call `adapt_galaxy_image` on training images before training.

    Args:
        height: Rows of the image.
        width: Columns of the image.
        num_channels: Bands of the image.
        scaling: Method of `PixelScaling`: `"asinh"`, `"linear"` or `"standardize"`.
        filters: Filters of the stem and of each stage.
        stem_stride: Stride of the stem.
        radii: Radii in pixels of the discs; empty for no photometry.
        embedding_dim: Width of a numerical embedding of each sum and colour, which lets
            a dense network follow steps in them; `None` for none.
        output_dim: Width of the embedding.
        dropout: Dropout rate in [0, 1).
        name: Name of the branch and prefix of its layers.

    Returns:
        Model from `(batch, height, width, num_channels)`, NaN = missing, to `(batch,
        output_dim)`.

    Raises:
        ValueError: If an argument is out of range, or there is to be photometry of
            images that are standardized and tell nothing of it.

    Example:
        >>> galaxy_image_cnn(96, 96, radii=(4, 8)).output_shape
        (None, 128)
    """
    if radii and scaling == "standardize":
        raise ValueError(
            "`radii` must be empty where `scaling` is 'standardize', which takes flux "
            f"and colour away. Received: radii={tuple(radii)}"
        )
    inputs = keras.Input((height, width, num_channels), name="image")
    x = PixelScaling(scaling, name=f"{name}_scaling")(inputs)
    x = image_cnn(
        height,
        width,
        num_channels,
        filters=filters,
        residual=True,
        stem_stride=stem_stride,
        name=f"{name}_cnn",
    )(x)
    if radii:
        linear = PixelScaling("linear", name=f"{name}_linear_scaling")(inputs)
        sums = CentralSums(radii, name=f"{name}_sums")(linear)
        photometry = feature_mlp(
            _columns(radii, num_channels),
            embedding_dim=embedding_dim,
            hidden_dims=(output_dim,),
            output_dim=output_dim,
            dropout=dropout,
            name=f"{name}_photometry",
        )(sums)
        x = layers.Concatenate(name=f"{name}_joined")([x, photometry])
    x = FastDropout(dropout, name=f"{name}_dropout")(x)
    x = layers.Dense(output_dim, activation="gelu", name=f"{name}_embedding")(x)
    return keras.Model(inputs, x, name=name)


def adapt_galaxy_image(branch: keras.Model, images: ArrayLike) -> None:
    """Lets a branch of `galaxy_image_cnn` learn noise and photometry of training data.

    Args:
        branch: The branch, or a model that holds it.
        images: Training images, or some of them, shape `(n, height, width, channels)`.
    """
    array = np.asarray(images)
    found = {layer.name: layer for layer in branch._flatten_layers()}
    for name, layer in found.items():
        if isinstance(layer, PixelScaling):
            layer.adapt(array)
        elif isinstance(layer, CentralSums):
            start = name.removesuffix("_sums")
            scaling = found[f"{start}_linear_scaling"]
            scaling.adapt(array)
            sums = [
                np.asarray(layer(scaling(array[i : i + 256])))
                for i in range(0, len(array), 256)
            ]
            found[f"{start}_photometry_normalization"].adapt(np.concatenate(sums))


def _columns(radii: Sequence[float], num_channels: int) -> list[str]:
    """Names of the columns of `CentralSums`, in order."""
    names = []
    for radius in radii:
        names += [f"band {i} within {radius:g} px" for i in range(num_channels)]
        names += [
            f"band {i} to {i + 1} within {radius:g} px" for i in range(num_channels - 1)
        ]
    return names
