"""Probabilities for a survey with other class rates."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation._validation import as_probabilities

# Rates of the classes, in the model's order or by name.
ClassPrior: TypeAlias = Sequence[float] | Mapping[str, float]


def adjust_class_prior(
    probabilities: ArrayLike, class_rates: ArrayLike, class_prior: ArrayLike
) -> np.ndarray:
    """Returns probabilities `p_k * prior_k / rate_k`, normalized.

    Right where only the rates of the classes differ between the surveys, not how the
    objects of one class look.

    Args:
        probabilities: Rows that sum to 1, shape `(n, classes)`.
        class_rates: Rates in the data that the probabilities were calibrated on, each
            above 0, shape `(classes,)`.
        class_prior: Rates in the data at hand, shape `(classes,)`.

    Returns:
        Probabilities of shape `(n, classes)`, float64.

    Raises:
        ValueError: If rates do not fit the classes or do not sum to 1 within 0.01.

    References:
        Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21, eq. 4.
    """
    p = as_probabilities(probabilities).astype(np.float64)
    rates = _as_rates(class_rates, p.shape[1], "class_rates")
    prior = _as_rates(class_prior, p.shape[1], "class_prior")
    if (rates == 0).any():
        raise ValueError(
            "`class_rates` must be above 0: a class without calibration data has no "
            f"rate to correct. Received: class_rates={rates.tolist()}"
        )
    # A probability that underflowed to 0 must not make 0 / 0 of its row.
    weighted = np.maximum(p, np.finfo(np.float32).tiny) * (prior / rates)
    return np.asarray(weighted / weighted.sum(axis=1, keepdims=True))


def class_rates(
    prior: ClassPrior | None, class_names: Sequence[str]
) -> np.ndarray | None:
    """Returns rates in the order of the classes.

    Args:
        prior: The rates; `None` for none.
        class_names: Names of the classes.

    Raises:
        ValueError: If a class has no rate, a name is no class, or the rates are
            negative or do not sum to 1 within 0.01.
    """
    if prior is None:
        return None
    if isinstance(prior, Mapping):
        if set(prior) != set(class_names):
            raise ValueError(
                f"`class_prior` must name each of {', '.join(class_names)} once. "
                f"Received: {', '.join(prior)}"
            )
        prior = [prior[name] for name in class_names]
    return _as_rates(prior, len(class_names), "class_prior")


def _as_rates(values: ArrayLike, num_classes: int, name: str) -> np.ndarray:
    rates = np.asarray(values, dtype=np.float64)
    if (
        rates.shape != (num_classes,)
        or not np.isfinite(rates).all()
        or (rates < 0).any()
        or abs(rates.sum() - 1) > 0.01 + 1e-9
    ):
        raise ValueError(
            f"`{name}` must be {num_classes} rates, not negative, with sum 1. "
            f"Received: {name}={rates.tolist()}"
        )
    return np.asarray(rates / rates.sum())
