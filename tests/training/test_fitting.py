"""An interrupted training goes on to the result of an uninterrupted one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from mesa_keras.training import RunState, fit
from tests.training.training_runs import (
    BATCH,
    STEPS,
    KillAfter,
    Killed,
    X,
    Y,
    make_model,
    run,
    validation,
)

ROOT = Path(__file__).parents[2]
SETTINGS = {"seed": 5}


def value(variable):
    return np.array(keras.ops.convert_to_numpy(variable))


def assert_same_run(model, state, expected_model, expected_state):
    assert state.epoch_history == expected_state.epoch_history
    assert state.best_epoch == expected_state.best_epoch
    assert state.best == expected_state.best
    pairs = [(model.variables, expected_model.variables)]
    pairs.append((model.optimizer.variables, expected_model.optimizer.variables))
    for found, wanted in pairs:
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(value(a), value(b), err_msg=a.path)
    state.restore_best(model)
    expected_state.restore_best(expected_model)
    for a, b in zip(model.variables, expected_model.variables, strict=True):
        np.testing.assert_array_equal(value(a), value(b), err_msg=a.path)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "state.npz"
    model, state = make_model(), RunState(path, SETTINGS, patience=10)
    run(model, state)
    return model, state


@pytest.mark.parametrize("killed_after", [1, 3])
def test_a_resumed_run_equals_an_uninterrupted_one(
    tmp_path, uninterrupted, killed_after
):
    path = tmp_path / "state.npz"
    with pytest.raises(Killed):
        run(make_model(), KillAfter(path, SETTINGS, 10, epochs=killed_after))
    # A model of other random weights: all comes from the file.
    model, state = make_model(seed=99), RunState(path, SETTINGS, 10)
    history = run(model, state, resume=True)
    assert history is state.epoch_history
    expected, expected_state = uninterrupted
    start = [value(v) for v in expected.variables]
    assert_same_run(model, state, expected, expected_state)
    for variable, before in zip(expected.variables, start, strict=True):
        variable.assign(before)


def test_two_runs_are_equal_and_another_seed_is_not(tmp_path, uninterrupted):
    expected = uninterrupted[1].epoch_history["loss"][:1]
    for seed, equal in ((5, True), (6, False)):
        state = RunState(tmp_path / "state.npz", SETTINGS, 10)
        history = run(make_model(seed=seed), state, epochs=1)
        assert (history["loss"] == expected) == equal


@pytest.mark.parametrize("steps_per_execution", [1, 4, 50])
def test_an_epoch_has_the_steps_that_were_asked_for(tmp_path, steps_per_execution):
    model = make_model(steps_per_execution=steps_per_execution)
    state = RunState(tmp_path / "state.npz", SETTINGS, 10)
    history = run(model, state, epochs=2)
    assert int(model.optimizer.iterations) == 2 * STEPS
    assert {len(values) for values in history.values()} == {2}
    if steps_per_execution == 50:
        single = RunState(tmp_path / "single.npz", SETTINGS, 10)
        run(make_model(steps_per_execution=1), single, epochs=2)
        for name, values in single.epoch_history.items():
            np.testing.assert_allclose(history[name], values, rtol=1e-4)


def test_a_finished_run_is_not_trained_again(tmp_path):
    path = tmp_path / "state.npz"
    first = RunState(path, SETTINGS, 10)
    run(make_model(), first, epochs=1)
    assert first.finished
    model, state = make_model(seed=7), RunState(path, SETTINGS, 10)

    def no_batches(epoch):
        raise AssertionError("a finished run needs no batches")

    history = fit(
        model,
        no_batches,
        None,
        state,
        epochs=1,
        steps_per_epoch=STEPS,
        batch_size=BATCH,
        resume=True,
    )
    assert history == first.epoch_history


def test_without_resume_a_run_starts_anew(tmp_path):
    path = tmp_path / "state.npz"
    first = RunState(path, SETTINGS, 10)
    run(make_model(), first, epochs=1)
    again = RunState(path, {"seed": 6}, 10)
    assert run(make_model(), again, epochs=1) == first.epoch_history


def test_resume_without_a_saved_run_starts_one(tmp_path):
    state = RunState(tmp_path / "state.npz", SETTINGS, 10)
    assert len(run(make_model(), state, epochs=1, resume=True)["loss"]) == 1
    assert state.path.exists()


def test_training_stops_after_the_patience_with_the_best_weights(tmp_path):
    model = make_model(averaging=False)
    state = RunState(tmp_path / "state.npz", SETTINGS, patience=2)
    # Labels of the wrong sign: the better it trains, the worse it validates.
    data = validation(scale=-4.0)
    history = run(model, state, epochs=20, data=data)
    best = int(np.argmin(history["val_loss"]))
    assert len(history["val_loss"]) == best + 3 < 20
    assert state.best_epoch == best
    assert state.finished
    state.restore_best(model)
    loss = model.evaluate(data, verbose=0)
    np.testing.assert_allclose(loss, history["val_loss"][best], rtol=1e-5)
    assert loss != pytest.approx(history["val_loss"][-1], rel=1e-5)


def test_the_moving_averages_are_validated_and_kept(tmp_path):
    model = make_model(learning_rate=0.2)
    state = RunState(tmp_path / "state.npz", SETTINGS, 10)
    epochs = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            trained = [value(v) for v in self.model.trainable_variables]
            mse = float(np.mean((self.model(X) - Y) ** 2))
            epochs.append((trained, mse, logs["val_loss"]))

    original = model.fit
    model.fit = lambda *args, callbacks, **kwargs: original(
        *args, callbacks=[Watch(), *callbacks], **kwargs
    )
    history = run(model, state, epochs=3)
    # The weights being trained differ from those that were validated.
    assert all(mse != pytest.approx(val, rel=1e-3) for _, mse, val in epochs)
    state.restore_best(model)
    loss = float(np.mean((model(X) - Y) ** 2))
    assert loss == pytest.approx(min(history["val_loss"]), rel=1e-4)
    trained = epochs[state.best_epoch][0]
    kept = [value(v) for v in model.trainable_variables]
    assert all(not np.allclose(a, b) for a, b in zip(trained, kept, strict=True))


def test_a_diverged_training_says_so(tmp_path):
    model = make_model(learning_rate=float("nan"), averaging=False)
    state = RunState(tmp_path / "state.npz", SETTINGS, patience=10)
    history = run(model, state, epochs=20)
    assert len(history["loss"]) <= 2
    with pytest.raises(ValueError, match=r"diverged.*smaller `learning_rate`"):
        state.restore_best(model)
    revived, again = make_model(averaging=False), RunState(state.path, SETTINGS, 10)
    run(revived, again, epochs=20, resume=True)
    with pytest.raises(ValueError, match="diverged"):
        again.restore_best(revived)


def test_late_divergence_keeps_the_best_weights(tmp_path):
    class Break(RunState):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.get_layer("last").bias.assign([np.nan])

    model = make_model(averaging=False)
    state = Break(tmp_path / "state.npz", SETTINGS, patience=10)
    history = run(model, state, epochs=20)
    assert len(history["loss"]) == 3
    state.restore_best(model)
    assert np.mean((model(X) - Y) ** 2) == pytest.approx(state.best, rel=1e-5)


def test_progress_shows_rates_and_losses(tmp_path, capsys):
    run(make_model(), RunState(tmp_path / "state.npz", SETTINGS, 10), epochs=2)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    for word in ("training", "loss=", "validation=", "examples/s="):
        assert word in shown


SCRIPT = """
import sys
from pathlib import Path
import numpy as np
import tensorflow as tf
tf.config.experimental.enable_op_determinism()
from mesa_keras.training import RunState
from tests.training.training_runs import make_model, run
path, epochs = Path(sys.argv[1]), 40
model, state = make_model(), RunState(path, {"seed": 5}, 100)
run(model, state, epochs=epochs, resume=True)
state.restore_best(model)
np.savez(sys.argv[2], *model.get_weights(),
         history=state.epoch_history["val_loss"])
"""


@pytest.mark.slow
def test_a_killed_process_goes_on_bit_by_bit(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def start(name):
        paths = [str(tmp_path / f"{name}.npz"), str(tmp_path / f"{name}_out.npz")]
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *paths],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
        )

    state = tmp_path / "killed.npz"
    process = start("killed")
    deadline = time.monotonic() + 120
    while not state.exists() and time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    process.stderr.close()
    with np.load(state) as saved:
        assert '"finished": false' in str(saved["state"])
    for name in ("killed", "whole"):
        process = start(name)
        errors = process.communicate(timeout=300)[1].decode()
        assert process.returncode == 0, errors
    with (
        np.load(tmp_path / "killed_out.npz") as a,
        np.load(tmp_path / "whole_out.npz") as b,
    ):
        assert set(a.files) == set(b.files)
        assert len(a["history"]) == 40
        for name in a.files:
            np.testing.assert_array_equal(a[name], b[name])
