"""Do probabilities mean what they say, and how to make them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation._validation import (
    as_labels,
    as_probabilities,
    check_count,
)

# Fewer objects leave a temperature to chance.
FEWEST_FOR_TEMPERATURE = 20


class ReliabilityCurve(NamedTuple):
    """Confidence and accuracy per bin; NaN in bins without an object.

    Attributes:
        edges: Edges of the bins, shape `(bins + 1,)`.
        confidence: Mean probability of the top class, shape `(bins,)`.
        accuracy: Share of objects of which the top class is right, shape `(bins,)`.
        counts: Number of objects, shape `(bins,)`.
    """

    edges: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    counts: np.ndarray


def softmax(logits: ArrayLike, temperature: float = 1.0) -> np.ndarray:
    """Returns `exp(logits / temperature)`, normalized over the last axis.

    Args:
        logits: Shape `(..., classes)`, finite.
        temperature: Positive; above 1 makes probabilities less sure.

    Raises:
        ValueError: If `temperature` is not positive or a logit is not finite.
    """
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(
            f"`temperature` must be positive. Received: temperature={temperature}"
        )
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    if not np.isfinite(scaled).all():
        raise ValueError(
            "`logits` must be finite. "
            f"Received: {int((~np.isfinite(scaled)).sum())} values that are not"
        )
    # An own softmax keeps the import of this package free of SciPy's.
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def confidence_bins(confidence: np.ndarray, num_bins: int) -> np.ndarray:
    """Returns the bins: i holds [i, i + 1) / num_bins, the last one 1 also."""
    scaled = np.asarray(confidence, dtype=np.float64) * num_bins
    return np.minimum(scaled.astype(np.int64), num_bins - 1)


def top_label_error(y: np.ndarray, p: np.ndarray, num_bins: int) -> float:
    """Returns `expected_calibration_error` of checked arrays."""
    confidence = p.max(axis=1)
    excess = (p.argmax(axis=1) == y) - confidence.astype(np.float64)
    sums = np.bincount(
        confidence_bins(confidence, num_bins), excess, minlength=num_bins
    )
    return float(np.abs(sums).sum() / len(y))


def expected_calibration_error(
    y_true: ArrayLike, probabilities: ArrayLike, num_bins: int = 10
) -> float:
    """Returns the mean distance of confidence and accuracy, `sum n_b |a_b - c_b| / n`.

    Top label, bins of equal width. Zero is not to be had from a finite sample: compare
    with `calibration_band`.

    Args:
        y_true: Class indices, shape `(n,)`.
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        num_bins: Number of bins of equal width in [0, 1].

    References:
        Guo et al. (2017), https://arxiv.org/abs/1706.04599, eq. 3.
    """
    check_count(num_bins, "num_bins")
    p = as_probabilities(probabilities)
    return top_label_error(as_labels(y_true, *p.shape), p, num_bins)


def reliability_curve(
    y_true: ArrayLike, probabilities: ArrayLike, num_bins: int = 10
) -> ReliabilityCurve:
    """Returns confidence and accuracy of the top label per bin of equal width.

    Args:
        y_true: Class indices, shape `(n,)`.
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        num_bins: Number of bins of equal width in [0, 1].
    """
    check_count(num_bins, "num_bins")
    p = as_probabilities(probabilities)
    y = as_labels(y_true, *p.shape)
    confidence = p.max(axis=1)
    index = confidence_bins(confidence, num_bins)
    counts = np.bincount(index, minlength=num_bins)
    share = np.where(counts > 0, counts, np.nan)
    return ReliabilityCurve(
        edges=np.linspace(0, 1, num_bins + 1),
        confidence=np.bincount(index, confidence, minlength=num_bins) / share,
        accuracy=np.bincount(index, p.argmax(axis=1) == y, minlength=num_bins) / share,
        counts=counts,
    )


def fit_temperature(
    logits: ArrayLike, labels: ArrayLike, bounds: tuple[float, float] = (0.05, 20.0)
) -> float:
    """Returns the temperature with the smallest log-loss of `softmax(logits / T)`.

    The loss is convex in 1/T, so there is one minimum; on separable data it lies at a
    bound. Temperature 1 is returned where nothing is better. The most probable class of
    no object changes.

    Args:
        logits: Shape `(n, classes)`, of objects that the model was not trained on.
        labels: Class indices, shape `(n,)`.
        bounds: Smallest and largest temperature.

    References:
        Guo et al. (2017), https://arxiv.org/abs/1706.04599, section 4.2.
    """
    from scipy.optimize import minimize_scalar

    low, high = bounds
    if not 0 < low <= 1 <= high:
        raise ValueError(
            f"`bounds` must be positive and enclose 1. Received: bounds={bounds}"
        )
    z = np.asarray(logits, dtype=np.float64)
    num_rows, num_classes = as_probabilities(softmax(z)).shape
    y = as_labels(labels, num_rows, num_classes, "labels")
    margins = z - z[np.arange(len(y)), y][:, None]

    def log_loss(log_temperature: float) -> float:
        return float(
            np.logaddexp.reduce(margins / np.exp(log_temperature), axis=1).mean()
        )

    found = minimize_scalar(
        log_loss,
        bounds=(np.log(low), np.log(high)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    candidates = [0.0, float(found.x), float(np.log(low)), float(np.log(high))]
    best = min(candidates, key=log_loss)
    return float(np.clip(np.exp(best), low, high))
