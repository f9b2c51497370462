"""Figures of merit of a classifier that gives probabilities and may abstain."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation._validation import as_labels, as_probabilities
from mesa_keras.evaluation.calibration import top_label_error
from mesa_keras.evaluation.ranking import (
    average_precision_from_counts,
    counts_at_thresholds,
    roc_auc_from_counts,
)


def classification_metrics(
    y_true: ArrayLike, probabilities: ArrayLike, decision: ArrayLike | None = None
) -> dict[str, float]:
    """Returns accuracy, macro-F1, ROC-AUC, average precision, log-loss and ECE.

    The numbers equal scikit-learn's, at a fraction of the time. `accuracy` and
    `macro_f1` judge the decision; the others judge the probabilities.

    Macro averages run over the classes that have an example in `y_true`: a class
    without one has neither recall nor ROC curve. `classification_report` lists such
    classes as `absent_classes`. Where `y_true` holds one class only, `roc_auc` and
    `average_precision` are NaN (not defined).

    Args:
        y_true: Class indices, shape `(n,)`.
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        decision: Class decided, shape `(n,)`; `classes` stands for unknown and counts
            as wrong. Default: the most probable class.

    Returns:
        `accuracy`, `macro_f1`, `roc_auc` and `average_precision` (one class against
        the rest, unweighted mean), `log_loss` (natural logarithm, probabilities clipped
        at the resolution of their type), `ece` (top label, 10 equal bins).

    Raises:
        TypeError: If labels or decisions are not integers.
        ValueError: If shapes do not fit, labels are out of range, or rows of
            `probabilities` do not sum to 1.
    """
    p = as_probabilities(probabilities)
    num_rows, num_classes = p.shape
    y = as_labels(y_true, num_rows, num_classes)
    if decision is None:
        chosen = p.argmax(axis=1)
    else:
        chosen = as_labels(decision, num_rows, num_classes + 1, "decision")
    roc_auc, average_precision = _ranking_metrics(y, p)
    resolution = np.finfo(p.dtype).eps
    of_truth = np.clip(p[np.arange(num_rows), y], resolution, 1 - resolution)
    return {
        "accuracy": float(np.mean(chosen == y)),
        "macro_f1": _macro_f1(y, chosen, num_classes),
        "roc_auc": roc_auc,
        "average_precision": average_precision,
        "log_loss": float(-np.mean(np.log(of_truth, dtype=np.float64))),
        "ece": top_label_error(y, p, num_bins=10),
    }


def _macro_f1(y: np.ndarray, chosen: np.ndarray, num_classes: int) -> float:
    support = np.bincount(y, minlength=num_classes)
    called = np.bincount(chosen, minlength=num_classes + 1)[:num_classes]
    hits = np.bincount(y[chosen == y], minlength=num_classes)
    present = support > 0
    return float(np.mean(2 * hits[present] / (support + called)[present]))


def _ranking_metrics(y: np.ndarray, p: np.ndarray) -> tuple[float, float]:
    present = np.unique(y)
    if len(present) < 2:
        return float("nan"), float("nan")
    values = []
    for k in present:
        _, hits, misses = counts_at_thresholds(y == k, p[:, k])
        values.append(
            (
                roc_auc_from_counts(hits, misses),
                average_precision_from_counts(hits, misses),
            )
        )
    roc_auc, average_precision = np.mean(values, axis=0)
    return float(roc_auc), float(average_precision)


def classification_report(
    y_true: ArrayLike,
    decision: ArrayLike,
    class_names: Sequence[str],
) -> dict[str, Any]:
    """Returns precision, recall, F1 and support per class, and the confusion matrix.

    Args:
        y_true: Class indices, shape `(n,)`.
        decision: Class decided, shape `(n,)`; `len(class_names)` stands for unknown.
        class_names: Names in the order of the indices.

    Returns:
        `classes`: per name `precision` (NaN where the class was never decided),
        `recall` (NaN where it has no example), `f1`, `support`.
        `confusion`: nested list of counts, a row per true class, a column per entry of
        `columns`. `columns`: class names, and `unknown` where the model abstained.
        `absent_classes`: names without an example, left out of macro averages.
        `abstained`: number of unknown.

    Raises:
        TypeError: If labels or decisions are not integers.
        ValueError: If shapes do not fit, or an index is out of range.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    names = [str(name) for name in class_names]
    num_classes = len(names)
    if len(set(names)) < num_classes or num_classes < 2:
        raise ValueError(
            "`class_names` must be at least two different names. "
            f"Received: class_names={names}"
        )
    num_rows = np.size(decision)
    if num_rows == 0:
        raise ValueError("`decision` must have at least one row. Received: none")
    chosen = as_labels(decision, num_rows, num_classes + 1, "decision")
    y = as_labels(y_true, num_rows, num_classes)
    confusion = confusion_matrix(y, chosen, labels=np.arange(num_classes + 1))
    abstained = int(confusion[:, num_classes].sum())
    columns = [*names, "unknown"] if abstained else names
    scores = precision_recall_fscore_support(
        y, chosen, labels=np.arange(num_classes), zero_division=np.nan
    )
    per_class = {
        name: {
            "precision": float(precision),
            "recall": float(recall),
            "f1": float(f1),
            "support": int(support),
        }
        for name, precision, recall, f1, support in zip(names, *scores, strict=True)
    }
    return {
        "classes": per_class,
        "confusion": confusion[:num_classes, : len(columns)].tolist(),
        "columns": columns,
        "absent_classes": [n for n in names if per_class[n]["support"] == 0],
        "abstained": abstained,
    }
