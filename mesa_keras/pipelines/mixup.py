"""MixUp: convex combinations of examples and of their labels."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import tensorflow as tf

Tensor: TypeAlias = Any


def mix_up(
    inputs: Mapping[str, Tensor], targets: Tensor, seed: Tensor, alpha: float
) -> tuple[dict[str, Tensor], Tensor]:
    """Mixes every example with another one of the batch.

    The share of the other is at most one half. What the example itself lacks stays
    missing; what only the other lacks is taken from the example alone.

    Args:
        inputs: Float tensors `(batch, ...)` by name, NaN = missing.
        targets: Distribution over the classes, `(batch, classes)`.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        alpha: Concentration of the beta distribution of the share; 0 for no mixing.

    Returns:
        Mixed inputs and targets.

    Raises:
        ValueError: If `alpha` is negative.

    References:
        Zhang et al. (2018), https://arxiv.org/abs/1710.09412, eq. 1.
    """
    if alpha < 0:
        raise ValueError(f"`alpha` must not be negative. Received: alpha={alpha}")
    if alpha == 0:
        return dict(inputs), targets
    seeds = tf.unstack(tf.random.split(seed, 3))
    batch = tf.shape(targets)[0]
    first, second = (
        tf.random.stateless_gamma((batch,), s, alpha, dtype="float64")
        for s in seeds[:2]
    )
    # Both underflow at a small alpha once in a blue moon.
    share = tf.math.divide_no_nan(first, first + second)
    share = tf.cast(tf.minimum(share, 1 - share), "float32")
    partner = tf.random.experimental.stateless_shuffle(tf.range(batch), seeds[2])

    def mixed(x: Tensor) -> Tensor:
        other = tf.gather(x, partner)
        other = tf.where(tf.math.is_finite(other), other, x)
        weight = tf.reshape(share, (-1, *[1] * (len(x.shape) - 1)))
        return x + weight * (other - x)

    return {name: mixed(x) for name, x in inputs.items()}, mixed(targets)
