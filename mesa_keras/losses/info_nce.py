"""Contrastive loss between two views of the same object."""

from typing import Any

import keras
from keras import ops

from mesa_keras.losses._pairs import (
    check_pairs,
    mean_over_valid,
    pair_masks,
    valid_pairs,
)


@keras.saving.register_keras_serializable(package="mesa_keras")
class InfoNCE(keras.losses.Loss):
    """Symmetric InfoNCE loss over the pairs of a batch.

    With unit embeddings `a[i]`, `b[i]` of object `i` and `s = a @ b.T / temperature`,
    the loss of object `i` is

    `-(log_softmax(s, axis=1)[i, i] + log_softmax(s, axis=0)[i, i]) / 2`

    so it is `log(batch)` for embeddings that carry no information. Rows of the same
    object are left out of each other's sums, and rows that lack a view out of all.

    Args:
        temperature: Positive float dividing the cosine similarities. Default 0.07; 1
            where `normalize` is off, as the scale is then part of the vectors.
        normalize: Whether the embeddings are scaled to unit length here. Off for the
            output of `ContrastiveScale`. Default on.
        name: Name of the loss.
        **kwargs: Passed to `keras.losses.Loss`.

    Call arguments:
        y_true: Pair index, small whole numbers made per batch, of shape `(batch,)` or
            `(batch, 1)`: rows that share an index are the same object, a negative index
            marks a row that lacks a view.
        y_pred: Float tensor of shape `(batch, 2, dim)`, the two embeddings of every
            object. Rows that lack a view may hold anything, also NaN.

    Returns:
        Float tensor of shape `(batch,)` before reduction: 0 for rows that lack a view,
        the others times `batch / valid rows`, so that the mean over the batch is the
        mean over valid rows.

    Raises:
        ValueError: If `temperature` is not positive, or not 1 without `normalize`, or
            `y_pred` does not hold pairs.

    References:
        van den Oord et al. (2018), https://arxiv.org/abs/1807.03748, eq. 4;
        Radford et al. (2021), CLIP, https://arxiv.org/abs/2103.00020, fig. 3.
    """

    def __init__(
        self,
        temperature: float | None = None,
        normalize: bool = True,
        name: str = "info_nce",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if temperature is None:
            temperature = 0.07 if normalize else 1.0
        if not temperature > 0:
            raise ValueError(
                f"`temperature` must be positive. Received: temperature={temperature}"
            )
        if not normalize and temperature != 1:
            raise ValueError(
                "`temperature` must be 1 where `normalize` is off. "
                f"Received: temperature={temperature}"
            )
        self.temperature = temperature
        self.normalize = normalize

    def call(self, y_true: Any, y_pred: Any) -> Any:
        check_pairs(y_pred)
        valid, negative = pair_masks(y_true)
        first, second = valid_pairs(y_pred, valid, self.normalize)
        similarity = ops.matmul(first, ops.transpose(second)) / self.temperature
        own = ops.eye(ops.shape(similarity)[0], dtype="bool")
        similarity = ops.where(ops.logical_or(own, negative), similarity, -1e30)
        losses = -0.5 * (
            ops.diagonal(ops.log_softmax(similarity, axis=1))
            + ops.diagonal(ops.log_softmax(similarity, axis=0))
        )
        return mean_over_valid(losses, valid)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "temperature": self.temperature,
            "normalize": self.normalize,
        }
