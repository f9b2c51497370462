"""A small model and its batches, whose training the tests interrupt."""

import keras
import numpy as np
import tensorflow as tf

from mesa_keras.pipelines import evaluation_batches, training_batches
from mesa_keras.training import RunState, fit

ROWS, BATCH = 44, 4
STEPS = ROWS // BATCH  # 11 is no multiple of the steps per execution below.
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 6)).astype("float32")
Y = (X[:, :1] - X[:, 1:2] ** 2 + 0.1 * RNG.normal(size=(ROWS, 1))).astype("float32")


def make_model(learning_rate=0.01, averaging=True, steps_per_execution=4, seed=5):
    """Everything that has a state: dropout, batch norm, schedule, averages."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((6,), name="x"),
            keras.layers.Dense(8, activation="relu", name="first"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(0.3, name="dropout"),
            keras.layers.Dense(1, name="last"),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, 8 * STEPS)
    model.compile(
        keras.optimizers.AdamW(rate, use_ema=averaging, ema_momentum=0.9),
        "mse",
        jit_compile=False,
        steps_per_execution=steps_per_execution,
    )
    return model


def batches_from(epoch):
    def noisy(x, y, seed):
        noise = tf.random.stateless_normal(tf.shape(x["x"]), seed, stddev=0.1)
        return x["x"] + noise, y["y"]

    return training_batches(
        {"x": X}, {"y": Y}, BATCH, seed=2, first_epoch=epoch, transform=noisy
    )


def validation(scale=1.0):
    batches = evaluation_batches({"x": X}, {"y": scale * Y}, ROWS)
    return batches.map(lambda x, y: (x["x"], y["y"]))


class Killed(Exception):
    """Stands for a kill: nothing after it runs, not even `on_train_end`."""


class KillAfter(RunState):
    """State of a run that ends suddenly in an epoch, after it saved `epochs`."""

    def __init__(self, *args, epochs, **kwargs):
        super().__init__(*args, **kwargs)
        self.epochs = epochs

    def on_train_batch_end(self, batch, logs=None):
        if self.epochs_done == self.epochs and batch >= STEPS // 2:
            raise Killed


def run(model, state, epochs=4, resume=False, data=None):
    return fit(
        model,
        batches_from,
        data or validation(),
        state,
        epochs=epochs,
        steps_per_epoch=STEPS,
        batch_size=BATCH,
        resume=resume,
    )
