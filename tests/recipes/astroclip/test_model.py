import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from mesa_keras.recipes.astroclip import model as module
from mesa_keras.recipes.astroclip.embed import model_fingerprint
from mesa_keras.recipes.astroclip.model import freeze, model_schema
from mesa_keras.recipes.astroclip.trained_model import trained_model
from mesa_keras.training import open_model, save_model
from tests.small_astroclip import (
    GRID,
    small_config,
    small_model,
    small_pairs,
    write_small_store,
)

ROOT = Path(__file__).parents[3]
CROP = slice(4, 36)
RELOAD = """
import sys
import keras, mesa_keras
import numpy as np
model = keras.models.load_model(sys.argv[1])
inputs = dict(np.load(sys.argv[2]))
np.savez(sys.argv[3], **model.predict(inputs, verbose=0))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return write_small_store(tmp_path_factory.mktemp("store") / "pairs")


@pytest.fixture(scope="module")
def model(store):
    return small_model(store)


@pytest.fixture
def inputs():
    _, images, flux, ivar = small_pairs(6, seed=5)
    images = images[:, CROP, CROP].astype("float32")
    return {"image": images, "flux": flux, "ivar": ivar}


def vectors(model, inputs):
    return np.asarray(model(inputs)["alignment"])


def test_outputs_are_unit_vectors_of_both_modalities(model, inputs):
    found = vectors(model, inputs)
    assert found.shape == (6, 2, 8)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1, rtol=1e-5)
    assert set(model.output) == {"alignment"}
    encoder = model.get_layer("image_encoder")
    np.testing.assert_allclose(encoder(inputs["image"]), found[:, 0], atol=1e-6)


def test_what_is_missing_is_nan_and_changes_nothing_else(model, inputs):
    whole = vectors(model, inputs)
    inputs["image"][1] = np.nan
    inputs["flux"][2], inputs["ivar"][2] = np.nan, 0
    inputs["image"][3], inputs["ivar"][3] = np.nan, 0
    found = vectors(model, inputs)
    missing = np.isnan(found).all(axis=-1)
    expected = np.zeros((6, 2), bool)
    expected[1, 0] = expected[2, 1] = expected[3] = True
    np.testing.assert_array_equal(missing, expected)
    np.testing.assert_array_equal(np.isnan(found).any(axis=-1), expected)
    np.testing.assert_allclose(found[~expected], whole[~expected], atol=1e-5)


def test_flux_and_colour_and_wavelength_matter(model, inputs):
    whole = vectors(model, inputs)
    bright = vectors(model, {**inputs, "image": 2 * inputs["image"]})
    assert np.abs(bright - whole)[:, 0].max(axis=-1).min() > 1e-4
    shifted = {**inputs, "flux": np.roll(inputs["flux"], 20, axis=1)}
    assert np.abs(vectors(model, shifted) - whole)[:, 1].max(axis=-1).min() > 1e-4


def test_a_permutation_of_the_batch_permutes_the_pairs(model, inputs):
    order = [3, 1, 5, 0, 2, 4]
    permuted = {name: array[order] for name, array in inputs.items()}
    np.testing.assert_allclose(
        vectors(model, permuted), vectors(model, inputs)[order], atol=1e-5
    )


def test_the_schema_says_what_the_inputs_are(model):
    schema = model_schema(model)
    assert schema["bands"] == ["g", "r", "z"]
    assert schema["wavelength"] == GRID
    assert schema["image_size"] == 32
    assert schema["pixel_scale"] == 0.262
    assert schema["simulated"] is True
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="The model must be one of"):
        model_schema(other)


def test_a_copy_has_the_same_fingerprint_and_other_weights_another(model, tmp_path):
    save_model(model, tmp_path / "model.keras")
    copy = open_model(tmp_path / "model.keras")
    assert model_fingerprint(copy) == model_fingerprint(model)
    weight = copy.get_layer("spectrum_encoder").trainable_weights[0]
    weight.assign(weight + 1e-3)
    assert model_fingerprint(copy) != model_fingerprint(model)


def test_a_model_of_an_earlier_version_is_refused(store, monkeypatch):
    assert model_schema(small_model(store))["recipe"] == "astroclip"
    monkeypatch.setattr(module, "CONFIDENCE", "nothing_of_the_kind")
    earlier = small_model(store)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="must be trained anew"):
        model_schema(earlier)


def test_frozen_branches_keep_their_weights(store):
    model = small_model(store)
    freeze(model, ("image",))
    paths = [weight.path for weight in model.trainable_weights]
    # The projection of images is still trained.
    assert {path.split("_")[0] for path in paths} == {"image", "spectrum"}
    freeze(model, ("spectrum",))
    left = {weight.path.split("/")[0] for weight in model.trainable_weights}
    assert left == {
        f"{modality}_projection_{layer}"
        for modality in ("image", "spectrum")
        for layer in ("hidden", "output")
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        pytest.param({"temperature": "learnable"}, marks=pytest.mark.slow),
        pytest.param({"loss": "sigmoid"}, marks=pytest.mark.slow),
        pytest.param({"shift_weight": 0.0}, marks=pytest.mark.slow),
    ],
)
def test_one_step_trains_all_that_should_be(store, inputs, changes):
    config = small_config(**changes)
    model = small_model(store, **changes)
    trained = trained_model(model, config, steps_per_epoch=3)
    # Quicker than to build a graph for two steps.
    trained.run_eagerly = True
    scaled = "temperature" in changes or "loss" in changes
    names = {"scaled_alignment" if scaled else "alignment"}
    if config.shift_weight:
        names |= {"spectrum_shift", "spectrum_confidence_error"}
    assert set(trained.output) == names
    # A pair that lacks a view spoils nothing.
    inputs["image"][4] = np.nan
    pairs = np.array([0, 1, 2, 3, -1, 5])
    ones = np.ones((3, 1), "float32")
    targets = {n: ones if n.startswith("spec") else pairs for n in names}
    before = {w.path: w.numpy().copy() for w in model.trainable_weights}
    for _ in range(2):
        # The first step of a warm-up is of size 0.
        loss = trained.train_on_batch(inputs, targets)
    assert np.isfinite(np.asarray(loss)).all()
    for weight in model.trainable_weights:
        assert np.isfinite(np.asarray(weight)).all(), weight.path
    changed = {p for p, w in before.items() if "bias" not in p}
    still = {
        weight.path
        for weight in model.trainable_weights
        if np.array_equal(before[weight.path], weight) and weight.path in changed
    }
    assert still <= {"contrastive_scale/logit_bias"}


@pytest.mark.slow
def test_it_reloads_in_a_fresh_process(model, inputs, tmp_path):
    paths = [tmp_path / name for name in ("model.keras", "in.npz", "out.npz")]
    inputs["image"][0] = np.nan
    save_model(model, paths[0])
    np.savez(paths[1], **inputs)
    subprocess.run(
        [sys.executable, "-c", RELOAD, *map(str, paths)], cwd=ROOT, check=True
    )
    with np.load(paths[2]) as found:
        np.testing.assert_allclose(
            found["alignment"], vectors(model, inputs), atol=1e-5
        )
