"""Normalization of tabular features with missing values, inside the model."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from mesa_keras.layers._feature_settings import check_settings

Shape = tuple[int | None, ...]

# Below the smallest normal float32, logarithms differ between processors.
_SMALLEST = float(np.finfo("float32").tiny)


@keras.saving.register_keras_serializable(package="mesa_keras")
class FeatureNormalization(keras.layers.Layer):
    """Normalizes features, fills in missing ones, and flags them.

    Per column: `t = transform(unit * x)`; values that are not finite, or outside the
    domain of the transform, take the median of `t` in the training data; the output is
    `(t - mean) / std`, clipped. `adapt` finds median, mean and standard deviation;
    before, they are 0, 0 and 1. They are weights that no optimizer trains.

    Args:
        columns: Names of the features in order, kept in the config.
        transforms: Transform by column, by default `"linear"`. `"log10"` takes positive
            values only; `"asinh"` is logarithmic on both sides of 0; `"quantile"` maps
            the rank among the training data to the standard normal score.
        units: Positive factor by column that multiplies the raw value first, by
            default 1.
        clip: Positive bound of the absolute output. Default 10.
        num_quantiles: Knots of the quantile transforms, at least 2. Ranks between knots
            are interpolated linearly. Default 64.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Float tensor of shape `(batch, features)`, NaN = missing.

    Returns:
        Tuple of float tensors of the shape of `inputs`: the normalized values, without
        NaN, and `missing`, 1 where the value was filled in and 0 elsewhere. No gradient
        is NaN.

    Raises:
        ValueError: If names are duplicated or unknown, a transform or factor is not
            valid, or the inputs have another number of features.

    References:
        The quantile transform follows scikit-learn's `QuantileTransformer` (ties take
        the middle of their ranks), but ranks keep half a training value away from 0
        and 1, so that the ends score as their sample size allows.
    """

    def __init__(
        self,
        columns: Sequence[str],
        transforms: Mapping[str, str] | None = None,
        units: Mapping[str, float] | None = None,
        clip: float = 10.0,
        num_quantiles: int = 64,
        **kwargs: Any,
    ) -> None:
        # Raw values overflow in half precision: the layer computes in float32.
        super().__init__(autocast=False, **kwargs)
        check_settings(columns, transforms or {}, units or {}, clip, num_quantiles)
        self.columns = tuple(columns)
        self.transforms = tuple((transforms or {}).get(c, "linear") for c in columns)
        self.units = tuple(float((units or {}).get(c, 1.0)) for c in columns)
        self.clip = clip
        self.num_quantiles = num_quantiles

    def build(self, input_shape: Shape) -> None:
        features = len(self.columns)
        if len(input_shape) != 2 or input_shape[1] != features:
            raise ValueError(
                "`inputs` must have the shape (batch, features) with one feature per "
                f"name in `columns`. Received: shape={input_shape}, "
                f"columns={self.columns}"
            )
        ranked = self._of("quantile")
        ranks = np.linspace(0, 1, self.num_quantiles)
        neutral = _normal_score(ranks, 0.5 / self.num_quantiles)
        self.median = self._statistic("median", (features,), 0.0)
        self.mean = self._statistic("mean", (features,), 0.0)
        self.std = self._statistic("std", (features,), 1.0)
        self.quantiles = self._statistic(
            "quantiles", (len(ranked), self.num_quantiles), neutral
        )
        self.rank_margin = self._statistic(
            "rank_margin", (len(ranked),), 0.5 / self.num_quantiles
        )

    def adapt(self, data: ArrayLike) -> None:
        """Finds the statistics of training data; call it before training.

        A column without a usable value gets median 0, mean 0 and std 1; a constant
        column gets std 1.

        Args:
            data: Array of shape `(rows, features)`, NaN = missing.

        Raises:
            ValueError: If the shape does not fit or there are no rows.
        """
        data = np.asarray(data)
        if data.ndim != 2 or data.shape[1] != len(self.columns) or not len(data):
            raise ValueError(
                "`data` must have the shape (rows, features) with at least one row and "
                f"one feature per name in `columns`. Received: shape={data.shape}, "
                f"columns={self.columns}"
            )
        if not self.built:
            self.build((None, len(self.columns)))
        with np.errstate(over="ignore"):
            scaled = data.astype("float32") * np.asarray(self.units, "float32")
        self._adapt_quantiles(scaled)
        # A part at a time: ranking all rows at once takes hundreds of megabytes.
        parts = [
            [ops.convert_to_numpy(x) for x in self._transform(scaled[i : i + 512])]
            for i in range(0, len(scaled), 512)
        ]
        transformed, usable = (np.concatenate(x) for x in zip(*parts, strict=True))
        found = [
            _center_and_spread(column[keep].astype("float64"))
            for column, keep in zip(transformed.T, usable.T, strict=True)
        ]
        for weight, values in zip(
            (self.median, self.mean, self.std),
            zip(*found, strict=True),
            strict=True,
        ):
            weight.assign(values)

    def call(self, inputs: Any) -> Any:
        scaled = ops.cast(inputs, "float32") * np.asarray(self.units, "float32")
        transformed, usable = self._transform(scaled)
        filled = ops.where(usable, transformed, ops.convert_to_tensor(self.median))
        values = ops.clip((filled - self.mean) / self.std, -self.clip, self.clip)
        missing = ops.logical_not(usable)
        return ops.cast(values, self.compute_dtype), ops.cast(
            missing, self.compute_dtype
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "columns": list(self.columns),
            "transforms": dict(zip(self.columns, self.transforms, strict=True)),
            "units": dict(zip(self.columns, self.units, strict=True)),
            "clip": self.clip,
            "num_quantiles": self.num_quantiles,
        }

    def _statistic(self, name: str, shape: tuple[int, ...], value: Any) -> Any:
        start = np.broadcast_to(np.asarray(value, "float32"), shape)
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(start, dtype),
            dtype="float32",
            autocast=False,
            trainable=False,
        )

    def _of(self, transform: str) -> list[int]:
        return [i for i, name in enumerate(self.transforms) if name == transform]

    def _transform(self, scaled: Any) -> tuple[Any, Any]:
        """Transformed columns, and where they are usable; elsewhere any number."""
        is_log, is_asinh = (
            np.asarray([name == t for name in self.transforms])
            for t in ("log10", "asinh")
        )
        scaled = ops.convert_to_tensor(scaled)
        usable = ops.logical_and(
            ops.isfinite(scaled), ops.logical_or(~is_log, scaled >= _SMALLEST)
        )
        # The inner `where` keeps NaN and infinity out of the gradients.
        safe = ops.where(usable, scaled, 1.0)
        result = safe
        if is_log.any():
            result = ops.where(is_log, ops.log10(ops.where(is_log, safe, 1.0)), result)
        if is_asinh.any():
            result = ops.where(is_asinh, ops.arcsinh(safe), result)
        ranked = self._of("quantile")
        if ranked:
            scores = self._score(ops.take(safe, ranked, axis=1))
            order = np.arange(len(self.columns))
            order[ranked] = len(self.columns) + np.arange(len(ranked))
            result = ops.take(ops.concatenate([result, scores], axis=1), order, axis=1)
        return result, usable

    def _score(self, values: Any) -> Any:
        """Standard normal score of the rank, as a sum over segments between knots."""
        lower, upper = self.quantiles[:, :-1], self.quantiles[:, 1:]
        offset = ops.expand_dims(values, -1) - lower
        width = upper - lower
        tied = width <= 0
        slope = offset / ops.where(tied, 1.0, width)
        # A segment without width is a step, whose middle belongs to the tied value.
        step = 0.5 + 0.5 * ops.sign(offset)
        share = ops.where(tied, step, ops.clip(slope, 0.0, 1.0))
        rank = ops.mean(share, axis=-1)
        margin = ops.convert_to_tensor(self.rank_margin)
        rank = ops.clip(rank, margin, 1 - margin)
        return math.sqrt(2) * ops.erfinv(2 * rank - 1)

    def _adapt_quantiles(self, scaled: np.ndarray) -> None:
        ranked = self._of("quantile")
        if not ranked:
            return
        ranks = np.linspace(0, 1, self.num_quantiles)
        neutral = _normal_score(ranks, 0.5 / self.num_quantiles)
        quantiles = np.tile(neutral, (len(ranked), 1))
        margin = np.full(len(ranked), 0.5 / self.num_quantiles)
        for row, column in enumerate(ranked):
            values = scaled[:, column].astype("float64")
            values = values[np.isfinite(values)]
            if len(values):
                quantiles[row] = np.quantile(values, ranks)
                margin[row] = 0.5 / max(len(values), 2)
        self.quantiles.assign(quantiles)
        self.rank_margin.assign(margin)


def _normal_score(ranks: np.ndarray, margin: float) -> list[float]:
    normal = statistics.NormalDist()
    return [normal.inv_cdf(min(max(rank, margin), 1 - margin)) for rank in ranks]


def _center_and_spread(values: np.ndarray) -> tuple[float, float, float]:
    """Median, mean and standard deviation, 1 where there is no spread."""
    if not len(values):
        return 0.0, 0.0, 1.0
    mean, std = float(values.mean()), float(values.std())
    # A spread below the resolution of float32 is rounding, not information.
    resolved = std > np.finfo("float32").eps * abs(mean)
    return float(np.median(values)), mean, std if resolved else 1.0
