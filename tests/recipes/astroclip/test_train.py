"""Trainings of a model for a few seconds."""

import json

import numpy as np
import pytest

from mesa_keras.recipes.astroclip import train as training
from mesa_keras.recipes.astroclip.train import TrainOptions, train
from mesa_keras.training import open_model
from tests.small_astroclip import small_config, write_small_store

pytestmark = pytest.mark.slow
EPOCHS = 12
CHANGES = {
    "epochs": EPOCHS,
    "learning_rate": 0.01,
    "weight_averaging": 0.8,
    "batch_size": 32,
    "patience": 99,
}
# Sums over several threads may differ in their last bits, which training carries on.
TOLERANCE = {"rtol": 2e-3, "atol": 2e-4}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return write_small_store(tmp_path_factory.mktemp("store") / "pairs", 350)


@pytest.fixture(scope="module")
def whole(store, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    return out, train(small_config(**CHANGES), store, out)


def weights(model):
    return {weight.path: weight.numpy() for weight in model.weights}


def test_it_learns_to_align_and_to_tell_redshifts(whole):
    _, result = whole
    history = result.history
    assert all(len(values) == EPOCHS for values in history.values())
    best = {name: values[result.best_epoch] for name, values in history.items()}
    assert best["val_loss"] == min(history["val_loss"]) < history["val_loss"][0]
    # Of 50 objects; by chance 0.2.
    assert best["val_image_to_spectrum_recall@10"] > 0.5
    assert best["val_spectrum_to_image_recall@10"] > 0.5
    assert best["val_redshift_r2_image_image"] > 0.7
    assert best["val_redshift_r2_spectrum_spectrum"] > 0.7
    assert best["val_redshift_r2_spectrum_image"] > 0.5
    assert best["val_redshift_r2_image_spectrum"] > 0.5
    assert not result.faults


def test_the_checkpoint_is_the_best_model_and_the_only_one(whole):
    out, result = whole
    folder = out / "astroclip_ckpt_local"
    name = f"astroclip-epoch={result.best_epoch}-min.keras"
    assert [path.name for path in folder.iterdir()] == [name]
    model, copy = open_model(out / "astroclip_model.keras"), open_model(folder / name)
    for path, value in weights(model).items():
        np.testing.assert_array_equal(weights(copy)[path], value)
        np.testing.assert_array_equal(weights(result.model)[path], value)
    metrics = json.loads((out / "astroclip_metrics.json").read_text())
    assert metrics["best_epoch"] == result.best_epoch
    best = result.history["val_loss"][result.best_epoch]
    assert metrics["validation"]["loss"] == best


def test_an_interrupted_run_goes_on_to_the_same_result(
    store, whole, tmp_path, monkeypatch
):
    class Killed(training.ValidationMeasures):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations > 3.5 * (250 // 32):
                raise KeyboardInterrupt

    config = small_config(**CHANGES)
    with monkeypatch.context() as patch:
        patch.setattr(training, "ValidationMeasures", Killed)
        with pytest.raises(KeyboardInterrupt):
            train(config, store, tmp_path)
    folder = tmp_path / "astroclip_ckpt_local"
    assert len(list(folder.iterdir())) == 1
    assert not (tmp_path / "astroclip_model.keras").exists()
    # As if it had been killed between the state and the checkpoint.
    next(folder.iterdir()).rename(folder / "astroclip-epoch=77-min.keras")
    result = train(config, store, tmp_path, TrainOptions(resume=True))
    _, expected = whole
    assert result.best_epoch == expected.best_epoch
    assert len(list(folder.iterdir())) == 1
    for name, values in expected.history.items():
        np.testing.assert_allclose(
            result.history[name], values, err_msg=name, **TOLERANCE
        )
    found = weights(result.model)
    for path, value in weights(expected.model).items():
        np.testing.assert_allclose(found[path], value, err_msg=path, **TOLERANCE)


def test_a_run_of_other_settings_is_not_gone_on_with(store, whole):
    out, _ = whole
    config = small_config(**{**CHANGES, "learning_rate": 0.02})
    with pytest.raises(ValueError, match=r"learning_rate 0.01, now 0.02"):
        train(config, store, out, TrainOptions(resume=True))


def test_a_pretrained_encoder_is_taken_and_frozen(store, whole, tmp_path):
    path = str(whole[0] / "astroclip_model.keras")
    config = small_config(**{**CHANGES, "epochs": 1, "seed": 3})
    options = TrainOptions(pretrained={"image": path}, freeze=("image",))
    result = train(config, store, tmp_path, options)
    before, after = weights(whole[1].model), weights(result.model)
    taken = result.transfers["image"].taken
    assert taken
    assert all(p.startswith(("galaxy_image_", "image_projection_")) for p in taken)
    for name, value in before.items():
        same = np.array_equal(value, after[name])
        if name.startswith("galaxy_image_"):
            assert same, name
        elif name.endswith("kernel"):
            assert not same, name
    other = small_config(**CHANGES, image_scaling="standardize", photometry_radii=())
    with pytest.raises(ValueError, match="`image_scaling` of a pretrained image"):
        train(other, store, tmp_path / "other", options)
    wider = small_config(**CHANGES, image_filters=(4, 12))
    with pytest.raises(ValueError, match="`freeze` needs pretrained weights for all"):
        train(wider, store, tmp_path / "wider", options)
