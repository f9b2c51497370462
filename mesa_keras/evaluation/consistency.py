"""What a perfectly calibrated model would show by chance."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation._validation import (
    as_probabilities,
    check_count,
    check_level,
)
from mesa_keras.evaluation.calibration import confidence_bins


def _perfect_accuracy(
    confidence: np.ndarray, num_bins: int, num_draws: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yields hits per bin `(draws, bins)` of labels drawn from the probabilities.

    With them come the summed confidence and the number of objects per bin. The label
    drawn is the top class with the top probability, all that the top-label error sees.
    """
    rng = np.random.default_rng(seed)
    member = np.eye(num_bins)[confidence_bins(confidence, num_bins)]
    expected, count = confidence @ member, member.sum(axis=0)
    block = max(1, 2_000_000 // len(confidence))
    for start in range(0, num_draws, block):
        size = min(block, num_draws - start)
        hits = rng.random((size, len(confidence))) < confidence
        yield hits.astype(np.float64) @ member, expected, count


def calibration_band(
    probabilities: ArrayLike,
    num_bins: int = 10,
    level: float = 0.95,
    num_draws: int = 1000,
    seed: int = 0,
) -> dict[str, float]:
    """Returns the errors that a perfectly calibrated model would show by chance.

    Labels are drawn from the probabilities themselves, so the model is right about
    them; what `expected_calibration_error` still finds is the noise of the sample.

    Args:
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        num_bins: Bins of the error.
        level: Part of the draws between `low` and `high`.
        num_draws: Number of sets of labels.
        seed: Seed of the draws.

    Returns:
        `low`, `median` and `high` of the error.

    References:
        Vaicenavicius et al. (2019), https://arxiv.org/abs/1902.06977
    """
    check_count(num_bins, "num_bins")
    check_count(num_draws, "num_draws")
    check_level(level)
    confidence = as_probabilities(probabilities).max(axis=1).astype(np.float64)
    errors = np.concatenate(
        [
            np.abs(hits - expected).sum(axis=1) / len(confidence)
            for hits, expected, _ in _perfect_accuracy(
                confidence, num_bins, num_draws, seed
            )
        ]
    )
    tail = (1 - level) / 2
    low, median, high = np.quantile(errors, [tail, 0.5, 1 - tail])
    return {"low": float(low), "median": float(median), "high": float(high)}


def consistency_bars(
    probabilities: ArrayLike,
    num_bins: int = 10,
    level: float = 0.95,
    num_draws: int = 1000,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the accuracies per bin that a perfectly calibrated model would show.

    Args:
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        num_bins: Bins of the reliability curve.
        level: Part of the draws between the bars, in each bin.
        num_draws: Number of sets of labels.
        seed: Seed of the draws.

    Returns:
        Lower and upper accuracy, both `(num_bins,)`, NaN in bins without an object.

    References:
        Bröcker & Smith (2007), Weather and Forecasting 22, 651, section 3.
    """
    check_count(num_bins, "num_bins")
    check_count(num_draws, "num_draws")
    check_level(level)
    confidence = as_probabilities(probabilities).max(axis=1).astype(np.float64)
    hits = [h for h, _, _ in _perfect_accuracy(confidence, num_bins, num_draws, seed)]
    count = np.bincount(confidence_bins(confidence, num_bins), minlength=num_bins)
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(hits), [tail, 1 - tail], axis=0)
    share = np.where(count > 0, count, np.nan)
    return low / share, high / share
