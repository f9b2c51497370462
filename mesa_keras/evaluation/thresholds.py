"""From probabilities to decisions, and thresholds for a wanted recall or precision."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation._validation import as_binary, as_labels, as_probabilities
from mesa_keras.evaluation.ranking import counts_at_thresholds

Objective = Literal["none", "max_f1", "target_precision", "target_recall"]


def decide(
    probabilities: ArrayLike, thresholds: ArrayLike, abstain: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the class decided for each object and its score.

    Among the classes whose probability reaches its threshold, the most probable; if
    none does, the most probable of all, or unknown where abstaining. Of equal
    probabilities the class that stands first wins.

    Args:
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        thresholds: One per class in [0, 1], shape `(classes,)`.
        abstain: Whether an object below every threshold is unknown.

    Returns:
        Decision, int32 of shape `(n,)`, `classes` for unknown; and score, shape `(n,)`:
        the probability of the class decided, for unknown the highest.

    Raises:
        ValueError: If a shape or value is out of range.

    Example:
        >>> decision, score = decide([[0.6, 0.4]], [0.7, 0.3])
        >>> int(decision[0]), float(score[0])
        (1, 0.4)
    """
    p = as_probabilities(probabilities)
    limits = np.asarray(thresholds)
    if limits.shape != (p.shape[1],) or not ((limits >= 0) & (limits <= 1)).all():
        raise ValueError(
            f"`thresholds` must be {p.shape[1]} values in [0, 1], one a class. "
            f"Received: thresholds={limits.tolist()}"
        )
    reached = p >= limits
    best = p.argmax(axis=1)
    decision = np.where(reached, p, -1).argmax(axis=1)
    decision = np.where(reached.any(axis=1), decision, best)
    score = p[np.arange(len(p)), decision]
    if abstain:
        decision = np.where(reached.any(axis=1), decision, p.shape[1])
    return decision.astype(np.int32), score


def threshold_at_recall(
    y_true: ArrayLike, y_score: ArrayLike, min_recall: float
) -> float:
    """Returns the largest threshold whose recall is at least `min_recall`.

    An object is called positive when `score >= threshold`.

    Args:
        y_true: Labels in {0, 1}, shape `(n,)`.
        y_score: Scores, higher for positives, shape `(n,)`.
        min_recall: Wanted recall in (0, 1].

    Returns:
        The threshold, one of the scores of the positives.

    Raises:
        ValueError: If `min_recall` is outside (0, 1] or no label is positive.
    """
    if not 0 < min_recall <= 1:
        raise ValueError(
            f"`min_recall` must be in (0, 1]. Received: min_recall={min_recall}"
        )
    limits, hits, _ = counts_at_thresholds(*as_binary(y_true, y_score))
    return float(limits[np.argmax(hits / hits[-1] >= min_recall)])


def threshold_at_precision(
    y_true: ArrayLike, y_score: ArrayLike, min_precision: float
) -> float:
    """Returns the smallest threshold whose precision is at least `min_precision`.

    It is the one with the highest recall among those that are precise enough. Precision
    does not fall steadily with the threshold: lower down it may be reached once more,
    between thresholds where it is not.

    Args:
        y_true: Labels in {0, 1}, shape `(n,)`.
        y_score: Scores, higher for positives, shape `(n,)`.
        min_precision: Wanted precision in (0, 1].

    Returns:
        The threshold, one of the scores.

    Raises:
        ValueError: If `min_precision` is outside (0, 1], no label is positive, or no
            threshold is precise enough.
    """
    if not 0 < min_precision <= 1:
        raise ValueError(
            "`min_precision` must be in (0, 1]. "
            f"Received: min_precision={min_precision}"
        )
    threshold = _precise_threshold(*as_binary(y_true, y_score), min_precision)
    if threshold is None:
        raise ValueError(
            "`min_precision` is reached by no threshold. "
            f"Received: min_precision={min_precision}"
        )
    return threshold


def threshold_at_max_f1(y_true: ArrayLike, y_score: ArrayLike) -> float:
    """Returns the threshold with the highest F1; of equal ones the largest.

    Args:
        y_true: Labels in {0, 1}, shape `(n,)`.
        y_score: Scores, higher for positives, shape `(n,)`.

    Returns:
        The threshold, one of the scores.

    Raises:
        ValueError: If no label is positive.
    """
    limits, hits, misses = counts_at_thresholds(*as_binary(y_true, y_score))
    return float(limits[np.argmax(2 * hits / (hits + misses + hits[-1]))])


def fit_thresholds(
    probabilities: ArrayLike,
    labels: ArrayLike,
    objective: Objective = "none",
    target_precision: ArrayLike | None = None,
    target_recall: ArrayLike | None = None,
) -> np.ndarray:
    """Returns one threshold per class, each fitted for its class against the rest.

    A class without an example gets 0: nothing is known about it. A class that cannot
    reach `target_precision` gets 1: it is decided only where nothing else is (never,
    where abstaining). Fit on objects that neither trained nor test the model.

    Args:
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        labels: Class indices, shape `(n,)`.
        objective: `"none"` (all 0: the most probable class is decided), `"max_f1"`,
            `"target_precision"` or `"target_recall"`.
        target_precision: Wanted precision in (0, 1] of that objective, one for all
            classes or one per class.
        target_recall: Wanted recall in (0, 1] of that objective, likewise.

    Returns:
        Thresholds, shape `(classes,)`, rounded down to what float32 holds, so that the
        probability they were fitted on still reaches them inside a model.

    Raises:
        ValueError: If the objective is unknown, or a target is missing, out of range,
            or given for another objective.
    """
    p = as_probabilities(probabilities)
    y = as_labels(labels, len(p), p.shape[1], "labels")
    targets = checked_targets(objective, p.shape[1], target_precision, target_recall)
    fitted = np.zeros(p.shape[1])
    for k in np.unique(y) if objective != "none" else ():
        if objective == "max_f1":
            fitted[k] = threshold_at_max_f1(y == k, p[:, k])
        elif objective == "target_recall":
            fitted[k] = threshold_at_recall(y == k, p[:, k], float(targets[k]))
        else:
            threshold = _precise_threshold(y == k, p[:, k], float(targets[k]))
            fitted[k] = 1.0 if threshold is None else threshold
    rounded = fitted.astype(np.float32)
    above = rounded > fitted
    rounded[above] = np.nextafter(rounded[above], np.float32(0))
    return np.minimum(rounded.astype(np.float64), 1.0)


# What a calibration may be asked for by name: a recall has no argument there.
CALIBRATION_OBJECTIVES: tuple[Objective, ...] = ("none", "max_f1", "target_precision")


def checked_targets(
    objective: Objective,
    num_classes: int,
    target_precision: ArrayLike | None = None,
    target_recall: ArrayLike | None = None,
) -> np.ndarray:
    """Returns the target per class, 0 for an objective without one.

    Whoever reads data for hours before `fit_thresholds` asks this first.

    Args:
        objective: Objective of `fit_thresholds`.
        num_classes: Number of classes.
        target_precision: Wanted precision, as `fit_thresholds` takes it.
        target_recall: Wanted recall, likewise.

    Raises:
        ValueError: If the objective is unknown, or a target is missing, out of range,
            or given for another objective.
    """
    if objective not in ("none", "max_f1", "target_precision", "target_recall"):
        raise ValueError(
            "`objective` must be 'none', 'max_f1', 'target_precision' or "
            f"'target_recall'. Received: objective={objective!r}"
        )
    targets = np.zeros(num_classes)
    given = {"target_precision": target_precision, "target_recall": target_recall}
    for name, target in given.items():
        if (objective == name) != (target is not None):
            raise ValueError(
                f"`{name}` goes with objective '{name}' and only with it. "
                f"Received: {objective=}, {name}={target!r}"
            )
        if target is not None:
            targets = _per_class(name, target, num_classes)
    return targets


def _per_class(name: str, target: ArrayLike, num_classes: int) -> np.ndarray:
    """Returns a target per class from one for all or one each."""
    values = np.asarray(target, dtype=np.float64)
    if values.shape not in ((), (num_classes,)) or not (
        np.all(values > 0) and np.all(values <= 1)
    ):
        raise ValueError(
            f"`{name}` must be in (0, 1], one number or {num_classes}. "
            f"Received: {name}={values.tolist()}"
        )
    return np.broadcast_to(values, (num_classes,))


def _precise_threshold(
    positive: np.ndarray, score: np.ndarray, min_precision: float
) -> float | None:
    limits, hits, misses = counts_at_thresholds(positive, score)
    precise = (hits / (hits + misses) >= min_precision) & (hits > 0)
    return float(limits[precise][-1]) if precise.any() else None
