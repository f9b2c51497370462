"""Precision against recall of one class, at every distinct score."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation.ranking import (
    average_precision_from_counts,
    counts_at_thresholds,
)


class PrecisionRecallCurve(NamedTuple):
    """Precision and recall of one class at every distinct score, highest first.

    Attributes:
        threshold: Smallest score that is called positive, shape `(distinct scores,)`.
        precision: Share of these that are positive, same shape.
        recall: Share of the positives among these, same shape.
        average_precision: Area under the steps of the curve.
    """

    threshold: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    average_precision: float


def precision_recall_curve(
    positive: ArrayLike, score: ArrayLike
) -> PrecisionRecallCurve:
    """Returns the curve of one class against the rest.

    Args:
        positive: Whether an object is of the class, booleans of shape `(n,)`.
        score: Its probability for that class, shape `(n,)`.

    Raises:
        ValueError: If the shapes differ or no object is of the class.
    """
    of_class, scores = np.asarray(positive, dtype=bool), np.asarray(score)
    if of_class.ndim != 1 or scores.shape != of_class.shape or not of_class.any():
        raise ValueError(
            "`positive` must have shape (n,), a score each and one object of the "
            f"class. Received: shapes={of_class.shape} and {scores.shape}, "
            f"{int(of_class.sum())} of the class"
        )
    threshold, hits, misses = counts_at_thresholds(of_class, scores)
    return PrecisionRecallCurve(
        threshold=threshold,
        precision=hits / (hits + misses),
        recall=hits / hits[-1],
        average_precision=average_precision_from_counts(hits, misses),
    )
