"""Arrays in memory as batches whose order follows from seed and epoch."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

Tensor: TypeAlias = Any
Example: TypeAlias = dict[str, Tensor]
Transform: TypeAlias = Callable[[Example, Example, Tensor], tuple[Example, Example]]


def training_batches(
    inputs: Mapping[str, np.ndarray],
    targets: Mapping[str, np.ndarray],
    batch_size: int,
    *,
    seed: int,
    first_epoch: int | tf.Variable = 0,
    transform: Transform | None = None,
    sampling_weights: np.ndarray | None = None,
) -> tf.data.Dataset:
    """Endless shuffled batches for `fit` with `steps_per_epoch`.

    The order of epoch `e` and every random number of its batches follow from `seed` and
    `e` alone, so that a run that goes on at `first_epoch` sees what an uninterrupted
    one would have seen. Whole batches are gathered and transformed at once, which costs
    far less than example by example.

    Args:
        inputs: Model inputs by name, first axis of equal length.
        targets: Targets by name, first axis of the same length. `row`, the position
            of each example in the arrays, is added to them for `transform`, int32.
        batch_size: Examples per batch. The rest of an epoch that does not fill a batch
            is left out: a contrastive loss depends on the number of pairs.
        seed: Seed of order and transform.
        first_epoch: Epoch to start at. A variable is read whenever the dataset is
            iterated anew.
        transform: Function of inputs, targets and a seed of shape `(2,)` for stateless
            random operations; takes and returns whole batches. It must take `row` out
            of the targets.
        sampling_weights: Optional positive weight per example: each epoch is then drawn
            with replacement in proportion to them, instead of shuffled.

    Returns:
        Dataset of `(inputs, targets)`.

    Raises:
        ValueError: If there are fewer examples than `batch_size`.
    """
    arrays = {name: tf.constant(array) for name, array in inputs.items()}
    wanted = {name: tf.constant(array) for name, array in targets.items()}
    num = len(next(iter(inputs.values())))
    if not 0 < batch_size <= num:
        raise ValueError(
            "`batch_size` must be positive and at most the number of training "
            f"examples. Received: batch_size={batch_size}, examples={num}"
        )
    steps = num // batch_size
    base = tf.constant([seed, 0], "int64")
    cumulative = None
    if sampling_weights is not None:
        cumulative = tf.constant(np.cumsum(sampling_weights / sampling_weights.sum()))

    def epoch_batches(epoch: Tensor) -> tf.data.Dataset:
        epoch_seed = tf.random.fold_in(base, epoch)
        if cumulative is None:
            rows = tf.random.experimental.stateless_shuffle(tf.range(num), epoch_seed)
        else:
            draws = tf.random.stateless_uniform((num,), epoch_seed, dtype="float64")
            rows = tf.minimum(tf.searchsorted(cumulative, draws), num - 1)
        rows = tf.reshape(rows[: steps * batch_size], (steps, batch_size))
        return tf.data.Dataset.from_tensor_slices(
            (rows, tf.random.split(epoch_seed, steps))
        )

    def gather(rows: Tensor, batch_seed: Tensor) -> tuple[Example, Example]:
        x = {name: tf.gather(array, rows) for name, array in arrays.items()}
        y = {name: tf.gather(array, rows) for name, array in wanted.items()}
        y["row"] = rows
        if transform is None:
            return x, y
        return transform(x, y, batch_seed)

    def epochs_from(first: Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.range(first, np.iinfo("int64").max)

    start = tf.data.Dataset.from_tensors(0).map(lambda _: tf.cast(first_epoch, "int64"))
    batches = start.flat_map(epochs_from).flat_map(epoch_batches)
    return batches.map(gather, num_parallel_calls=2).prefetch(tf.data.AUTOTUNE)


def evaluation_batches(
    inputs: Mapping[str, np.ndarray],
    targets: Mapping[str, np.ndarray] | None = None,
    batch_size: int = 256,
) -> tf.data.Dataset:
    """Batches in the order of the arrays, the last one possibly smaller.

    Args:
        inputs: Model inputs by name, first axis of equal length.
        targets: Targets by name, or `None` for prediction.
        batch_size: Examples per batch.

    Returns:
        Dataset of `(inputs, targets)`, or of inputs alone.
    """
    slices = dict(inputs) if targets is None else (dict(inputs), dict(targets))
    dataset = tf.data.Dataset.from_tensor_slices(slices)
    return dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)
