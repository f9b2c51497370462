"""Uncertainty of a figure of merit from resampled stars."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation._validation import check_count, check_level

MetricsFunction = Callable[..., Mapping[str, float]]
Interval = dict[str, float]


def bootstrap_intervals(
    metrics_function: MetricsFunction,
    groups: ArrayLike,
    *arrays: ArrayLike,
    num_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Interval]:
    """Returns metrics with percentile intervals over resampled groups.

    Candidates of one star share its noise and its star's properties, so whole stars are
    drawn with replacement. A metric that is not defined (NaN) in a resample, because
    a class is not drawn, is left out of the percentiles of that metric.

    Args:
        metrics_function: Function of `arrays` that returns metrics by name.
        groups: Star of each row, shape `(n,)`.
        *arrays: Arrays whose first axis are the `n` rows.
        num_resamples: Number of resamples.
        level: Part of the resamples between `low` and `high`.
        seed: Seed of the resamples.

    Returns:
        Per metric `value` on all rows, `low` and `high` (NaN where never defined).

    Raises:
        ValueError: If lengths differ, there are no rows, or a number is out of range.

    Example:
        >>> import numpy as np
        >>> intervals = bootstrap_intervals(
        ...     lambda hits: {"accuracy": hits.mean()}, np.arange(4), [1, 1, 0, 1]
        ... )
        >>> intervals["accuracy"]["value"]
        0.75
    """
    check_count(num_resamples, "num_resamples")
    check_level(level)
    columns = [np.asarray(array) for array in arrays]
    stars = np.asarray(groups)
    if stars.ndim != 1 or stars.size == 0:
        raise ValueError(
            f"`groups` must have shape (n,) with n > 0. Received: shape={stars.shape}"
        )
    for position, column in enumerate(columns):
        if column.ndim == 0 or len(column) != len(stars):
            raise ValueError(
                "`arrays` must have as many rows as `groups`. Received: "
                f"shape={column.shape} at position {position}, {len(stars)} groups"
            )
    value = dict(metrics_function(*columns))
    draws: dict[str, list[float]] = {name: [] for name in value}
    for rows in _resampled_rows(stars, num_resamples, seed):
        drawn = metrics_function(*(column[rows] for column in columns))
        for name in draws:
            draws[name].append(float(drawn[name]))
    return {
        name: {"value": float(value[name]), **_interval(np.array(draws[name]), level)}
        for name in value
    }


def paired_bootstrap(
    metrics_function: MetricsFunction,
    groups: ArrayLike,
    y_true: ArrayLike,
    scores_a: ArrayLike | tuple[ArrayLike, ...],
    scores_b: ArrayLike | tuple[ArrayLike, ...],
    *,
    num_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Interval]:
    """Returns the differences a - b of two models' metrics with intervals.

    Both models are judged on the same resamples, so what makes a resample easy or hard
    for both cancels. An interval without 0 means that the models differ.

    Args:
        metrics_function: Function of `(y_true, *scores)`, metrics by name.
        groups: Star of each row, shape `(n,)`.
        y_true: Labels, first axis `n`.
        scores_a: Scores of model a, first axis `n`; a tuple stands for several arrays,
            as in `(probabilities, decision)`.
        scores_b: Scores of model b, as `scores_a`.
        num_resamples: Number of resamples.
        level: Part of the resamples between `low` and `high`.
        seed: Seed of the resamples.

    Returns:
        Per metric `value`, `low` and `high` of the difference.
    """
    of_a = scores_a if isinstance(scores_a, tuple) else (scores_a,)
    of_b = scores_b if isinstance(scores_b, tuple) else (scores_b,)

    def difference(y: np.ndarray, *scores: np.ndarray) -> dict[str, float]:
        a = metrics_function(y, *scores[: len(of_a)])
        b = metrics_function(y, *scores[len(of_a) :])
        return {name: a[name] - b[name] for name in a}

    return bootstrap_intervals(
        difference,
        groups,
        y_true,
        *of_a,
        *of_b,
        num_resamples=num_resamples,
        level=level,
        seed=seed,
    )


def _resampled_rows(
    stars: np.ndarray, num_resamples: int, seed: int
) -> Iterator[np.ndarray]:
    """Yields the row numbers of as many whole groups as there are groups."""
    _, group, sizes = np.unique(stars, return_inverse=True, return_counts=True)
    by_group = np.argsort(group, kind="stable")
    starts = np.cumsum(sizes) - sizes
    rng = np.random.default_rng(seed)
    for _ in range(num_resamples):
        drawn = rng.integers(len(sizes), size=len(sizes))
        size = sizes[drawn]
        offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        yield by_group[np.repeat(starts[drawn], size) + offset]


def _interval(draws: np.ndarray, level: float) -> Interval:
    defined = draws[~np.isnan(draws)]
    if defined.size == 0:
        return {"low": float("nan"), "high": float("nan")}
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return {"low": float(low), "high": float(high)}
