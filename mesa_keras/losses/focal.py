"""Focal loss for classes of unequal frequency and difficulty."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike


@keras.saving.register_keras_serializable(package="mesa_keras")
class FocalLoss(keras.losses.CategoricalFocalCrossentropy):
    """Categorical focal loss of logits, for integer, one-hot or soft labels.

    `-sum_c y[c] alpha[c] (1 - p[c])**gamma log(p[c])`. Keras' own loss clips the
    probabilities at 1e-7, where the gradient of a confidently wrong example vanishes;
    here the logarithm comes from the logits, and the gradient stays.

    Args:
        gamma: Focusing exponent, not negative; 0 is the weighted cross-entropy.
            Default 2.
        alpha: Positive weight of all classes, or one per class: see
            `alpha_from_counts`. Default 0.25.
        label_smoothing: Share of the label in [0, 1) that is spread over all classes.
        from_logits: Whether `y_pred` are logits, else probabilities. Default on.
        name: Name of the loss.
        **kwargs: Passed to `keras.losses.CategoricalFocalCrossentropy`.

    Call arguments:
        y_true: Class index of shape `(batch,)` or `(batch, 1)`, or distribution over
            the classes, `(batch, classes)`, as MixUp makes.
        y_pred: Logits of shape `(batch, classes)`.

    Returns:
        Float tensor of shape `(batch,)` before reduction.

    Raises:
        ValueError: If an argument is out of range, or `alpha` does not fit the classes.

    References:
        Lin et al. (2017), https://arxiv.org/abs/1708.02002, eq. 5, over all classes of
        a softmax instead of a sigmoid.
    """

    def __init__(
        self,
        gamma: float = 2.0,
        alpha: float | Sequence[float] = 0.25,
        label_smoothing: float = 0.0,
        from_logits: bool = True,
        name: str = "focal",
        **kwargs: Any,
    ) -> None:
        weights = np.asarray(alpha, "float64")
        if gamma < 0:
            raise ValueError(f"`gamma` must not be negative. Received: gamma={gamma}")
        if weights.ndim > 1 or not np.all((weights > 0) & np.isfinite(weights)):
            raise ValueError(
                "`alpha` must be positive, one number or one per class. "
                f"Received: alpha={alpha}"
            )
        if not 0 <= label_smoothing < 1:
            raise ValueError(
                "`label_smoothing` must lie in [0, 1). "
                f"Received: label_smoothing={label_smoothing}"
            )
        super().__init__(
            alpha=weights.tolist(),
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            name=name,
            **kwargs,
        )

    def call(self, y_true: Any, y_pred: Any) -> Any:
        classes = y_pred.shape[-1]
        if isinstance(self.alpha, list) and len(self.alpha) != classes:
            raise ValueError(
                "`alpha` must have one weight per class. "
                f"Received: alpha={self.alpha}, y_pred.shape={tuple(y_pred.shape)}"
            )
        if len(y_true.shape) < 2 or y_true.shape[-1] == 1:
            index = ops.cast(ops.reshape(y_true, (-1,)), "int32")
            y_true = ops.one_hot(index, classes, dtype=y_pred.dtype)
        if not self.from_logits:
            return super().call(y_true, y_pred)
        if self.label_smoothing:
            y_true = (
                y_true * (1 - self.label_smoothing) + self.label_smoothing / classes
            )
        log_probability = ops.log_softmax(y_pred, axis=-1)
        losses = (
            -y_true * log_probability * ops.convert_to_tensor(self.alpha, y_pred.dtype)
        )
        if self.gamma:
            # The bound keeps the gradient finite at a probability of 1.
            doubt = ops.maximum(-ops.expm1(log_probability), keras.config.epsilon())
            losses = losses * ops.power(doubt, self.gamma)
        return ops.sum(losses, axis=-1)


def alpha_from_counts(
    counts: ArrayLike, beta: float = 1.0, cap: float | None = None
) -> np.ndarray:
    """Weights per class from their frequencies, for `FocalLoss` or class weights.

    Inverse frequencies with mean 1, to the power `beta`, at most `cap` times their
    median.

    Args:
        counts: Positive number of training examples per class.
        beta: Strength in [0, 1]: 0 weighs all classes equally, 1 by the inverse
            frequency. Default 1.
        cap: Largest weight, at least 1, in units of the median weight; `None` for no
            bound.

    Returns:
        Float array of the shape of `counts`.

    Raises:
        ValueError: If a count is not positive or an argument is out of range.
    """
    counts = np.asarray(counts, "float64")
    if counts.ndim != 1 or not len(counts) or not np.all(counts > 0):
        raise ValueError(
            f"`counts` must be positive, one per class. Received: counts={counts}"
        )
    if not 0 <= beta <= 1:
        raise ValueError(f"`beta` must lie in [0, 1]. Received: beta={beta}")
    if cap is not None and not cap >= 1:
        raise ValueError(f"`cap` must be at least 1. Received: cap={cap}")
    weights: np.ndarray = 1 / counts
    weights = (weights / weights.mean()) ** beta
    if cap is not None:
        weights = np.minimum(weights, cap * np.median(weights))
    return weights
