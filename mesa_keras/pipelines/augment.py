"""Augmentation of folded light curves and of what is missing, on whole batches."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from mesa_keras.pipelines.pair_index import is_present

Tensor: TypeAlias = Any


def augment_views(
    views: Mapping[str, Tensor],
    seed: Tensor,
    *,
    max_shift: float = 0.01,
    noise: float = 0.03,
    scaling: float = 0.05,
    reversal: bool = True,
) -> dict[str, Tensor]:
    """Shifts, reverses, scales and blurs by noise every object's views alike.

    A folded transit read backwards in time is as good a transit, and an epoch is known
    to a fraction of the duration only. The same draw serves all views of an object, so
    that they stay consistent; the noise is new per value. NaN stays NaN.

    Args:
        views: Float tensors `(batch, steps)` by name.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        max_shift: Largest shift in time, as a fraction of a view, drawn evenly. Views
            are rolled: those of a whole period are periodic, the ends of others are
            baseline.
        noise: Largest standard deviation of the added noise, drawn evenly per object,
            in the units of the view (1 is the depth).
        scaling: Largest relative change of the amplitude.
        reversal: Whether half of the objects run backwards.

    Returns:
        Tensors of the same shapes by name.
    """
    seeds = tf.unstack(tf.random.split(seed, 4 + len(views)))
    batch = tf.shape(next(iter(views.values())))[0]
    shift = tf.random.stateless_uniform((batch, 1), seeds[0], -max_shift, max_shift)
    backwards = tf.random.stateless_uniform((batch, 1), seeds[1]) < 0.5 * reversal
    scale = 1 + tf.random.stateless_uniform((batch, 1), seeds[2], -scaling, scaling)
    level = tf.random.stateless_uniform((batch, 1), seeds[3], 0.0, noise)
    result = {}
    for (name, view), view_seed in zip(views.items(), seeds[4:], strict=True):
        steps = view.shape[1]
        offset = tf.cast(tf.round(shift * steps), "int32")
        order = tf.range(steps)[None]
        order = tf.where(backwards, steps - 1 - order, order)
        rolled = tf.gather(view, (order + offset) % steps, batch_dims=1)
        blur = level * tf.random.stateless_normal(tf.shape(view), view_seed)
        result[name] = scale * rolled + blur
    return result


def drop_modalities(
    groups: Mapping[str, tuple[str, ...]],
    inputs: Mapping[str, Tensor],
    seed: Tensor,
    rate: float,
) -> dict[str, Tensor]:
    """Hides whole modalities of random objects, but never all that an object has.

    A model that is trained on this answers from any subset of its inputs.

    Args:
        groups: Names of the inputs that go missing together, by modality.
        inputs: Float tensors `(batch, ...)` by name, NaN = missing.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        rate: Probability per object and modality in [0, 1].

    Returns:
        The inputs with NaN in all values of what is hidden.
    """
    present = tf.stack(
        [
            tf.reduce_any([is_present(inputs[name]) for name in names], axis=0)
            for names in groups.values()
        ],
        axis=1,
    )
    draw = tf.random.stateless_uniform(tf.shape(present), seed)
    # Of the modalities that are there, the one of the largest draw stays.
    draw = tf.where(present, draw, -1.0)
    drop = (draw < rate) & (draw < tf.reduce_max(draw, axis=1, keepdims=True))
    result = dict(inputs)
    for i, names in enumerate(groups.values()):
        for name in names:
            x = inputs[name]
            hidden = tf.reshape(drop[:, i], (-1, *[1] * (len(x.shape) - 1)))
            result[name] = tf.where(hidden, float("nan"), x)
    return result


def drop_values(values: Tensor, seed: Tensor, rate: float) -> Tensor:
    """Hides single values at random, as catalogues do.

    Args:
        values: Float tensor `(batch, features)`.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        rate: Probability per value in [0, 1].

    Returns:
        The values, NaN where hidden.
    """
    hidden = tf.random.stateless_uniform(tf.shape(values), seed) < rate
    return tf.where(hidden, float("nan"), values)


def drop_together(
    values: Tensor, seed: Tensor, rate: float, columns: Sequence[int]
) -> Tensor:
    """Hides several values of random objects at once, as where a source is missing.

    Args:
        values: Float tensor `(batch, features)`.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        rate: Probability per object in [0, 1].
        columns: Places of the features that go missing together.

    Returns:
        The values, NaN where hidden.
    """
    draw = tf.random.stateless_uniform((tf.shape(values)[0], 1), seed)
    among = tf.constant([place in columns for place in range(values.shape[1])])
    return tf.where((draw < rate) & among, float("nan"), values)
