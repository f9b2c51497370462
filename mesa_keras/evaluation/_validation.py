"""Checks of the arrays that come into evaluation."""

import numpy as np
from numpy.typing import ArrayLike


def as_probabilities(values: ArrayLike, name: str = "probabilities") -> np.ndarray:
    """Returns `values` as a float array `(n, classes)` whose rows sum to 1."""
    array = np.asarray(values)
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] < 2:
        raise ValueError(
            f"`{name}` must have shape (n, classes) with at least one row and two "
            f"classes. Received: shape={array.shape}"
        )
    if not np.isfinite(array).all():
        row = int(np.argmin(np.isfinite(array).all(axis=1)))
        raise ValueError(f"`{name}` must be finite. Received: row {row}={array[row]}")
    sums = array.sum(axis=1, dtype=np.float64)
    wrong = (np.abs(sums - 1) > 1e-3) | (array.min(axis=1) < 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"`{name}` must not be negative and its rows must sum to 1; are these "
            f"logits? Received: row {row}={array[row]}"
        )
    return array


def as_labels(
    values: ArrayLike, num_rows: int, num_classes: int, name: str = "y_true"
) -> np.ndarray:
    """Returns `values` as integers `(num_rows,)` below `num_classes`."""
    array = np.asarray(values)
    if array.dtype.kind not in "iub":
        raise TypeError(
            f"`{name}` must be integer class indices. Received: dtype={array.dtype}"
        )
    if array.shape != (num_rows,):
        raise ValueError(
            f"`{name}` must have shape ({num_rows},), one entry a row. "
            f"Received: shape={array.shape}"
        )
    array = array.astype(np.int64, copy=False)
    if array.size and (array.min() < 0 or array.max() >= num_classes):
        raise ValueError(
            f"`{name}` must lie in [0, {num_classes}). "
            f"Received: {array.min()} to {array.max()}"
        )
    return array


def as_binary(y_true: ArrayLike, y_score: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Returns labels in {0, 1} as booleans and finite scores, both `(n,)`."""
    score = np.asarray(y_score)
    if score.ndim != 1 or score.size == 0 or not np.isfinite(score).all():
        raise ValueError(
            "`y_score` must be finite, with shape (n,) and n > 0. "
            f"Received: shape={score.shape}, finite={int(np.isfinite(score).sum())}"
        )
    positive = as_labels(y_true, len(score), 2) == 1
    if not positive.any():
        raise ValueError("`y_true` has no positive label; recall is undefined.")
    return positive, score


def check_level(level: float) -> None:
    """Raises if `level` is not a confidence level."""
    if not 0 < level < 1:
        raise ValueError(f"`level` must be in (0, 1). Received: level={level}")


def check_count(value: int, name: str) -> None:
    """Raises if `value` is not a positive integer."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"`{name}` must be an integer. Received: {name}={value!r}")
    if value < 1:
        raise ValueError(f"`{name}` must be at least 1. Received: {name}={value}")
