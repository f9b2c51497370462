"""Branch that says where the lines of a spectrum stand, up to a constant."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from mesa_keras.layers import CirclePooling, LocalContrast

# Steps of four bins between the taps of convolutions that tell a line by other lines.
_FAR = (8, 24, 64)


def spectrum_circles(
    num_bins: int,
    spacing: float,
    periods: Sequence[float],
    *,
    filters: int = 48,
    window: int = 65,
    name: str = "spectrum_circles",
) -> keras.Model:
    """Builds a convolutional network whose output a redshift turns, and nothing else.

    On bins of equal width in the logarithm of the wavelength, as of `LogBinning`, a
    redshift is a shift. What stands out of its surroundings goes through convolutions
    that see some forty bins; what they find is summed up by `CirclePooling`, so that a
    shift turns the circles by an angle that is known. Missing bins count for nothing.

    Args:
        num_bins: Bins of the spectrum; divisible by 4.
        spacing: Width of a bin in the natural logarithm of the wavelength.
        periods: Periods of the circles in that logarithm.
        filters: Filters of the convolutions; positive.
        window: Bins that a line is told from.
        name: Name of the branch and prefix of its layers.

    Returns:
        Model from `{"values": (batch, num_bins), "weights": (batch, num_bins)}`, means
        and inverse variances, to `(batch, 2 * circles)`, not yet on circles: see
        `UnitCircles`.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        >>> spectrum_circles(2048, 4.9e-4, (0.1, 1.2)).output_shape
        (None, 4)
    """
    if num_bins < 4 or num_bins % 4 or filters < 1:
        raise ValueError(
            "`num_bins` must be divisible by 4 and `filters` positive. "
            f"Received: num_bins={num_bins}, filters={filters}"
        )
    inputs = {
        part: keras.Input((num_bins,), name=part) for part in ("values", "weights")
    }
    contrast = LocalContrast(window, name=f"{name}_contrast")(list(inputs.values()))
    present = ops.isfinite(contrast)
    x = ops.where(present, contrast, 0.0)
    there = ops.cast(present[..., :1], "float32")
    x = layers.Concatenate(name=f"{name}_flagged")([x, there])
    for i, (count, kernel, stride, dilation) in enumerate(
        ((16, 7, 1, 1), (filters, 7, 2, 1), (filters, 5, 2, 1), (filters, 5, 1, 3))
    ):
        x = _convolution(x, count, kernel, stride, dilation, f"{name}_convolution_{i}")
    for dilation in _FAR:
        far = _convolution(x, filters, 5, 1, dilation, f"{name}_far_{dilation}")
        x = layers.Add(name=f"{name}_far_{dilation}_added")([x, far])
    x = layers.Dense(filters, activation="softplus", name=f"{name}_features")(x)
    share = layers.AveragePooling1D(4, name=f"{name}_present")(there)
    x = layers.Multiply(name=f"{name}_counted")([x, share])
    x = CirclePooling(periods, 4 * spacing, name=f"{name}_pooling")(x)
    return keras.Model(inputs, x, name=name)


def _convolution(
    x: Any, filters: int, kernel: int, stride: int, dilation: int, name: str
) -> Any:
    return layers.Conv1D(
        filters,
        kernel,
        strides=stride,
        dilation_rate=dilation,
        padding="same",
        activation="relu",
        name=name,
    )(x)
