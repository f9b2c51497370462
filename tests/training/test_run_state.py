import json

import keras
import numpy as np
import pytest

from mesa_keras.training import RunState
from tests.training.training_runs import make_model, run

SETTINGS = {"seed": 5, "labels": ("A", "B"), "rate": 0.5}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Bytes of the state of a run."""
    path = tmp_path_factory.mktemp("saved") / "state.npz"
    run(make_model(), RunState(path, SETTINGS, 10), epochs=1)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path, saved):
    path = tmp_path / "state.npz"
    path.write_bytes(saved)
    return path


def weights(model):
    return [np.array(keras.ops.convert_to_numpy(v)) for v in model.variables]


def test_restoring_gives_back_weights_optimizer_and_history(path):
    model, state = make_model(seed=8), RunState(path, SETTINGS, 10)
    before = weights(model)
    state.restore(model)
    assert state.epochs_done == 1
    assert state.best_epoch == 0
    assert state.best == state.epoch_history["val_loss"][0]
    same = map(np.array_equal, before, weights(model))
    assert not all(same)
    assert int(model.optimizer.iterations) > 0


def test_tuples_in_settings_survive_json(path):
    model, twin = make_model(seed=8), make_model(seed=9)
    for one, labels in ((model, ("A", "B")), (twin, ["A", "B"])):
        state = RunState(path, {**SETTINGS, "labels": labels}, 10)
        state.restore(one)
        assert state.epochs_done == 1
    for a, b in zip(weights(model), weights(twin), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({**SETTINGS, "seed": 6}, "seed 5, now 6"),
        ({"seed": 5, "rate": 0.5}, r"labels \['A', 'B'\], now None"),
        ({**SETTINGS, "data": "abc"}, "data None, now 'abc'"),
    ],
)
def test_other_settings_are_refused_and_named(path, changed, named):
    model = make_model(seed=8)
    before = weights(model)
    with pytest.raises(ValueError, match=named) as error:
        RunState(path, changed, 10).restore(model)
    assert str(path) in str(error.value)
    for a, b in zip(before, weights(model), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.98])
def test_a_truncated_file_is_named(path, saved, share):
    path.write_bytes(saved[: int(share * len(saved))])
    with pytest.raises(ValueError, match="is not a saved run") as error:
        RunState(path, SETTINGS, 10).restore(make_model())
    assert str(path) in str(error.value)


def test_foreign_files_are_named(tmp_path):
    files = {name: tmp_path / f"{name}.npz" for name in ("text", "array", "json")}
    files["text"].write_text("no archive")
    np.savez(files["array"], x=np.zeros(3))
    np.savez(files["json"], state=np.array(json.dumps({"x": 1})))
    for path in files.values():
        with pytest.raises(ValueError, match="is not a saved run") as error:
            RunState(path, SETTINGS, 10).restore(make_model())
        assert str(path) in str(error.value)
    with pytest.raises(FileNotFoundError):
        RunState(tmp_path / "none.npz", SETTINGS, 10).restore(make_model())


def test_a_state_of_another_model_is_refused_before_it_changes_anything(path):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
    model.compile("adam", "mse", jit_compile=False)
    before = weights(model)
    with pytest.raises(ValueError, match="must be of the same model") as error:
        RunState(path, SETTINGS, 10).restore(model)
    assert str(path) in str(error.value)
    for a, b in zip(before, weights(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_nothing_but_the_state_is_left_in_the_folder(tmp_path):
    run(make_model(), RunState(tmp_path / "state.npz", SETTINGS, 10), epochs=2)
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]


def test_the_best_weights_need_an_epoch():
    with pytest.raises(ValueError, match="`val_loss` was never finite"):
        RunState("state.npz", SETTINGS, 10).restore_best(make_model())
