"""Counts at every distinct score, from which ROC and precision-recall follow."""

import numpy as np


def counts_at_thresholds(
    positive: np.ndarray, score: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the distinct scores and what is called positive at each.

    An object is called positive when `score >= threshold`. Scikit-learn's own
    `roc_curve` and `precision_recall_curve` give the same numbers; their checks cost
    more than the sort, which counts in a bootstrap of thousands of calls.

    Args:
        positive: Booleans, shape `(n,)`.
        score: Finite scores, shape `(n,)`.

    Returns:
        Thresholds in falling order, true positives and false positives at each, all of
        shape `(distinct scores,)`.
    """
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    true_positives = np.cumsum(positive[order])[ends]
    return ordered[ends], true_positives, ends + 1 - true_positives


def roc_auc_from_counts(
    true_positives: np.ndarray, false_positives: np.ndarray
) -> float:
    """Returns the area under the ROC curve; NaN where one side has no example."""
    total = float(true_positives[-1]) * float(false_positives[-1])
    if total == 0:
        return float("nan")
    height = np.concatenate([[0], true_positives])
    width = np.diff(np.concatenate([[0], false_positives]))
    return float(np.sum(width * (height[1:] + height[:-1])) / (2 * total))


def average_precision_from_counts(
    true_positives: np.ndarray, false_positives: np.ndarray
) -> float:
    """Returns the sum of precision times gain in recall; NaN without a positive."""
    positives = float(true_positives[-1])
    if positives == 0:
        return float("nan")
    gain = np.diff(np.concatenate([[0], true_positives])) / positives
    return float(np.sum(gain * true_positives / (true_positives + false_positives)))
