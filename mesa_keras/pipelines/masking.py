"""Hides parts of series, and keeps what was hidden to ask for it, on whole batches."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import tensorflow as tf

from mesa_keras.pipelines.augment import drop_modalities

Tensor: TypeAlias = Any


def mask_patches(
    views: Mapping[str, Tensor],
    patch_sizes: Mapping[str, int],
    seed: Tensor,
    *,
    share: float,
    view_share: float = 0.0,
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Hides patches of all views, and now and then a whole view.

    What is hidden is missing, NaN, before any number is made from the series: no
    convolution and no statistic sees it. The views of one object show the same event,
    so that one may tell what is hidden in another.

    Args:
        views: Float tensors `(batch, steps)` by name, NaN = missing.
        patch_sizes: Steps of a patch by view.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        share: Probability that a patch is hidden.
        view_share: Probability that a whole view is hidden, but never the last one that
            an object has.

    Returns:
        The views as they are shown, and what is asked for: tensors of the same shapes,
        finite where a value was hidden, in units of the standard deviation of the whole
        series from its mean.
    """
    seeds = tf.unstack(tf.random.split(seed, 1 + len(views)))
    shown = dict(views)
    if view_share and len(views) > 1:
        shown = drop_modalities(
            {name: (name,) for name in views}, views, seeds[0], view_share
        )
    asked = {}
    for (name, view), view_seed in zip(views.items(), seeds[1:], strict=True):
        batch, steps = tf.shape(view)[0], view.shape[1]
        patches = -(-steps // patch_sizes[name])
        hidden = tf.random.stateless_uniform((batch, patches), view_seed) < share
        hidden = tf.repeat(hidden, patch_sizes[name], axis=1)[:, :steps]
        seen = tf.where(hidden, float("nan"), shown[name])
        taken = tf.math.is_finite(view) & ~tf.math.is_finite(seen)
        shown[name] = seen
        asked[name] = tf.where(taken, standardized(view), float("nan"))
    return shown, asked


def standardized(view: Tensor) -> Tensor:
    """Returns `(view - mean) / std` of each row, NaN where missing.

    Args:
        view: Float tensor `(batch, steps)`. A constant row gives 0.
    """
    present = tf.math.is_finite(view)
    values = tf.where(present, view, 0.0)
    weight = tf.cast(present, view.dtype)
    count = tf.maximum(tf.reduce_sum(weight, axis=1, keepdims=True), 1.0)
    mean = tf.reduce_sum(values, axis=1, keepdims=True) / count
    centred = (values - mean) * weight
    variance = tf.reduce_sum(centred**2, axis=1, keepdims=True) / count
    return tf.where(present, centred * tf.math.rsqrt(variance + 1e-10), float("nan"))
