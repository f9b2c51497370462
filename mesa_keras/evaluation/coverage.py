"""How right a classifier is on the part of the objects that it decides."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class CoverageCurve(NamedTuple):
    """Accuracy among the surest objects, from the few surest to all.

    Attributes:
        coverage: Share of objects decided, rising to 1, shape `(distinct scores,)`.
        accuracy: Share of these that are right, same shape.
        threshold: Smallest score of these, same shape.
    """

    coverage: np.ndarray
    accuracy: np.ndarray
    threshold: np.ndarray


def coverage_curve(correct: ArrayLike, score: ArrayLike) -> CoverageCurve:
    """Returns accuracy against coverage when only the surest objects are decided.

    Objects of one score are decided together.

    Args:
        correct: Whether the class decided is right, booleans of shape `(n,)`.
        score: How sure the decision is, finite, shape `(n,)`.

    Raises:
        ValueError: If shapes differ, there is no object, or a score is not finite.

    References:
        Geifman & El-Yaniv (2017), https://arxiv.org/abs/1705.08500, section 2.
    """
    hit, sure = _checked(correct, score)
    order = np.argsort(-sure, kind="stable")
    ordered = sure[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    counts = ends + 1
    return CoverageCurve(
        coverage=counts / len(hit),
        accuracy=np.cumsum(hit[order])[ends] / counts,
        threshold=ordered[ends],
    )


def selective_accuracy(correct: ArrayLike, abstained: ArrayLike) -> dict[str, float]:
    """Returns `coverage` and `accuracy_at_coverage` of a classifier that abstains.

    Args:
        correct: Whether the class decided is right, booleans of shape `(n,)`.
        abstained: Whether none was decided, booleans of shape `(n,)`.

    Returns:
        The share of objects decided, and the share of these that is right, NaN where
        none is decided.

    Raises:
        ValueError: If shapes differ or there is no object.
    """
    hit, left_out = _checked(correct, abstained)
    decided = ~left_out.astype(bool)
    accuracy = float(hit[decided].mean()) if decided.any() else float("nan")
    return {"coverage": float(decided.mean()), "accuracy_at_coverage": accuracy}


def _checked(correct: ArrayLike, other: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    hit, second = np.asarray(correct, dtype=bool), np.asarray(other)
    if hit.ndim != 1 or hit.size == 0 or second.shape != hit.shape:
        raise ValueError(
            "`correct` must have shape (n,) with n > 0, and as many values beside it. "
            f"Received: shapes={hit.shape} and {second.shape}"
        )
    if not np.isfinite(second).all():
        raise ValueError(
            "`score` must be finite. "
            f"Received: {int((~np.isfinite(second)).sum())} values that are not"
        )
    return hit, second
