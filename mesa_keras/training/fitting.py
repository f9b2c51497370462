"""Fits a compiled model so that a kill costs at most one epoch."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from mesa_keras.training.progress import EpochProgress
from mesa_keras.training.run_state import RunState


def fit(
    model: keras.Model,
    batches_from: Callable[[Any], Any],
    validation: Any,
    state: RunState,
    *,
    epochs: int,
    steps_per_epoch: int,
    batch_size: int,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, list[float]]:
    """Trains to the end of the epochs or of the patience, from wherever the run stands.

    Args:
        model: Compiled model.
        batches_from: Function of an epoch, given as an integer variable, to endless
            batches that start at the epoch that the variable holds when they are
            iterated, and whose order depends on nothing else.
        validation: Batches with targets to validate after each epoch.
        state: State of the run, saved after each epoch.
        epochs: Epochs of the whole run.
        steps_per_epoch: Steps of an epoch.
        batch_size: Examples of a step, for the progress shown.
        resume: Whether to go on from the file of `state`, if it is there.
        callbacks: Further callbacks. They come before `state`: what they add to the
            logs of an epoch is kept in its history, and at the end of a test the
            weights are those that were tested.

    Returns:
        Values per epoch by name, of the whole run.
    """
    if resume and state.path.exists():
        state.restore(model)
    if not state.finished and state.epochs_done < epochs:
        first = state.epochs_done
        progress = EpochProgress(
            epochs, steps_per_epoch * batch_size, first, state.monitor
        )
        # Every epoch iterates its own batches. From an endless stream, Keras takes a
        # multiple of `steps_per_execution`, and epochs would not begin at their own.
        epoch = tf.Variable(first, dtype="int64", trainable=False)
        batches = batches_from(epoch).take(steps_per_epoch)
        try:
            model.fit(
                batches.apply(tf.data.experimental.assert_cardinality(steps_per_epoch)),
                validation_data=validation,
                initial_epoch=first,
                epochs=epochs,
                callbacks=[_EpochVariable(epoch), *callbacks, state, progress],
                shuffle=False,
                verbose=0,
            )
        finally:
            progress.close()
    return state.epoch_history


class _EpochVariable(keras.callbacks.Callback):
    """Holds the number of the running epoch where a dataset reads it."""

    def __init__(self, epoch: tf.Variable) -> None:
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epoch.assign(epoch)
