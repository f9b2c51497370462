import numpy as np
import pytest

from mesa_keras.recipes.astroclip.checkpoint import CheckpointedRun
from mesa_keras.training import open_model
from tests.training.training_runs import make_model, run

BEST = "astroclip-epoch=0-min.keras"


def one_epoch(folder, seed):
    """Trains a model for an epoch in a folder; returns it and its state."""
    folder.mkdir(exist_ok=True)
    model = make_model(seed=seed)
    state = CheckpointedRun(
        folder / "state.npz", {"seed": seed}, 10, saved=model, folder=folder / "ckpt"
    )
    run(model, state, epochs=1)
    return model, state


def weights_of(model):
    return np.concatenate([np.ravel(weight) for weight in model.get_weights()])


def names(folder):
    return sorted(path.name for path in (folder / "ckpt").iterdir())


def test_a_second_run_in_the_folder_replaces_the_first(tmp_path):
    first, _ = one_epoch(tmp_path, 0)
    # A run of more epochs leaves another name, which looks further trained.
    (tmp_path / "ckpt" / "astroclip-epoch=7-min.keras").write_bytes(b"older")
    second, _ = one_epoch(tmp_path, 1)
    assert names(tmp_path) == [BEST]
    found = weights_of(open_model(tmp_path / "ckpt" / BEST))
    np.testing.assert_array_equal(found, weights_of(second))
    assert not np.allclose(found, weights_of(first))


def test_going_on_does_not_take_the_file_of_another_run(tmp_path):
    first, _ = one_epoch(tmp_path, 0)
    other, _ = one_epoch(tmp_path / "other", 1)
    # As if the run had been killed before it replaced an older file of the same name.
    (tmp_path / "other" / "ckpt" / BEST).replace(tmp_path / "ckpt" / BEST)
    model = make_model(seed=5)
    CheckpointedRun(
        tmp_path / "state.npz", {"seed": 0}, 10, saved=model, folder=tmp_path / "ckpt"
    ).restore(model)
    found = weights_of(open_model(tmp_path / "ckpt" / BEST))
    np.testing.assert_array_equal(found, weights_of(first))
    assert not np.allclose(found, weights_of(other))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_run_that_diverges_leaves_no_checkpoint_of_another(tmp_path, value):
    _, state = one_epoch(tmp_path, 0)
    assert names(tmp_path) == [BEST]
    fresh = CheckpointedRun(
        state.path, {"seed": 1}, 10, saved=state.saved, folder=state.folder
    )
    fresh.set_model(state.model)
    fresh.on_epoch_end(0, {"loss": value, "val_loss": value})
    assert names(tmp_path) == []
