"""Measures of predicted numbers, and those that redshifts are judged by."""

import numpy as np
from numpy.typing import ArrayLike

OUTLIER_LIMITS = (0.05, 0.15)


def r2_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Returns 1 - sum (y - prediction)^2 / sum (y - mean y)^2.

    1 is best; 0 is what the mean of `y_true` reaches. NaN where all of `y_true` are
    equal.

    Args:
        y_true: Finite numbers, shape `(n,)`.
        y_pred: Finite numbers, shape `(n,)`.

    Raises:
        ValueError: If shapes differ, there is no row, or a value is not finite.
    """
    true, predicted = _checked(y_true, y_pred)
    total = float(np.sum((true - true.mean()) ** 2))
    if total == 0:
        return float("nan")
    return 1 - float(np.sum((true - predicted) ** 2)) / total


def regression_metrics(y_true: ArrayLike, y_pred: ArrayLike) -> dict[str, float]:
    """Returns `r2`, `mae` (mean absolute error) and `rmse` (root of the mean square).

    Args:
        y_true: Finite numbers, shape `(n,)`.
        y_pred: Finite numbers, shape `(n,)`.

    Raises:
        ValueError: If shapes differ, there is no row, or a value is not finite.
    """
    true, predicted = _checked(y_true, y_pred)
    error = predicted - true
    return {
        "r2": r2_score(true, predicted),
        "mae": float(np.mean(np.abs(error))),
        "rmse": float(np.sqrt(np.mean(error**2))),
    }


def redshift_errors(z_true: ArrayLike, z_pred: ArrayLike) -> np.ndarray:
    """Returns (prediction - true) / (1 + true), shape `(n,)`.

    Args:
        z_true: Finite redshifts above -1, shape `(n,)`.
        z_pred: Finite predictions, shape `(n,)`.

    Raises:
        ValueError: If shapes differ, there is no row, or a value is out of range.
    """
    true, predicted = _checked(z_true, z_pred)
    if true.min() <= -1:
        raise ValueError(f"`z_true` must be above -1. Received: {true.min()}")
    return np.asarray((predicted - true) / (1 + true))


def redshift_metrics(z_true: ArrayLike, z_pred: ArrayLike) -> dict[str, float]:
    """Returns the measures that redshift predictions are compared by.

    With d = (prediction - true) / (1 + true): `r2`; `bias`, the mean of d;
    `sigma_nmad`, 1.4826 times the median of |d - median d|, which is the standard
    deviation for a normal distribution; `outliers_0.05` and `outliers_0.15`, the shares
    with |d| above that.

    Args:
        z_true: Finite redshifts above -1, shape `(n,)`.
        z_pred: Finite predictions, shape `(n,)`.

    Raises:
        ValueError: If shapes differ, there is no row, or a value is out of range.

    References:
        Hoaglin et al. (1983), Understanding Robust and Exploratory Data Analysis, for
        the factor; Ilbert et al. (2006), A&A 457, 841, for the outliers above 0.15.
    """
    error = redshift_errors(z_true, z_pred)
    outliers = {
        f"outliers_{limit}": float(np.mean(np.abs(error) > limit))
        for limit in OUTLIER_LIMITS
    }
    return {
        "r2": r2_score(z_true, z_pred),
        "bias": float(error.mean()),
        "sigma_nmad": 1.4826 * float(np.median(np.abs(error - np.median(error)))),
        **outliers,
    }


def _checked(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    true = np.asarray(y_true, dtype=np.float64)
    predicted = np.asarray(y_pred, dtype=np.float64)
    if true.ndim != 1 or true.size == 0 or true.shape != predicted.shape:
        raise ValueError(
            "`y_true` and `y_pred` must have one shape (n,) with n > 0. "
            f"Received: shapes {true.shape} and {predicted.shape}"
        )
    for values, name in ((true, "y_true"), (predicted, "y_pred")):
        if not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values)))
            raise ValueError(
                f"`{name}` must be finite. Received: row {row}={values[row]}"
            )
    return true, predicted
