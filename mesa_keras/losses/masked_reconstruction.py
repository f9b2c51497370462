"""Loss of series rebuilt where they were hidden."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mesa_keras")
class MaskedReconstruction(keras.losses.Loss):
    """Huber loss over the values that were asked for.

    A target of NaN is not asked for: it was seen by the encoder, or there never was a
    value. With `e` the error of a value, its loss is `e**2 / 2` up to `delta` and
    `delta * (|e| - delta / 2)` above, so that one deep bin of a narrow event does not
    outweigh all others.

    Args:
        delta: Error above which the loss grows linearly; positive. Default 1.
        name: Name of the loss.
        **kwargs: Passed to `keras.losses.Loss`.

    Call arguments:
        y_true: Float tensor of shape `(batch, steps)` or `(batch, 1, steps)`, NaN where
            nothing is asked for.
        y_pred: Float tensor of shape `(batch, steps)`, or `(batch, towers, steps)` of
            several networks that are all asked the same.

    Returns:
        Float tensor of shape `(batch,)` before reduction, whose mean over the batch is
        the mean over all values asked for; 0 if there are none.

    Raises:
        ValueError: If `delta` is not positive.
    """

    def __init__(
        self, delta: float = 1.0, name: str = "masked_reconstruction", **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        if not delta > 0:
            raise ValueError(f"`delta` must be positive. Received: delta={delta}")
        self.delta = delta

    def call(self, y_true: Any, y_pred: Any) -> Any:
        asked = ops.isfinite(y_true)
        # Before the difference: the gradient of what is not chosen would be NaN.
        error = ops.where(asked, y_pred, 0.0) - ops.where(asked, y_true, 0.0)
        size = ops.abs(error)
        near = ops.minimum(size, self.delta)
        losses = near * (size - 0.5 * near)
        axes = tuple(range(1, len(y_pred.shape)))
        wanted = ops.cast(ops.broadcast_to(asked, ops.shape(y_pred)), y_pred.dtype)
        batch = ops.cast(ops.shape(y_pred)[0], y_pred.dtype)
        scale = batch / ops.maximum(ops.sum(wanted), 1.0)
        return ops.sum(losses, axis=axes) * scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "delta": self.delta}
