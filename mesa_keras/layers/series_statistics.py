"""Numbers that describe a series as a whole."""

from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]

QUANTILES = (0.02, 0.05, 0.1, 0.25, 0.75, 0.9, 0.95, 0.98, 1.0)
LAGS = (1, 2, 4, 8)
# Below this variance a series counts as constant, in its own units squared.
_CONSTANT = 1e-12


@keras.saving.register_keras_serializable(package="mesa_keras")
class SeriesStatistics(keras.layers.Layer):
    """Distribution, noise, memory and symmetry of a series with gaps.

    Attention over patches finds the shape of an event; how noisy the whole series is,
    how far its tails reach or how long it remembers are sums over all steps, which a
    network learns slowly and these formulas give at once. With `x` the values that are
    there, `m` their mean, `s` their standard deviation and `d` the differences of
    neighbours:

    * `quantile_*` of `x`, the middle of the sorted values at that rank; `mean`; `std`;
      `skewness` and `kurtosis`, the mean of `((x - m) / s)` to the power 3 and 4;
    * `interquartile_range`; `roughness`, the mean of `|d|`; `curvature`, the mean of
      the absolute second difference; `roughness_ratio = roughness / s`;
    * `autocorrelation_k`, the mean of `(x_i - m) (x_{i+k} - m) / s^2`;
    * `asymmetry`, the mean of `|x - reversed x|`, and `asymmetry_ratio`, over `s`;
    * `outer_minimum`, the least value in the first and last quarter of the series:
      in a folded light curve, where an event other than the one at the centre is.

    Call arguments:
        inputs: Float tensor of shape `(batch, steps)`, at least 4 steps, NaN =
            missing.

    Returns:
        Float tensor of shape `(batch, len(SeriesStatistics.names))`; NaN in the rows
        without two values, and where a number has no value to rest on.

    Raises:
        ValueError: If the series is shorter than 4 steps, or its length unknown.
    """

    names: ClassVar[tuple[str, ...]] = (
        *(f"quantile_{q:g}" for q in QUANTILES),
        "mean",
        "std",
        "skewness",
        "kurtosis",
        "interquartile_range",
        "roughness",
        "curvature",
        "roughness_ratio",
        *(f"autocorrelation_{lag}" for lag in LAGS),
        "asymmetry",
        "asymmetry_ratio",
        "outer_minimum",
    )

    def __init__(self, **kwargs: Any) -> None:
        # Fourth powers overflow in half precision: the layer computes in float32.
        super().__init__(autocast=False, **kwargs)

    def build(self, input_shape: Shape) -> None:
        if len(input_shape) != 2 or (input_shape[1] or 0) < 4:
            raise ValueError(
                "`inputs` must have the shape (batch, steps) with at least 4 steps. "
                f"Received: shape={input_shape}"
            )

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, "float32")
        there = ops.isfinite(x)
        x = ops.where(there, x, 0.0)
        weight = ops.cast(there, "float32")
        count = ops.sum(weight, axis=1, keepdims=True)
        mean = _ratio(ops.sum(x, axis=1, keepdims=True), count)
        means = _means(ops.where(there, x - mean, 0.0), weight)
        std = ops.sqrt(ops.maximum(means[:, :1], _CONSTANT))
        infinite = ops.where(there, x, float("inf"))
        quantiles = _quantiles(infinite, count)
        quarter = x.shape[1] // 4
        ends = [infinite[:, :quarter], infinite[:, -quarter:]]
        lower, upper = QUANTILES.index(0.25), QUANTILES.index(0.75)
        roughness, curvature, asymmetry = ops.split(means[:, 3 + len(LAGS) :], 3, 1)
        result = ops.concatenate(
            [
                quantiles,
                mean,
                std,
                means[:, 1:3] / ops.concatenate([std**3, std**4], axis=1),
                quantiles[:, upper : upper + 1] - quantiles[:, lower : lower + 1],
                roughness,
                curvature,
                roughness / std,
                means[:, 3 : 3 + len(LAGS)] / std**2,
                asymmetry,
                asymmetry / std,
                ops.min(ops.concatenate(ends, axis=1), axis=1, keepdims=True),
            ],
            axis=1,
        )
        return ops.where(ops.isfinite(result) & (count >= 2), result, float("nan"))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape[0], len(self.names)

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), "float32")


def _ratio(total: Any, count: Any) -> Any:
    """Mean of the values that are there; NaN where none is."""
    return ops.where(count > 0, total / ops.maximum(count, 1.0), float("nan"))


def _means(x: Any, weight: Any) -> Any:
    """Means over the steps, all at once: a hundred small sums would cost more.

    Args:
        x: Deviations from the mean, 0 where missing, `(batch, steps)`.
        weight: 1 where a value is there.

    Returns:
        Means of the powers 2 to 4; of the products with the step `LAGS` later; of the
        absolute first and second difference and the difference to the reversed series.
    """
    steps = x.shape[1]
    index = np.arange(steps)
    # Step `steps` is the one put behind the end: missing.
    partners = np.stack(
        [*(np.minimum(index + lag, steps) for lag in LAGS), steps - 1 - index]
    )
    shifted, there = (
        ops.take(ops.pad(part, [[0, 0], [0, 1]]), partners, axis=1)
        for part in (x, weight)
    )
    both = there * weight[:, None]
    one, two = LAGS.index(1), LAGS.index(2)
    x, weight = x[:, None], weight[:, None]
    after, later = shifted[:, one : one + 1], shifted[:, two : two + 1]
    three = both[:, two : two + 1] * there[:, one : one + 1]
    parts = [
        (x**2, weight),
        (x**3, weight),
        (x**4, weight),
        (x * shifted[:, :-1], both[:, :-1]),
        (ops.abs(after - x), both[:, one : one + 1]),
        (ops.abs(later - 2 * after + x), three),
        (ops.abs(x - shifted[:, -1:]), both[:, -1:]),
    ]
    values, weights = (
        ops.concatenate(part, axis=1) for part in zip(*parts, strict=True)
    )
    return _ratio(ops.sum(values * weights, axis=2), ops.sum(weights, axis=2))


def _quantiles(infinite: Any, count: Any) -> Any:
    """Values at the ranks of `QUANTILES`, missing ones being infinite."""
    rank = ops.floor(np.asarray(QUANTILES, "float32") * ops.maximum(count - 1, 0.0))
    ordered = ops.sort(infinite, axis=1)
    return ops.take_along_axis(ordered, ops.cast(rank, "int32"), axis=1)
