"""Fits a compiled model so that a kill costs at most one epoch."""

from collections.abc import Callable
from typing import Any

import keras

from mesa_keras.training.progress import EpochProgress
from mesa_keras.training.run_state import RunState


def fit(
    model: keras.Model,
    batches_from: Callable[[int], Any],
    validation: Any,
    state: RunState,
    *,
    epochs: int,
    steps_per_epoch: int,
    batch_size: int,
    resume: bool = False,
) -> dict[str, list[float]]:
    """Trains to the end of the epochs or of the patience, from wherever the run stands.

    Args:
        model: Compiled model.
        batches_from: Function of an epoch to endless batches that start there, whose
            order depends on nothing else.
        validation: Batches with targets to validate after each epoch.
        state: State of the run, saved after each epoch.
        epochs: Epochs of the whole run.
        steps_per_epoch: Steps of an epoch.
        batch_size: Examples of a step, for the progress shown.
        resume: Whether to go on from the file of `state`, if it is there.

    Returns:
        Values per epoch by name, of the whole run.
    """
    if resume and state.path.exists():
        state.restore(model)
    if not state.finished and state.epochs_done < epochs:
        first = state.epochs_done
        progress = EpochProgress(epochs, steps_per_epoch * batch_size, first)
        model.fit(
            batches_from(first),
            validation_data=validation,
            initial_epoch=first,
            epochs=epochs,
            steps_per_epoch=steps_per_epoch,
            callbacks=[state, progress],
            shuffle=False,
            verbose=0,
        )
    return state.epoch_history
