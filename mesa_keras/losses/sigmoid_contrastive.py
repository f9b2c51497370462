"""Sigmoid contrastive loss between two views of the same object."""

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
class SigmoidContrastive(keras.losses.Loss):
    """Sigmoid loss (SigLIP) over all pairs of a batch.

    With `logit[i, j]` the inner product of `y_pred[i, 0]` and `y_pred[j, 1]`, and
    `z[i, j]` 1 for `i = j` and -1 for two different objects, the loss of object `i` is
    `sum_j -log(sigmoid(z[i, j] logit[i, j]))`. Pairs of rows of the same object, and of
    rows that lack a view, are left out. Scale and bias of the logits come from
    `ContrastiveScale(initial_scale=10, initial_bias=-10)` before it.

    Args:
        name: Name of the loss.
        **kwargs: Passed to `keras.losses.Loss`.

    Call arguments:
        y_true: Pair index, small whole numbers made per batch, of shape `(batch,)` or
            `(batch, 1)`: rows that share an index are the same object, a negative index
            marks a row that lacks a view.
        y_pred: Float tensor of shape `(batch, 2, dim)`, the output of
            `ContrastiveScale`. Rows that lack a view may hold anything, also NaN.

    Returns:
        Float tensor of shape `(batch,)` before reduction: 0 for rows that lack a view,
        the others times `batch / valid rows`, so that the mean over the batch is the
        mean over valid rows, the paper's normalization.

    Raises:
        ValueError: If `y_pred` does not hold pairs.

    References:
        Zhai et al. (2023), https://arxiv.org/abs/2303.15343, eq. 1.
    """

    def __init__(self, name: str = "sigmoid_contrastive", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        check_pairs(y_pred)
        valid, negative = pair_masks(y_true)
        first, second = valid_pairs(y_pred, valid, normalize=False)
        logits = ops.matmul(first, ops.transpose(second))
        repelled = ops.where(negative, ops.softplus(logits), 0.0)
        attracted = ops.softplus(-ops.diagonal(logits))
        return mean_over_valid(attracted + ops.sum(repelled, axis=1), valid)
