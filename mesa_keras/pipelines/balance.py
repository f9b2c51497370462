"""Sampling that shows rare classes more often."""

import numpy as np
from numpy.typing import ArrayLike


def balanced_weights(labels: ArrayLike, cap: float | None = None) -> np.ndarray:
    """Returns the probability of each example to be drawn.

    Without a cap every class is drawn equally often. With it, no example is drawn more
    than `cap` times as often as by chance; what rare classes cannot take goes to the
    others in equal parts, as far as these can take it.

    Args:
        labels: Class indices, shape `(n,)`.
        cap: At least 1; `None` for none.

    Returns:
        Probabilities with sum 1, shape `(n,)`.

    Raises:
        ValueError: If `labels` is empty or `cap` below 1.
    """
    y = np.asarray(labels)
    if y.ndim != 1 or not y.size:
        raise ValueError(f"`labels` must be a list of classes. Received: {y.shape}")
    if cap is not None and not cap >= 1:
        raise ValueError(f"`cap` must be at least 1. Received: cap={cap}")
    _, place, counts = np.unique(y, return_inverse=True, return_counts=True)
    natural = counts / y.size
    limit = np.ones_like(natural) if cap is None else np.minimum(cap * natural, 1)
    share = np.zeros_like(natural)
    open_classes = np.ones(len(natural), dtype=bool)
    # Classes that reach their limit leave the rest to be divided anew.
    while open_classes.any():
        equal = (1 - share[~open_classes].sum()) / open_classes.sum()
        full = open_classes & (limit < equal)
        if not full.any():
            share[open_classes] = equal
            break
        share[full] = limit[full]
        open_classes &= ~full
    probability: np.ndarray = (share / counts)[place]
    probability /= probability.sum()
    return probability
