"""Accuracy over the rows that have a label."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="mesa_keras")
class LabelledAccuracy(keras.metrics.Mean):
    """Share of rows whose most probable class is their label, where they have one.

    Where several sets of labels are learned together, a row has a label of one of them.

    Args:
        name: Name of the metric. Default `"accuracy"`.
        **kwargs: Passed to `keras.metrics.Mean`.

    Call arguments:
        y_true: Class index of shape `(batch,)` or `(batch, 1)`, negative = no label.
        y_pred: Logits or probabilities of shape `(batch, classes)`.
        sample_weight: Optional weight per row.

    Returns:
        Scalar in [0, 1]; 0 if no row has a label.
    """

    def __init__(self, name: str = "accuracy", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        label = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        chosen = ops.cast(ops.argmax(y_pred, axis=-1), "int32")
        weight = ops.cast(label >= 0, self.dtype)
        if sample_weight is not None:
            weight *= ops.cast(ops.reshape(sample_weight, (-1,)), self.dtype)
        super().update_state(chosen == label, sample_weight=weight)
