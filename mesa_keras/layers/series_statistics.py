"""Numbers that describe a series as a whole."""

from typing import Any, ClassVar

import keras
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
        count = ops.sum(weight, axis=1)
        quantiles = _quantiles(x, there, count)
        mean = _mean(x, weight)
        centred = ops.where(there, x - mean[:, None], 0.0)
        variance = _mean(centred**2, weight)
        std = ops.sqrt(ops.maximum(variance, _CONSTANT))
        z = centred / std[:, None]
        rough = _mean_difference(x, weight, 1)
        both = weight * weight[:, ::-1]
        asymmetry = _mean(ops.abs(x - x[:, ::-1]), both)
        quarter = x.shape[1] // 4
        ends = ops.concatenate(
            [
                ops.where(there, x, float("inf"))[:, :quarter],
                ops.where(there, x, float("inf"))[:, -quarter:],
            ],
            axis=1,
        )
        numbers = [
            *quantiles,
            mean,
            std,
            _mean(z**3, weight),
            _mean(z**4, weight),
            quantiles[QUANTILES.index(0.75)] - quantiles[QUANTILES.index(0.25)],
            rough,
            _mean_difference(x, weight, 2),
            rough / std,
            *(
                _mean(z[:, lag:] * z[:, :-lag], weight[:, lag:] * weight[:, :-lag])
                for lag in LAGS
            ),
            asymmetry,
            asymmetry / std,
            ops.min(ends, axis=1),
        ]
        result = ops.stack(numbers, axis=1)
        known = ops.isfinite(result) & (count >= 2)[:, None]
        return ops.where(known, result, float("nan"))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape[0], len(self.names)

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), "float32")


def _mean(x: Any, weight: Any) -> Any:
    """Mean of the values that are there; NaN where none is."""
    total = ops.sum(weight, axis=1)
    mean = ops.sum(x * weight, axis=1) / ops.maximum(total, 1.0)
    return ops.where(total > 0, mean, float("nan"))


def _mean_difference(x: Any, weight: Any, order: int) -> Any:
    for _ in range(order):
        x = x[:, 1:] - x[:, :-1]
        weight = weight[:, 1:] * weight[:, :-1]
    return _mean(ops.abs(x), weight)


def _quantiles(x: Any, there: Any, count: Any) -> list[Any]:
    """Values at the ranks of `QUANTILES` among those that are there."""
    ordered = ops.sort(ops.where(there, x, float("inf")), axis=1)
    found = []
    for q in QUANTILES:
        rank = ops.cast(ops.floor(q * ops.maximum(count - 1, 0.0)), "int32")
        found.append(ops.take_along_axis(ordered, rank[:, None], axis=1)[:, 0])
    return found
