"""Small integers that tell a contrastive loss which rows of a batch are what."""

from typing import Any, TypeAlias

import tensorflow as tf

Tensor: TypeAlias = Any


def pair_index(row: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Numbers the objects of a batch, and marks rows that lack a view.

    Ids of catalogues do not survive the cast of targets to float32; positions within a
    batch do. Rows of one object, as balanced sampling draws, share a number.

    Args:
        row: Identity of the object of each row, integers of shape `(batch,)`.
        first: Boolean `(batch,)`: the row has the first view.
        second: Boolean `(batch,)`: the row has the second view.

    Returns:
        int32 tensor of shape `(batch,)`, -1 where a view is missing.
    """
    index = tf.unique(row).idx
    return tf.where(first & second, index, -1)


def is_present(values: Tensor) -> Tensor:
    """Whether a row holds any finite value, boolean of shape `(batch,)`.

    Args:
        values: Float tensor of shape `(batch, ...)`, NaN = missing.
    """
    flat = tf.reshape(values, (tf.shape(values)[0], -1))
    return tf.reduce_any(tf.math.is_finite(flat), axis=1)
