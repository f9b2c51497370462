"""Two disturbed copies of a series that have no step in common."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="mesa_keras")
class SeriesViews(keras.layers.Layer):
    """Makes two views of a series for a contrastive loss between them.

    The steps are cut into blocks, and every block goes to one view or the other at
    random; what the other view has is missing. As no step is in both, neither noise nor
    a single feature tells that two views belong together: only what follows from either
    half does. Each view is multiplied by a smooth curve of its own, the exponential of
    a constant and of cosines over the whole series, as an error of calibration would
    do, so that level and slow trends tell as little as is wanted.

    In inference the blocks take turns and nothing is multiplied, so that a validation
    loss does not depend on chance.

    Args:
        block_size: Steps of a block; positive.
        level_jitter: Standard deviation of the constant, not negative. Default 0.3.
        trend_jitter: Standard deviation of the sum of the cosines, not negative.
            Default 0.2.
        num_trends: Number of cosines, of 1, 2, ... half periods; not negative.
        share: Share of the batch that is looked at, from its start, in (0, 1]; at
            least one row is. Default 1.
        seed: Integer seed; `None` follows `keras.utils.set_random_seed`.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        inputs: Values and inverse variances, two float tensors of shape `(batch,
            steps)`, NaN and 0 = missing.
        training: Whether chance is at work.

    Returns:
        Values and inverse variances of both views, one after the other: two tensors of
        shape `(2 * rows, steps)` for the first `rows` of the batch. A missing step has
        inverse variance 0.

    Raises:
        ValueError: If an argument is out of range or the number of steps is not known.
    """

    def __init__(
        self,
        block_size: int,
        level_jitter: float = 0.3,
        trend_jitter: float = 0.2,
        num_trends: int = 4,
        share: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        # Inverse variances leave the range of half precision.
        super().__init__(autocast=False, **kwargs)
        if block_size < 1 or min(level_jitter, trend_jitter, num_trends) < 0:
            raise ValueError(
                "`block_size` must be positive, and `level_jitter`, `trend_jitter` and "
                "`num_trends` not negative. Received: "
                f"block_size={block_size}, level_jitter={level_jitter}, "
                f"trend_jitter={trend_jitter}, num_trends={num_trends}"
            )
        if not 0 < share <= 1:
            raise ValueError(f"`share` must lie in (0, 1]. Received: share={share}")
        self.block_size = block_size
        self.level_jitter = level_jitter
        self.trend_jitter = trend_jitter
        self.num_trends = num_trends
        self.share = share
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        steps = input_shape[0][1]
        if steps is None:
            raise ValueError(
                "`inputs` must have a known number of steps. "
                f"Received: shape={tuple(input_shape[0])}"
            )
        place = (np.arange(steps) + 0.5) / steps
        order = np.arange(1, self.num_trends + 1)[:, None]
        # The square of a cosine is 1/2 on average.
        trends = np.cos(np.pi * order * place) * np.sqrt(2 / max(self.num_trends, 1))
        self._trends = trends.astype("float32")
        self._blocks = -(-steps // self.block_size)

    def call(self, inputs: Any, training: bool | None = None) -> tuple[Any, Any]:
        values, weights = (ops.cast(x, "float32") for x in inputs)
        rows = self._rows(ops.shape(values)[0])
        values, weights = values[:rows], weights[:rows]
        first = ops.repeat(self._drawn_blocks(rows, training), self.block_size, axis=1)
        first = first[:, : values.shape[1]]
        own = ops.concatenate([first, ops.logical_not(first)], axis=0)
        values = ops.concatenate([values, values], axis=0)
        weights = ops.where(own, ops.concatenate([weights, weights], axis=0), 0.0)
        if training:
            factor = self._factor(2 * rows)
            values, weights = values * factor, weights / ops.square(factor)
        return values, weights

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        shape = (None, inputs[0].shape[1])
        return tuple(keras.KerasTensor(shape, dtype="float32") for _ in range(2))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "block_size": self.block_size,
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

    def _drawn_blocks(self, rows: Any, training: bool | None) -> Any:
        """Which blocks go to the first view, boolean `(rows, blocks)`."""
        shape = (rows, self._blocks)
        if training:
            return keras.random.uniform(shape, seed=self.seed_generator) < 0.5
        even = np.arange(self._blocks) % 2 == 0
        return ops.broadcast_to(ops.convert_to_tensor(even)[None], shape)

    def _factor(self, rows: Any) -> Any:
        level = keras.random.normal((rows, 1), seed=self.seed_generator)
        exponent = self.level_jitter * level
        if self.num_trends:
            draw = keras.random.normal(
                (rows, self.num_trends), seed=self.seed_generator
            )
            exponent += self.trend_jitter * ops.matmul(draw, self._trends)
        return ops.exp(exponent)
