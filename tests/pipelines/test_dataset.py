import itertools

import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines import evaluation_batches, training_batches

ROWS = np.arange(23, dtype="int32")
INPUTS = {"x": np.stack([ROWS, -ROWS], axis=1).astype("float32")}
TARGETS = {"y": 2 * ROWS}
BATCH, STEPS = 4, 5


def take_epochs(count, first_epoch=0, batch_size=BATCH, **kwargs):
    """Rows of each epoch as `(epochs, steps, batch)`."""
    kwargs = {"seed": 3, **kwargs}
    batches = training_batches(
        INPUTS, TARGETS, batch_size, first_epoch=first_epoch, **kwargs
    )
    steps = len(ROWS) // batch_size
    rows = [np.array(y["row"]) for _, y in batches.take(count * steps)]
    return np.array(rows).reshape(count, steps, batch_size)


def test_inputs_and_targets_stay_together():
    for x, y in training_batches(INPUTS, TARGETS, BATCH, seed=0).take(3 * STEPS):
        row = np.array(y["row"])
        np.testing.assert_array_equal(x["x"], INPUTS["x"][row])
        np.testing.assert_array_equal(y["y"], 2 * row)
        assert y["row"].dtype == tf.int32


def test_an_epoch_holds_every_row_at_most_once():
    epochs = take_epochs(4)
    for epoch in epochs:
        assert len(np.unique(epoch)) == STEPS * BATCH
    # What an epoch leaves out differs, so no row is lost for the whole training.
    assert set(epochs.ravel()) == set(ROWS)


def test_whole_batches_leave_nothing_out():
    assert sorted(take_epochs(1, batch_size=23).ravel()) == ROWS.tolist()


def test_order_follows_from_seed_and_epoch():
    epochs = take_epochs(3)
    np.testing.assert_array_equal(epochs, take_epochs(3))
    for first, second in itertools.combinations(epochs, 2):
        assert not np.array_equal(first, second)
    assert not np.array_equal(epochs, take_epochs(3, seed=4))
    assert not np.array_equal(epochs[0].ravel(), np.sort(epochs[0].ravel()))


def test_a_seed_is_not_the_next_seed_one_epoch_later():
    assert not np.array_equal(take_epochs(2, seed=3)[1], take_epochs(2, seed=4)[0])
    assert not np.array_equal(take_epochs(2, seed=4)[0], take_epochs(2, seed=3)[1])


@pytest.mark.parametrize("weights", [None, np.linspace(1, 5, len(ROWS))])
def test_a_later_start_sees_what_an_uninterrupted_run_sees(weights):
    def noisy(x, y, seed):
        return {"x": x["x"] + tf.random.stateless_normal((BATCH, 2), seed)}, y

    def values(first, count):
        batches = training_batches(
            INPUTS,
            TARGETS,
            BATCH,
            seed=8,
            first_epoch=first,
            transform=noisy,
            sampling_weights=weights,
        )
        return np.array([x["x"] for x, _ in batches.take(count * STEPS)])

    whole = values(0, 5)
    for first in (1, 4):
        np.testing.assert_array_equal(values(first, 5 - first), whole[first * STEPS :])


def test_a_variable_epoch_is_read_when_the_batches_are_iterated():
    epoch = tf.Variable(0, dtype="int64")
    batches = training_batches(INPUTS, TARGETS, BATCH, seed=3, first_epoch=epoch)
    whole = take_epochs(3)
    for number in (0, 2, 1):
        epoch.assign(number)
        rows = np.array([y["row"] for _, y in batches.take(STEPS)])
        np.testing.assert_array_equal(rows, whole[number])


def test_transform_gets_a_seed_of_its_own_for_every_batch():
    def keep_seed(x, y, seed):
        y.pop("row")
        return {"seed": seed}, y

    batches = training_batches(INPUTS, TARGETS, BATCH, seed=0, transform=keep_seed)
    seeds = [tuple(np.array(x["seed"])) for x, _ in batches.take(4 * STEPS)]
    assert all(len(seed) == 2 for seed in seeds)
    assert len(set(seeds)) == 4 * STEPS


def test_sampling_weights_set_the_frequencies():
    weights = np.ones(len(ROWS))
    weights[5], weights[22] = 12.0, 0.25
    count = 400
    rows = take_epochs(count, batch_size=23, sampling_weights=weights).ravel()
    drawn = len(rows)
    found = np.bincount(rows, minlength=len(ROWS)) / drawn
    expected = weights / weights.sum()
    spread = np.sqrt(expected * (1 - expected) / drawn)
    assert np.all(np.abs(found - expected) < 4.5 * spread)


def test_too_large_and_empty_batches_are_refused():
    for size in (24, 0, -1):
        with pytest.raises(ValueError, match=f"batch_size={size}, examples=23"):
            training_batches(INPUTS, TARGETS, size, seed=0)


def test_evaluation_keeps_the_order_and_the_rest():
    batches = list(evaluation_batches(INPUTS, TARGETS, 10))
    assert [len(y["y"]) for _, y in batches] == [10, 10, 3]
    rows = np.concatenate([y["y"] for _, y in batches]) // 2
    np.testing.assert_array_equal(rows, ROWS)
    x = np.concatenate([x["x"] for x, _ in batches])
    np.testing.assert_array_equal(x, INPUTS["x"])


def test_evaluation_without_targets_gives_inputs_alone():
    (batch,) = evaluation_batches(INPUTS)
    assert set(batch) == {"x"}
    np.testing.assert_array_equal(batch["x"], INPUTS["x"])
