"""How good is a forecast that is a weighted set of values."""

import numpy as np
from numpy.typing import ArrayLike


def crps_ensemble(
    y_true: ArrayLike, members: ArrayLike, weights: ArrayLike | None = None
) -> np.ndarray:
    """Returns the continuous ranked probability score of weighted ensembles.

    The integral of (F(x) - [x >= y])^2 over x, which for values x_i of weights w_i is
    sum_i w_i |x_i - y| - sum_ij w_i w_j |x_i - x_j| / 2. It has the unit of y; 0 is
    best; for one member it is the absolute error.

    Args:
        y_true: Finite numbers, shape `(n,)`.
        members: Finite values, shape `(n, members)`.
        weights: Not negative, of any positive sum a row; by default equal.

    Returns:
        Score of each row, shape `(n,)`.

    Raises:
        ValueError: If shapes differ or a value is out of range.

    References:
        Gneiting & Raftery (2007), JASA 102, 359, eq. 21.
    """
    true, values, shares = checked_ensemble(y_true, members, weights)
    order = np.argsort(values, axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    shares = np.take_along_axis(shares, order, axis=1)
    distance = (shares * np.abs(values - true[:, None])).sum(axis=1)
    # In rising order, x_j exceeds x_i for all i before it.
    rank = 2 * np.cumsum(shares, axis=1) - shares - 1
    return np.asarray(distance - (shares * values * rank).sum(axis=1))


def pit_ensemble(
    y_true: ArrayLike,
    members: ArrayLike,
    weights: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Returns probability integral transforms, uniform in [0, 1] if all is well.

    An ensemble of k members has k + 1 places for the truth. The truth's place is a
    share of the unit interval: from the weight of the members below it to that plus
    1 / (k + 1), where the weights of the members sum to k / (k + 1); members equal to
    the truth widen it. A draw from that share is exactly uniform where truth and
    members come from one distribution and weights are equal.

    Args:
        y_true: Finite numbers, shape `(n,)`.
        members: Finite values, shape `(n, members)`.
        weights: Not negative, of any positive sum a row; by default equal.
        rng: Generator of the draws; by default the middle of the share is given, which
            has the right mean, but too little spread.

    Returns:
        Shape `(n,)`, within [0, 1].

    Raises:
        ValueError: If shapes differ or a value is out of range.

    References:
        Czado, Gneiting & Held (2009), Biometrics 65, 1254, section 2.1.
    """
    true, values, shares = checked_ensemble(y_true, members, weights)
    size = values.shape[1]
    shares = shares * size / (size + 1)
    below = (shares * (values < true[:, None])).sum(axis=1)
    width = (shares * (values == true[:, None])).sum(axis=1) + 1 / (size + 1)
    place = np.full(len(true), 0.5) if rng is None else rng.random(len(true))
    return np.asarray(np.clip(below + place * width, 0.0, 1.0))


def checked_ensemble(
    y_true: ArrayLike, members: ArrayLike, weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns truth `(n,)`, members and weights `(n, members)` that sum to 1 a row."""
    true = np.asarray(y_true, dtype=np.float64)
    values = np.asarray(members, dtype=np.float64)
    shares = np.ones_like(values) if weights is None else np.asarray(weights, float)
    fits = true.ndim == 1 and true.size > 0 and values.ndim == 2 and values.shape[1] > 0
    if not fits or len(values) != len(true) or shares.shape != values.shape:
        raise ValueError(
            "`members` and `weights` must have shape (n, members) and `y_true` (n,), "
            f"n > 0. Received: shapes {values.shape}, {shares.shape} and {true.shape}"
        )
    for array, name in ((true, "y_true"), (values, "members"), (shares, "weights")):
        if not np.isfinite(array).all():
            raise ValueError(f"`{name}` must be finite. Received: NaN or infinity")
    total = shares.sum(axis=1, keepdims=True)
    if shares.min() < 0 or total.min() <= 0:
        raise ValueError(
            "`weights` must not be negative, and some of each row positive. Received: "
            f"lowest {shares.min():g}, lowest sum of a row {total.min():g}"
        )
    return true, values, shares / total
