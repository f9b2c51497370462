"""How well a score finds one class, or a union of classes, among all others."""

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation.ranking import (
    average_precision_from_counts,
    counts_at_thresholds,
    roc_auc_from_counts,
)

LEVELS = (0.95, 0.99)


def one_against_rest(positive: ArrayLike, score: ArrayLike) -> dict[str, float]:
    """Returns ROC-AUC, average precision, and recall and precision at fixed levels.

    Args:
        positive: Whether an object is of the class, booleans of shape `(n,)`.
        score: Its score, higher for the class, finite, shape `(n,)`.

    Returns:
        `roc_auc`; `average_precision`; `recall_at_precision_95` and `_99`, the highest
        recall of any threshold of that precision, 0 where none has it; and
        `precision_at_recall_95` and `_99`, the highest precision of any threshold of
        that recall. NaN where one side has no object.

    Raises:
        ValueError: If the shapes differ, there is no object, or a score is not finite.
    """
    of_class, scores = np.asarray(positive, dtype=bool), np.asarray(score)
    if of_class.ndim != 1 or scores.shape != of_class.shape or not of_class.size:
        raise ValueError(
            "`positive` and `score` must have one shape (n,) with n > 0. "
            f"Received: shapes={of_class.shape} and {scores.shape}"
        )
    if not np.isfinite(scores).all():
        raise ValueError("`score` must be finite. Received: NaN or infinity")
    _, hits, misses = counts_at_thresholds(of_class, scores)
    found = {
        "roc_auc": roc_auc_from_counts(hits, misses),
        "average_precision": average_precision_from_counts(hits, misses),
    }
    defined = bool(hits[-1] and misses[-1])
    precision = hits / (hits + misses)
    recall = hits / max(hits[-1], 1)
    for level in LEVELS:
        at_precision = recall[precision >= level]
        at_recall = precision[recall >= level]
        percent = round(100 * level)
        found[f"recall_at_precision_{percent}"] = (
            float(at_precision.max(initial=0.0)) if defined else float("nan")
        )
        found[f"precision_at_recall_{percent}"] = (
            float(at_recall.max()) if defined else float("nan")
        )
    return found
