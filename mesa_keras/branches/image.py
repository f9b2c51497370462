"""Convolutional branch for images."""

from collections.abc import Sequence

import keras
from keras import layers

from mesa_keras.layers import FastDropout


def image_cnn(
    height: int,
    width: int,
    num_channels: int = 1,
    *,
    filters: Sequence[int] = (32, 64, 128),
    residual: bool = False,
    stem_stride: int | None = None,
    output_dim: int | None = None,
    dropout: float = 0.0,
    name: str = "image",
) -> keras.Model:
    """Builds a convolutional network that ends in global average pooling.

    Each stage is a 3x3 convolution, batch normalization, ReLU and a 2x2 maximum; the
    average over what is left makes the embedding independent of where a thing stands.
    With `stem_stride` the first stage is a convolution of that stride alone, and the
    others halve by the stride of their first convolution: several times faster.

    Args:
        height: Rows of the image.
        width: Columns of the image.
        num_channels: Channels of the image.
        filters: Filters of each stage, which halves the resolution.
        residual: Whether each stage, but for a stem, has a second convolution with a
            skip connection.
        stem_stride: Stride of the stem, whose kernel is one larger than twice that;
            `None` for no stem.
        output_dim: Width of a dense layer at the end; `None` for none.
        dropout: Dropout rate before that layer, in [0, 1).
        name: Name of the branch.

    Returns:
        Model from `(batch, height, width, num_channels)` to `(batch, output_dim)`, or
        to `(batch, filters[-1])`.

    Raises:
        ValueError: If `filters` is empty, `stem_stride` not positive, or the image is
            too small for its stages.

    Example:
        >>> image_cnn(64, 64, filters=(8, 16)).output_shape
        (None, 16)
    """
    first = 2 if stem_stride is None else stem_stride
    if first < 1 or not filters or min(height, width) < first * 2 ** (len(filters) - 1):
        raise ValueError(
            "`filters` must name at least one stage, and each halves the image, but "
            "for a stem, which divides it by `stem_stride`. Received: "
            f"filters={tuple(filters)}, stem_stride={stem_stride}, height={height}, "
            f"width={width}"
        )
    inputs = keras.Input((height, width, num_channels), name=name)
    x = inputs
    if stem_stride is not None:
        kernel = 2 * stem_stride + 1
        x = _convolution(x, filters[0], f"{name}_stem", kernel, stem_stride)
    for i, count in enumerate(filters):
        if stem_stride is not None and i == 0:
            continue
        stride = 1 if stem_stride is None else 2
        x = _convolution(x, count, f"{name}_stage_{i}", stride=stride)
        if residual:
            y = _convolution(x, count, f"{name}_stage_{i}_residual")
            x = layers.Add(name=f"{name}_stage_{i}_add")([x, y])
        if stem_stride is None:
            x = layers.MaxPooling2D(name=f"{name}_stage_{i}_pool")(x)
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    if output_dim is not None:
        x = FastDropout(dropout, name=f"{name}_dropout")(x)
        x = layers.Dense(output_dim, activation="relu", name=f"{name}_embedding")(x)
    return keras.Model(inputs, x, name=name)


def _convolution(
    x: object, filters: int, name: str, kernel: int = 3, stride: int = 1
) -> object:
    x = layers.Conv2D(
        filters,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        name=f"{name}_convolution",
    )(x)
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
