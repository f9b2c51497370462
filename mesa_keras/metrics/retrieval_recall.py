"""Recall of the partner view among the pairs of a batch."""

from typing import Any

import keras
from keras import ops

from mesa_keras.losses._pairs import check_pairs, pair_masks, valid_pairs

DIRECTIONS = ("both", "first_to_second", "second_to_first")


@keras.saving.register_keras_serializable(package="mesa_keras")
class RetrievalRecall(keras.metrics.Metric):
    """Share of objects whose partner is among the `k` most similar of its batch.

    The pool of a query is its own partner and the partners of all other objects in the
    batch, so values are comparable only at equal batch size. Rows of the same object
    and rows that lack a view are left out, as in the contrastive losses. Partners of
    equal similarity share the places that they take: embeddings that carry no
    information score `k / pool`.

    Args:
        k: Number of most similar partners looked at; positive. Default 1.
        direction: `"first_to_second"` looks up second views with first ones,
            `"second_to_first"` the reverse, `"both"` is the mean. Default `"both"`.
        name: Name of the metric. Default `"recall_at_<k>"`.
        **kwargs: Passed to `keras.metrics.Metric`.

    Call arguments:
        y_true: Pair index, `(batch,)` or `(batch, 1)`: rows that share an index are the
            same object, a negative index marks a row that lacks a view.
        y_pred: Float tensor of shape `(batch, 2, dim)`, normalized here.
        sample_weight: Optional weight per row.

    Returns:
        Scalar in [0, 1], mean over all rows with both views; 0 if there are none.

    Raises:
        ValueError: If `k` is not positive or `direction` is unknown.
    """

    def __init__(
        self,
        k: int = 1,
        direction: str = "both",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name or f"recall_at_{k}", **kwargs)
        if k < 1:
            raise ValueError(f"`k` must be positive. Received: k={k}")
        if direction not in DIRECTIONS:
            raise ValueError(
                f"`direction` must be one of {DIRECTIONS}. "
                f"Received: direction={direction!r}"
            )
        self.k = k
        self.direction = direction
        self.hits = self.add_weight(name="hits", initializer="zeros")
        self.weight = self.add_weight(name="weight", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), "float32")
        check_pairs(y_pred)
        valid, negative = pair_masks(ops.convert_to_tensor(y_true))
        first, second = valid_pairs(y_pred, valid, normalize=True)
        similarity = ops.matmul(first, ops.transpose(second))
        hits = []
        if self.direction != "second_to_first":
            hits.append(self._hits(similarity, negative))
        if self.direction != "first_to_second":
            hits.append(self._hits(ops.transpose(similarity), ops.transpose(negative)))
        weight = ops.cast(valid, "float32")
        if sample_weight is not None:
            sample_weight = ops.convert_to_tensor(sample_weight, "float32")
            weight = weight * ops.reshape(sample_weight, (-1,))
        self.hits.assign_add(ops.sum(weight * sum(hits)) / len(hits))
        self.weight.assign_add(ops.sum(weight))

    def _hits(self, similarity: Any, negative: Any) -> Any:
        """Expected hit per row, if ties are broken at random."""
        own = ops.expand_dims(ops.diagonal(similarity), 1)
        tied = similarity == own
        # What is not smaller or equal is ahead, NaN too.
        ahead = ops.logical_not(ops.logical_or(similarity < own, tied))
        num_ahead, num_tied = (
            ops.sum(ops.cast(ops.logical_and(negative, where), "float32"), axis=1)
            for where in (ahead, tied)
        )
        return ops.clip((self.k - num_ahead) / (num_tied + 1), 0.0, 1.0)

    def result(self) -> Any:
        return ops.divide_no_nan(self.hits, self.weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "k": self.k, "direction": self.direction}
