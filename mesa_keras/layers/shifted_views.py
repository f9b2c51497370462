"""Two disturbed copies of a series, each moved by an amount that is known."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

# Steps averaged in place of one that is noisy, and how noisy it must be.
_WINDOW = 5
_NOISY = 0.4


@keras.saving.register_keras_serializable(package="mesa_keras")
class ShiftedViews(keras.layers.Layer):
    """Makes two views of a series that a loss compares, moved along it at random.

    Besides, each view has noise added by its inverse variances, loses blocks of steps,
    and is multiplied by a smooth curve of its own, the exponential of a constant and of
    cosines over the whole series, as an error of calibration would do.

    Nothing but the series itself may tell how far a view was moved. So inverse
    variances stay in their place, steps much noisier than those around them are
    smoothed before, and both ends are cut off at random beyond what any shift reaches.

    In inference the views are moved by half of `max_shift` up and down, and nothing
    else is done to them, so that a validation loss does not depend on chance.

    Args:
        max_shift: Largest shift in steps, not negative.
        block_size: Steps of a block; positive.
        keep: Probability that a view keeps a block, in (0, 1]. Default 0.9.
        noise: Largest noise added, in units of that of the step; each view gets a share
            of it. Not negative. Default 1.
        level_jitter: Standard deviation of the constant, not negative. Default 0.1.
        trend_jitter: Standard deviation of the sum of the cosines, not negative.
            Default 0.1.
        num_trends: Number of cosines, of 1, 2, ... half periods; not negative.
        share: Share of the batch that is looked at, from its start, in (0, 1]; at
            least one row is. Default 1.
        seed: Integer seed; `None` follows `keras.utils.set_random_seed`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Values and inverse variances, two float tensors of shape `(batch,
            steps)`, NaN and 0 = missing; or four, of a first and a second measurement
            whose noise is not the same: each then becomes one of the views. Views of
            one measurement have its noise in common, and agree by that too.
        training: Whether chance is at work.

    Returns:
        Values and inverse variances of both views, one after the other: two tensors of
        shape `(2 * rows, steps)` for the first `rows` of the batch; and their shifts in
        steps, float32 `(2 * rows, 1)`. A missing step has inverse variance 0.

    Raises:
        ValueError: If an argument is out of range, there are neither two inputs nor
            four, the number of steps is not known, or less than a fifth of them would
            be left.
    """

    def __init__(
        self,
        max_shift: int,
        block_size: int,
        keep: float = 0.9,
        noise: float = 1.0,
        level_jitter: float = 0.1,
        trend_jitter: float = 0.1,
        num_trends: int = 4,
        share: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        # Inverse variances leave the range of half precision.
        super().__init__(autocast=False, **kwargs)
        positive = {"block_size": block_size, "keep": keep, "share": share}
        numbers = {
            "max_shift": max_shift,
            "noise": noise,
            "level_jitter": level_jitter,
            "trend_jitter": trend_jitter,
            "num_trends": num_trends,
        }
        for name, value in (positive | numbers).items():
            if value < 0 or (name in positive and value == 0):
                rule = "be positive" if name in positive else "not be negative"
                raise ValueError(f"`{name}` must {rule}. Received: {name}={value}")
        for name in ("keep", "share"):
            if positive[name] > 1:
                raise ValueError(
                    f"`{name}` must be at most 1. Received: {name}={positive[name]}"
                )
        self.max_shift = max_shift
        self.block_size = block_size
        self.keep = keep
        self.noise = noise
        self.level_jitter = level_jitter
        self.trend_jitter = trend_jitter
        self.num_trends = num_trends
        self.share = share
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        if len(input_shape) not in (2, 4):
            raise ValueError(
                "`inputs` must be two tensors, or four for two measurements. "
                f"Received: {len(input_shape)}"
            )
        steps = input_shape[0][1]
        if steps is None or steps < 5 * self.max_shift:
            raise ValueError(
                "`inputs` must have a known number of steps, at least 5 times "
                f"`max_shift`. Received: shape={tuple(input_shape[0])}, "
                f"max_shift={self.max_shift}"
            )
        place = (np.arange(steps) + 0.5) / steps
        order = np.arange(1, self.num_trends + 1)[:, None]
        # The square of a cosine is 1/2 on average.
        trends = np.cos(np.pi * order * place) * np.sqrt(2 / max(self.num_trends, 1))
        self._trends = trends.astype("float32")
        self._steps = steps
        self._blocks = -(-steps // self.block_size)

    def call(self, inputs: Any, training: bool | None = None) -> tuple[Any, Any, Any]:
        rows = self._rows(ops.shape(inputs[0])[0])
        first, second = tuple(inputs[:2]), tuple(inputs[2:] or inputs)
        values, weights = (
            ops.concatenate([ops.cast(x[:rows], "float32") for x in pair], axis=0)
            for pair in zip(first, second, strict=True)
        )
        usable = ops.isfinite(values) & ops.isfinite(weights) & (weights > 0)
        weights = ops.where(usable, weights, 0.0)
        values, there = self._smoothed(ops.where(usable, values, 0.0), weights)
        shift = self._drawn_shift(rows, training)
        values, kept = self._moved(values, there, shift, training)
        if training and self.noise:
            # Where the noise is large must not move either.
            values, weights = self._noisier(values, weights)
        weights = ops.where(kept, weights, 0.0)
        if training:
            factor = self._factor(2 * rows)
            values, weights = values * factor, weights / ops.square(factor)
        return values, weights, ops.cast(shift, "float32")

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        steps = inputs[0].shape[1]
        return tuple(
            keras.KerasTensor((None, n), dtype="float32") for n in (steps, steps, 1)
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "max_shift": self.max_shift,
            "block_size": self.block_size,
            "keep": self.keep,
            "noise": self.noise,
            "level_jitter": self.level_jitter,
            "trend_jitter": self.trend_jitter,
            "num_trends": self.num_trends,
            "share": self.share,
            "seed": self.seed,
        }

    def _rows(self, batch: Any) -> Any:
        """How many rows of a batch are looked at."""
        if isinstance(batch, int):
            return math.ceil(self.share * batch)
        return ops.cast(ops.ceil(self.share * ops.cast(batch, "float32")), "int32")

    def _spread(self, blocks: Any) -> Any:
        """From a value per block to one per step."""
        return ops.repeat(blocks, self.block_size, axis=1)[:, : self._steps]

    def _smoothed(self, values: Any, weights: Any) -> tuple[Any, Any]:
        """Local means in place of noisy steps, and where there is a value."""
        sums, total = (
            ops.average_pool(ops.expand_dims(x, -1), _WINDOW, 1, padding="same")[..., 0]
            for x in (weights * values, weights)
        )
        fill = [[0, 0], [0, self._blocks * self.block_size - self._steps]]
        blocks = ops.reshape(
            ops.pad(weights, fill), (-1, self._blocks, self.block_size)
        )
        noisy = weights < _NOISY * self._spread(ops.mean(blocks, axis=-1))
        mean = sums / ops.where(total > 0, total, 1.0)
        return ops.where(noisy, mean, values), total > 0

    def _noisier(self, values: Any, weights: Any) -> tuple[Any, Any]:
        shape = ops.shape(values)
        share = self._uniform((shape[0], 1), 0.0, self.noise)
        sigma = ops.where(weights > 0, ops.rsqrt(ops.maximum(weights, 1e-30)), 0.0)
        normal = keras.random.normal(shape, seed=self.seed_generator)
        return values + share * sigma * normal, weights / (1 + ops.square(share))

    def _drawn_shift(self, rows: Any, training: bool | None) -> Any:
        """Whole steps of each view, int32 `(2 * rows, 1)`."""
        if training:
            limit = self.max_shift + 0.499
            draw = self._uniform((2 * rows, 1), -limit, limit)
            return ops.cast(ops.round(draw), "int32")
        half = ops.ones((rows, 1), "int32") * (self.max_shift // 2)
        return ops.concatenate([half, -half], axis=0)

    def _moved(
        self, values: Any, there: Any, shift: Any, training: bool | None
    ) -> tuple[Any, Any]:
        """Values after the shift, and which of them are kept."""
        place = np.arange(self._steps, dtype="int32")[None]
        source = ops.clip(place - shift, 0, self._steps - 1)
        values = ops.take_along_axis(values, source, axis=1)
        kept = ops.take_along_axis(there, source, axis=1)
        low, high = self.max_shift, self._steps - self.max_shift
        if training:
            shape = (ops.shape(shift)[0], 1)
            low = low + self._uniform(shape, 0.0, self.max_shift)
            high = high - self._uniform(shape, 0.0, self.max_shift)
            draw = self._uniform((shape[0], self._blocks), 0.0, 1.0)
            kept = ops.logical_and(kept, self._spread(draw < self.keep))
        within = ops.logical_and(place >= low, place < high)
        return values, ops.logical_and(kept, within)

    def _uniform(self, shape: Any, low: float, high: float) -> Any:
        return keras.random.uniform(shape, low, high, seed=self.seed_generator)

    def _factor(self, rows: Any) -> Any:
        level = keras.random.normal((rows, 1), seed=self.seed_generator)
        exponent = self.level_jitter * level
        if self.num_trends:
            shape = (rows, self.num_trends)
            draw = keras.random.normal(shape, seed=self.seed_generator)
            exponent += self.trend_jitter * ops.matmul(draw, self._trends)
        return ops.exp(exponent)
