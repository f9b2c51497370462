"""Calibration error of the top label."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mesa_keras")
class ExpectedCalibrationError(keras.metrics.Metric):
    """Mean gap between confidence and accuracy of the most probable class.

    `sum_b n[b] / n |accuracy[b] - confidence[b]|` over bins `b` of equal width in the
    probability of the most probable class; bin `b` holds `[b, b + 1) / num_bins`, the
    last one also 1.

    Args:
        num_bins: Number of bins; positive. Default 10.
        from_logits: Whether `y_pred` are logits, else probabilities. Default on.
        name: Name of the metric.
        **kwargs: Passed to `keras.metrics.Metric`.

    Call arguments:
        y_true: Class index of shape `(batch,)` or `(batch, 1)`, or one-hot labels of
            shape `(batch, classes)`.
        y_pred: Float tensor of shape `(batch, classes)`.
        sample_weight: Optional weight per row.

    Returns:
        Scalar in [0, 1]; 0 before the first row.

    Raises:
        ValueError: If `num_bins` is not positive.

    References:
        Guo et al. (2017), https://arxiv.org/abs/1706.04599, eq. 3.
    """

    def __init__(
        self,
        num_bins: int = 10,
        from_logits: bool = True,
        name: str = "ece",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if num_bins < 1:
            raise ValueError(
                f"`num_bins` must be positive. Received: num_bins={num_bins}"
            )
        self.num_bins = num_bins
        self.from_logits = from_logits
        self.counts, self.correct, self.confidence = (
            self.add_weight(name=name, shape=(num_bins,), initializer="zeros")
            for name in ("counts", "correct", "confidence")
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), "float32")
        y_true = ops.convert_to_tensor(y_true)
        if len(y_true.shape) == 2 and y_true.shape[-1] > 1:
            y_true = ops.argmax(y_true, axis=-1)
        label = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        probabilities = ops.softmax(y_pred, axis=-1) if self.from_logits else y_pred
        top = ops.max(probabilities, axis=-1)
        right = label == ops.cast(ops.argmax(probabilities, axis=-1), "int32")
        index = ops.cast(ops.floor(top * self.num_bins), "int32")
        index = ops.clip(index, 0, self.num_bins - 1)
        weight = ops.one_hot(index, self.num_bins, dtype="float32")
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight, "float32")
            weight = weight * ops.reshape(sample_weight, (-1, 1))
        self.counts.assign_add(ops.sum(weight, axis=0))
        self.correct.assign_add(ops.matmul(ops.cast(right, "float32"), weight))
        self.confidence.assign_add(ops.matmul(top, weight))

    def result(self) -> Any:
        gap = ops.sum(ops.abs(self.correct - self.confidence))
        return ops.divide_no_nan(gap, ops.sum(self.counts))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "from_logits": self.from_logits,
        }
