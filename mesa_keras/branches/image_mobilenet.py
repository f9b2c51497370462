"""MobileNetV3 as an image branch; its weights come from a local file or not at all."""

import warnings
from pathlib import Path

import keras
from keras import layers

from mesa_keras.layers import FastDropout


def image_mobilenet_v3_small(
    height: int,
    width: int,
    num_channels: int = 3,
    *,
    weights: str | Path | None = None,
    output_dim: int | None = None,
    dropout: float = 0.0,
    name: str = "image",
) -> keras.Model:
    """Builds MobileNetV3-Small without its classifier, with global average pooling.

    Images of other than three channels are turned into three by a trained 1x1
    convolution, so that weights of colour images fit.

    Args:
        height: Rows of the image, at least 32.
        width: Columns of the image, at least 32.
        num_channels: Channels of the image.
        weights: Local weights file of `keras.applications.MobileNetV3Small` without
            top; `None` starts from random weights. Nothing is ever downloaded.
        output_dim: Width of a dense layer at the end; `None` for none.
        dropout: Dropout rate before that layer, in [0, 1).
        name: Name of the branch.

    Returns:
        Model from `(batch, height, width, num_channels)`, values in [-1, 1], to
        `(batch, output_dim)`, or to `(batch, 576)`.

    Raises:
        FileNotFoundError: If `weights` does not exist.
        ValueError: If the image is too small or the file holds other weights.

    References:
        Howard et al. (2019), https://arxiv.org/abs/1905.02244, table 2.
    """
    if min(height, width) < 32:
        raise ValueError(
            "MobileNetV3 takes images of at least 32 x 32. "
            f"Received: height={height}, width={width}"
        )
    if weights is not None and not Path(weights).is_file():
        raise FileNotFoundError(f"{weights} does not exist")
    inputs = keras.Input((height, width, num_channels), name=name)
    x = inputs
    if num_channels != 3:
        x = layers.Conv2D(3, 1, name=f"{name}_colours")(x)
    network = keras.applications.MobileNetV3Small(
        input_shape=(height, width, 3),
        include_top=False,
        include_preprocessing=False,
        weights=None,
        pooling="avg",
        name=f"{name}_mobilenet",
    )
    if weights is not None:
        try:
            # Keras warns, and goes on with random weights, where a file lacks some.
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)
                network.load_weights(weights)
        except (ValueError, OSError, KeyError, UserWarning) as error:
            raise ValueError(
                f"{weights} does not hold the weights of MobileNetV3-Small without "
                f"top: {str(error).splitlines()[0]}"
            ) from error
    x = network(x)
    if output_dim is not None:
        x = FastDropout(dropout, name=f"{name}_dropout")(x)
        x = layers.Dense(output_dim, activation="relu", name=f"{name}_embedding")(x)
    return keras.Model(inputs, x, name=name)
