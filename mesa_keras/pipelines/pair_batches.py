"""Galaxy pairs as batches: endless and full for training, all in order otherwise."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

from mesa_keras.pipelines.pair_reader import MODALITIES, PairReader, valid_rows
from mesa_keras.pipelines.python_calls import python_call
from mesa_keras.readers import PairStore

__all__ = ["evaluation_pairs", "training_pairs", "valid_rows"]

Tensor: TypeAlias = Any
Example: TypeAlias = dict[str, Tensor]
Transform: TypeAlias = Callable[[Example, Example, Tensor], tuple[Example, Example]]
PlainTransform: TypeAlias = Callable[[Example, Example], tuple[Example, Example]]

_INPUTS = ("image", "flux", "ivar")
# Each holds a batch; more would take memory and no less time.
_READERS = 2
_WAITING = 2


def training_pairs(
    store: PairStore,
    rows: Any,
    batch_size: int,
    *,
    seed: int,
    first_epoch: int | tf.Variable = 0,
    transform: Transform | None = None,
    columns: Sequence[str] = ("redshift",),
    redshift_range: tuple[float, float] = (0.0, 0.8),
    shards_at_a_time: int | None = None,
    faults: dict[int, str] | None = None,
) -> tf.data.Dataset:
    """Endless shuffled batches of valid pairs, all of full size.

    Rows that the index or a file's size tells to be invalid are passed over. One that
    turns out to hold nothing when it is read leaves its batch, and the rows that follow
    move up; nothing in the store changes. What the batches of epoch `e` hold, and
    every random number of theirs, follows from store, rows, `seed` and `e` alone.

    Args:
        store: The store.
        rows: Rows of the store to train on, each once.
        batch_size: Pairs per batch. The rest of an epoch that does not fill a batch is
            left out: a contrastive loss depends on the number of pairs.
        seed: Seed of order and transform.
        first_epoch: Epoch to start at. A variable is read whenever the dataset is
            iterated anew. An epoch has `len(valid_rows(store, rows)) // batch_size`
            batches, fewer where files hold nothing.
        transform: Function of inputs, targets and a seed of shape `(2,)` for stateless
            random operations, on whole batches. Images come as float16, so that
            cropping first saves time; what is float16 after it becomes float32.
        columns: Columns of numbers of the index that become targets, beside `row`,
            the row of the store, int32.
        redshift_range: Lowest and highest redshift of a valid pair.
        shards_at_a_time: `None` shuffles all rows. A number shuffles the shards, and
            the rows among that many at a time, for stores larger than memory on disks
            that are slow to seek.
        faults: Filled with the reasons of rows found to hold nothing.

    Returns:
        Dataset of `(inputs, targets)`; inputs are `image`, float32 `(batch, height,
        width, bands)`, `flux` and `ivar`, float32 `(batch, bins)`.

    Raises:
        ValueError: If a row stands twice, or fewer are valid than `batch_size`.
    """
    chosen = _checked_rows(rows)
    valid = valid_rows(store, chosen, redshift_range)
    if not 0 < batch_size <= len(valid):
        raise ValueError(
            "`batch_size` must be positive and at most the number of valid pairs. "
            f"Received: batch_size={batch_size}, {len(valid):,} valid pairs among "
            f"{len(chosen):,}"
        )
    order = _Order(store, valid, batch_size, seed, shards_at_a_time)
    reader = PairReader(store, MODALITIES, columns, faults)

    def read(rows: Tensor, epoch: Tensor) -> tuple[Example, Example]:
        def arrays(rows: np.ndarray, epoch: np.int64) -> tuple[np.ndarray, ...]:
            found = reader.read(rows)
            good = found["image_valid"] & found["spectrum_valid"]
            order.count(int(epoch), len(rows), int(good.sum()))
            found["row"] = rows.astype(np.int32)
            if not good.all():
                found = {name: array[good] for name, array in found.items()}
            return tuple(found.values())

        return _call(reader, arrays, rows, epoch)

    def epoch_batches(epoch: Tensor) -> tf.data.Dataset:
        shuffled = tf.numpy_function(python_call(order), [epoch], tf.int64)
        shuffled = tf.ensure_shape(shuffled, (len(valid),))
        chunks = tf.data.Dataset.from_tensor_slices(shuffled).batch(batch_size)
        batches = chunks.map(
            lambda rows: read(rows, epoch), _READERS, deterministic=True
        ).rebatch(batch_size, drop_remainder=True)
        epoch_seed = tf.random.fold_in(tf.constant([seed, 1], "int64"), epoch)
        return batches.enumerate().map(
            lambda step, example: (*example, tf.random.fold_in(epoch_seed, step))
        )

    def finish(x: Example, y: Example, batch_seed: Tensor) -> tuple[Example, Example]:
        for modality in MODALITIES:
            del y[f"{modality}_valid"]
        if transform is not None:
            x, y = transform(x, y, batch_seed)
        return _single_precision(x), y

    def epochs_from(first: Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.range(first, np.iinfo("int64").max)

    start = tf.data.Dataset.from_tensors(0).map(lambda _: tf.cast(first_epoch, "int64"))
    batches = start.flat_map(epochs_from).flat_map(epoch_batches)
    return batches.map(finish, _READERS, deterministic=True).prefetch(_WAITING)


def evaluation_pairs(
    store: PairStore,
    rows: Any = None,
    batch_size: int = 256,
    *,
    modalities: Sequence[str] = MODALITIES,
    transform: PlainTransform | None = None,
    columns: Sequence[str] = (),
    faults: dict[int, str] | None = None,
) -> tf.data.Dataset:
    """Batches in the order of the rows, every row in its place.

    Args:
        store: The store.
        rows: Rows of the store; `None` takes all.
        batch_size: Rows per batch; the last one may be smaller.
        modalities: What to read: `image`, `spectrum` or both.
        transform: Function of inputs and targets on whole batches, such as a crop.
            Images come as float16; what is float16 after it becomes float32.
        columns: Columns of numbers of the index that become targets.
        faults: Filled with the reasons of rows whose index promises something that is
            not there.

    Returns:
        Dataset of `(inputs, targets)` of known length. Inputs are `image`, `flux` and
        `ivar`, as far as read; targets `row` (int32), the columns, and `image_valid`
        and `spectrum_valid`: the flags of the index, and false where a file is damaged
        or holds nothing.

    Raises:
        ValueError: If a modality or column is unknown.
    """
    chosen = np.arange(store.num_rows) if rows is None else np.asarray(rows, np.int64)
    if batch_size < 1:
        raise ValueError(f"`batch_size` must be positive. Received: {batch_size}")
    reader = PairReader(store, modalities, columns, faults)

    def read(rows: Tensor) -> tuple[Example, Example]:
        def arrays(rows: np.ndarray) -> tuple[np.ndarray, ...]:
            return *reader.read(rows).values(), rows.astype(np.int32)

        x, y = _call(reader, arrays, rows)
        if transform is not None:
            x, y = transform(x, y)
        return _single_precision(x), y

    chunks = tf.data.Dataset.from_tensor_slices(chosen).batch(batch_size)
    return chunks.map(read, _READERS, deterministic=True).prefetch(_WAITING)


class _Order:
    """Order of the rows in each epoch, and a guard against an endless search."""

    def __init__(
        self,
        store: PairStore,
        rows: np.ndarray,
        batch_size: int,
        seed: int,
        shards_at_a_time: int | None,
    ) -> None:
        if shards_at_a_time is not None and shards_at_a_time < 1:
            raise ValueError(
                f"`shards_at_a_time` must be positive. Received: {shards_at_a_time}"
            )
        self.rows = rows
        self.batch_size = batch_size
        self.seed = seed
        self.shards_at_a_time = shards_at_a_time
        self.shard = store.shard_of(rows)
        self._counts: dict[int, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def __call__(self, epoch: np.int64) -> np.ndarray:
        self._counts.pop(int(epoch), None)
        rng = np.random.default_rng([self.seed, int(epoch)])
        if self.shards_at_a_time is None:
            return rng.permutation(self.rows)
        names, shard = np.unique(self.shard, return_inverse=True)
        group = rng.permutation(len(names))[shard] // self.shards_at_a_time
        return np.asarray(self.rows[np.lexsort((rng.random(len(group)), group))])

    def count(self, epoch: int, read: int, good: int) -> None:
        """Ends what could go on for ever: an epoch without a full batch."""
        with self._lock:
            before = self._counts.get(epoch, (0, 0))
            now = before[0] + read, before[1] + good
            self._counts[epoch] = now
        if now[0] >= len(self.rows) and now[1] < self.batch_size:
            raise ValueError(
                f"only {now[1]} of {len(self.rows)} pairs hold image and spectrum, "
                f"fewer than a batch of {self.batch_size}"
            )


def _checked_rows(rows: Any) -> np.ndarray:
    chosen = np.asarray(rows, dtype=np.int64)
    if len(np.unique(chosen)) < chosen.size:
        raise ValueError("`rows` must name each row of the store once.")
    return chosen


def _call(
    reader: PairReader, function: Callable[..., Any], *arguments: Tensor
) -> tuple[Example, Example]:
    """Calls a NumPy function in the graph; names and shapes its arrays."""
    kinds = {**reader.specification(), "row": ("int32", ())}
    arrays = tf.numpy_function(
        python_call(function),
        arguments,
        [tf.as_dtype(kind) for kind, _ in kinds.values()],
    )
    x: Example = {}
    y: Example = {}
    for (name, (_, shape)), array in zip(kinds.items(), arrays, strict=True):
        target = x if name in _INPUTS else y
        target[name] = tf.ensure_shape(array, (None, *shape))
    return x, y


def _single_precision(x: Example) -> Example:
    return {
        name: tf.cast(value, "float32") if value.dtype == tf.float16 else value
        for name, value in x.items()
    }
