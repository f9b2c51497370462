"""Scaling of images whose pixels have a unit, inside the model."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

Shape = tuple[int | None, ...]
METHODS = ("asinh", "linear", "standardize")


@keras.saving.register_keras_serializable(package="mesa_keras")
class PixelScaling(keras.layers.Layer):
    """Scales the pixels of images, channel by channel, and fills in missing ones.

    `"linear"` divides by the noise of the channel, which `adapt` finds in training
    images; `"asinh"` takes the inverse hyperbolic sine of that, which is linear in the
    noise and logarithmic in what is bright. Both keep how bright an image is, and its
    colour. `"standardize"` subtracts the mean of the image's own channel and divides by
    its standard deviation, and keeps neither.

    A pixel that is not finite becomes 0: the level of an empty sky, or the mean.

    Args:
        method: `"asinh"`, `"linear"` or `"standardize"`. Default `"asinh"`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, height, width, channels)`, NaN = missing.

    Returns:
        Tensor of the same shape, finite for all finite inputs.

    Raises:
        ValueError: If `method` is unknown or the inputs are no images.

    References:
        Lupton, Gunn & Szalay (1999), https://arxiv.org/abs/astro-ph/9903081, eq. 3.
    """

    def __init__(self, method: str = "asinh", **kwargs: Any) -> None:
        # Pixels near 0 and bright ones both leave the range of half precision.
        super().__init__(autocast=False, **kwargs)
        if method not in METHODS:
            raise ValueError(f"`method` must be of {METHODS}. Received: {method!r}")
        self.method = method

    def build(self, input_shape: Shape) -> None:
        if len(input_shape) != 4 or input_shape[-1] is None:
            raise ValueError(
                "`inputs` must have the shape (batch, height, width, channels). "
                f"Received: shape={input_shape}"
            )
        if self.method != "standardize":
            self.noise = self.add_weight(
                name="noise",
                shape=(input_shape[-1],),
                initializer="ones",
                dtype="float32",
                autocast=False,
                trainable=False,
            )

    def adapt(self, images: ArrayLike) -> None:
        """Finds the noise of each channel, robustly; call it before training.

        It is 1.4826 times the median absolute deviation of all pixels, and 1 where a
        channel has no finite or no varying pixel. `"standardize"` has nothing to find.

        Args:
            images: Training images, or some of them, shape `(n, height, width,
                channels)`, NaN = missing.
        """
        array = np.asarray(images)
        if not self.built:
            self.build((None, *array.shape[1:]))
        if self.method == "standardize":
            return
        noise = np.ones(array.shape[-1])
        for channel in range(array.shape[-1]):
            values = array[..., channel].astype("float64").ravel()
            values = values[np.isfinite(values)]
            if values.size:
                spread = 1.4826 * np.median(np.abs(values - np.median(values)))
                noise[channel] = spread if spread > 0 else 1.0
        self.noise.assign(noise)

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, "float32")
        known = ops.isfinite(x)
        x = ops.where(known, x, 0.0)
        if self.method == "standardize":
            x = _standardize(x, ops.cast(known, "float32"))
        else:
            x = x / self.noise
            if self.method == "asinh":
                x = ops.arcsinh(x)
        return ops.cast(x, self.compute_dtype)

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor(inputs.shape, dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "method": self.method}


def _standardize(x: Any, known: Any) -> Any:
    """Mean 0 and variance 1 over the known pixels, the others 0."""
    count = ops.maximum(ops.sum(known, axis=(1, 2), keepdims=True), 1.0)
    mean = ops.sum(x, axis=(1, 2), keepdims=True) / count
    offset = known * (x - mean)
    variance = ops.sum(ops.square(offset), axis=(1, 2), keepdims=True) / count
    # An image of one value stays 0.
    return offset * ops.rsqrt(ops.maximum(variance, 1e-20))
