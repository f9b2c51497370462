"""Which pairs of a batch are positives, negatives, or neither."""

from typing import Any

from keras import ops

Tensor = Any


def check_pairs(y_pred: Tensor) -> None:
    """Raises where `y_pred` does not hold two vectors per object."""
    shape = tuple(y_pred.shape)
    if len(shape) != 3 or shape[1] != 2:
        raise ValueError(
            f"`y_pred` must have the shape (batch, 2, dim). Received: shape={shape}"
        )


def pair_masks(y_true: Tensor) -> tuple[Tensor, Tensor]:
    """Reads the pair index of a batch.

    Rows that share an index of at least 0 are the same object, and neither positives
    nor negatives of each other; a negative index says that the row lacks a view.

    Args:
        y_true: Pair index, small whole numbers, of shape `(batch,)` or `(batch, 1)`.

    Returns:
        Boolean `valid`, `(batch,)`: the row has both views; and `negative`, `(batch,
        batch)`: first view of the row and second view of the column are of different
        objects and both valid.
    """
    index = ops.reshape(y_true, (-1,))
    valid = index >= 0
    different = ops.expand_dims(index, 1) != ops.expand_dims(index, 0)
    both = ops.logical_and(ops.expand_dims(valid, 1), ops.expand_dims(valid, 0))
    return valid, ops.logical_and(different, both)


def valid_pairs(
    y_pred: Tensor, valid: Tensor, normalize: bool
) -> tuple[Tensor, Tensor]:
    """Splits pairs into views; rows that are not valid become 0, also from NaN.

    Args:
        y_pred: Float tensor of shape `(batch, 2, dim)`.
        valid: Boolean tensor of shape `(batch,)`.
        normalize: Whether the vectors are scaled to unit length.

    Returns:
        The first and the second vectors, each of shape `(batch, dim)`.
    """
    vectors = ops.where(valid[:, None, None], y_pred, 0.0)
    if normalize:
        square = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
        vectors = vectors * ops.rsqrt(ops.maximum(square, 1e-12))
    return vectors[:, 0], vectors[:, 1]


def mean_over_valid(values: Tensor, valid: Tensor) -> Tensor:
    """Rescales values so that their mean over the batch is that over valid rows."""
    count = ops.sum(ops.cast(valid, values.dtype))
    batch = ops.cast(ops.shape(values)[0], values.dtype)
    scale = batch / ops.maximum(count, 1.0)
    return ops.where(valid, values, 0.0) * scale
