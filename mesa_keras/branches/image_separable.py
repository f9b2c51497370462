"""Convolutional branch of depthwise separable stages, made for processors."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from mesa_keras.layers import FastDropout


def image_separable(
    height: int,
    width: int,
    num_channels: int = 1,
    *,
    filters: Sequence[int] = (24, 48, 96, 160),
    stem_stride: int = 2,
    output_dim: int | None = None,
    dropout: float = 0.0,
    name: str = "image",
) -> keras.Model:
    """Builds a network of depthwise separable convolutions with a strided stem.

    The stem is a dense 5x5 convolution that leaves out rows and columns. Each further
    stage is a depthwise 3x3 convolution of stride 2 and a pointwise one, then the same
    pair without stride and with a skip connection; batch normalization and ReLU follow
    every pointwise one. It ends in global average pooling.

    Args:
        height: Rows of the image.
        width: Columns of the image.
        num_channels: Channels of the image.
        filters: Filters of the stem and of each stage, which halves the resolution.
        stem_stride: Stride of the stem.
        output_dim: Width of a dense layer at the end; `None` for none.
        dropout: Dropout rate before that layer, in [0, 1).
        name: Name of the branch.

    Returns:
        Model from `(batch, height, width, num_channels)` to `(batch, output_dim)`, or
        to `(batch, filters[-1])`.

    Raises:
        ValueError: If `filters` is empty, `stem_stride` not positive, or the image too
            small for its stages.

    References:
        Howard et al. (2017), MobileNets, https://arxiv.org/abs/1704.04861, section 3;
        the normalization between the two convolutions of a pair is left out.

    Example:
        >>> image_separable(64, 64, filters=(8, 16)).output_shape
        (None, 16)
    """
    smallest = stem_stride * 2 ** (len(filters) - 1) if filters else 0
    if not filters or stem_stride < 1 or min(height, width) < smallest:
        raise ValueError(
            "`filters` must name at least one stage, each halves the image after the "
            f"stem has divided it by `stem_stride`. Received: filters={tuple(filters)},"
            f" stem_stride={stem_stride}, height={height}, width={width}"
        )
    inputs = keras.Input((height, width, num_channels), name=name)
    x = layers.Conv2D(
        filters[0],
        5,
        strides=stem_stride,
        padding="same",
        use_bias=False,
        name=f"{name}_stem_convolution",
    )(inputs)
    x = _normalized(x, f"{name}_stem")
    for i, count in enumerate(filters[1:], start=1):
        x = _separable(x, count, 2, f"{name}_stage_{i}")
        y = _separable(x, count, 1, f"{name}_stage_{i}_residual")
        x = layers.Add(name=f"{name}_stage_{i}_add")([x, y])
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    if output_dim is not None:
        x = FastDropout(dropout, name=f"{name}_dropout")(x)
        x = layers.Dense(output_dim, activation="relu", name=f"{name}_embedding")(x)
    return keras.Model(inputs, x, name=name)


def _separable(x: Any, filters: int, stride: int, name: str) -> Any:
    x = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_pointwise")(x)
    return _normalized(x, name)


def _normalized(x: Any, name: str) -> Any:
    x = layers.BatchNormalization(momentum=0.95, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
