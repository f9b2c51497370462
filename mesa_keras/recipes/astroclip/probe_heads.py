"""Simple models on top of vectors: neighbours, or a straight line.

Each is fitted on the training rows for a range of one setting, the validation rows
choose among them, and the chosen one is fitted again on both.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mesa_keras.evaluation import nearest_neighbors

HEADS = ("knn", "linear")
NEIGHBORS = (1, 2, 4, 8, 16, 32, 64, 128)
PENALTIES = tuple(10.0**power for power in range(-3, 6))
INVERSE_PENALTIES = tuple(10.0**power for power in range(-4, 3))
_SMALLEST = 1e-12

# Fitted on (vectors, values, groups); predicts for (vectors, groups).
Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]
Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], Predict]


class Rows(NamedTuple):
    """Rows of one split.

    Attributes:
        vectors: Unit vectors, float32 `(n, dim)`.
        values: Numbers, or class indices, `(n,)`.
        groups: Object of each row, `(n,)`.
    """

    vectors: np.ndarray
    values: np.ndarray
    groups: np.ndarray


class Fitted(NamedTuple):
    """What a head predicts, and how it was chosen.

    Attributes:
        predictions: Numbers `(n,)`, or probabilities `(n, classes)`, of the test rows.
        setting: Name of what the validation rows chose.
        value: Its value.
        losses: Loss on the validation rows by value: the mean square error, or the mean
            negative log probability.
    """

    predictions: np.ndarray
    setting: str
    value: float
    losses: dict[float, float]


def fit_head(
    head: str, train: Rows, validation: Rows, test: Rows, num_classes: int = 0
) -> Fitted:
    """Fits a head and predicts for the test rows.

    Args:
        head: `"knn"` or `"linear"`.
        train: Rows to fit.
        validation: Rows that choose the number of neighbours or the penalty.
        test: Rows to predict; their values are not read.
        num_classes: Number of classes; 0 for a regression.

    Raises:
        ValueError: If the head is unknown.
    """
    if head not in HEADS:
        raise ValueError(f"`head` must be of {HEADS}. Received: {head!r}")
    candidates: Sequence[float]
    make: Callable[[float], Fit]
    if head == "knn":
        most = max(1, len(np.unique(train.groups)) - 1)
        name, candidates = "num_neighbors", [k for k in NEIGHBORS if k <= most]
        make = lambda k: _neighbors(int(k), num_classes)  # noqa: E731
    elif num_classes:
        name, candidates = "C", INVERSE_PENALTIES
        make = lambda c: _logistic(c, num_classes)  # noqa: E731
    else:
        name, candidates, make = "alpha", PENALTIES, _ridge
    losses = {}
    for value in candidates:
        predict = make(value)(*train)
        found = predict(validation.vectors, validation.groups)
        losses[float(value)] = _loss(found, validation.values, num_classes)
    best = min(losses, key=lambda value: losses[value])
    both = Rows(*(np.concatenate(pair) for pair in zip(train, validation, strict=True)))
    predictions = make(best)(*both)(test.vectors, test.groups)
    return Fitted(predictions, name, best, losses)


def _loss(found: np.ndarray, values: np.ndarray, num_classes: int) -> float:
    if not num_classes:
        return float(np.mean((found - values) ** 2))
    of_truth = found[np.arange(len(values)), values]
    return float(-np.mean(np.log(np.maximum(of_truth, _SMALLEST))))


def _neighbors(k: int, num_classes: int) -> Fit:
    """Mean of the neighbours, or their shares, with the classes' rates as one more."""

    def fit(vectors: np.ndarray, values: np.ndarray, groups: np.ndarray) -> Predict:
        def predict(queries: np.ndarray, own: np.ndarray) -> np.ndarray:
            found = nearest_neighbors(
                queries, vectors, k, query_groups=own, reference_groups=groups
            ).rows
            there = found >= 0
            if not num_classes:
                total = np.where(there, values[found], 0).sum(axis=1)
                return np.asarray(total / np.maximum(there.sum(axis=1), 1))
            rates = np.bincount(values, minlength=num_classes) / len(values)
            votes = np.where(there, values[found], num_classes)
            counts = (votes[:, :, None] == np.arange(num_classes)).sum(axis=1)
            return np.asarray((counts + rates) / (there.sum(axis=1, keepdims=True) + 1))

        return predict

    return fit


def _ridge(alpha: float) -> Fit:
    from sklearn.linear_model import Ridge

    return _scaled(Ridge(alpha=alpha), lambda model, x: model.predict(x))


def _logistic(c: float, num_classes: int) -> Fit:
    from sklearn.linear_model import LogisticRegression

    def probabilities(model: Any, x: np.ndarray) -> np.ndarray:
        found = np.zeros((len(x), num_classes))
        found[:, model.classes_] = model.predict_proba(x)
        return found

    return _scaled(LogisticRegression(C=c, max_iter=1000), probabilities)


def _scaled(model: Any, predict_by: Callable[[Any, np.ndarray], np.ndarray]) -> Fit:
    """Fits a linear model to vectors of unit variance in each direction."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.preprocessing import StandardScaler

    def fit(vectors: np.ndarray, values: np.ndarray, groups: np.ndarray) -> Predict:
        scaler = StandardScaler().fit(vectors.astype(np.float64))
        with warnings.catch_warnings():
            # Where the penalty is so weak that there is no end, validation says so.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(scaler.transform(vectors.astype(np.float64)), values)

        def predict(queries: np.ndarray, own: np.ndarray) -> np.ndarray:
            x = scaler.transform(queries.astype(np.float64))
            return np.asarray(predict_by(model, x))

        return predict

    return fit
