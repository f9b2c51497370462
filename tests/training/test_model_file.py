import zipfile

import keras
import numpy as np
import pytest

from mesa_keras.layers import DecisionRule
from mesa_keras.training import open_model, save_model

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


@pytest.fixture(scope="module")
def model():
    x = keras.Input((3,), name="x")
    logits = keras.layers.Dense(2, name="logits")(x)
    return keras.Model(x, DecisionRule(("A", "B"), name="rule")(logits))


@pytest.fixture
def path(tmp_path, model):
    path = tmp_path / "model.keras"
    save_model(model, path)
    return path


def test_a_saved_model_opens_and_predicts_the_same(path, model):
    revived = open_model(str(path))
    expected = model.predict(X, verbose=0)
    for name, values in revived.predict(X, verbose=0).items():
        np.testing.assert_array_equal(values, expected[name])
    assert [file.name for file in path.parent.iterdir()] == ["model.keras"]


def test_saving_replaces_a_model(path, model):
    other = keras.models.clone_model(model)
    other.set_weights([values + 1 for values in model.get_weights()])
    save_model(other, path)
    found = open_model(path).get_weights()
    assert len(found) == len(other.get_weights())
    for values, expected in zip(found, other.get_weights(), strict=True):
        np.testing.assert_array_equal(values, expected)
    assert [file.name for file in path.parent.iterdir()] == ["model.keras"]


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "none.keras"
    with pytest.raises(FileNotFoundError, match=str(path)):
        open_model(path)


def test_a_folder_is_said_to_be_one(tmp_path):
    with pytest.raises(ValueError, match=f"{tmp_path} is a folder"):
        open_model(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_named(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="must be a whole") as error:
        open_model(path)
    assert str(path) in str(error.value)


def test_a_text_file_is_refused(tmp_path):
    path = tmp_path / "text.keras"
    path.write_text("id,label\n1,A\n")
    with pytest.raises(ValueError, match="must be a whole"):
        open_model(path)


def test_another_suffix_is_refused(path):
    other = path.with_suffix(".h5")
    other.write_bytes(path.read_bytes())
    with pytest.raises(ValueError, match="must be a whole"):
        open_model(other)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"readme.txt": "hello"},
        {"config.json": "no json", "metadata.json": "{}"},
        {"config.json": "{}", "metadata.json": "{}"},
        {"config.json": "[]", "metadata.json": "{}"},
        {"config.json": '{"class_name": "Dense", "config": {}}', "metadata.json": "{}"},
    ],
)
def test_a_foreign_archive_is_refused(tmp_path, files):
    path = tmp_path / "foreign.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="is not a model of this library") as error:
        open_model(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("damaged", ["config.json", "model.weights.h5"])
@pytest.mark.parametrize("how", ["removed", "emptied", "cut"])
def test_a_damaged_part_is_refused(path, damaged, how):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = parts.pop(damaged)
    if how != "removed":
        parts[damaged] = part[: len(part) // 2 if how == "cut" else 0]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="is not a model of this library"):
        open_model(path)


def test_bits_that_flipped_are_noticed(path):
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("model.weights.h5").header_offset
    content[start + 200 : start + 1200] = bytes(1000)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is not a model of this library"):
        open_model(path)


def test_a_class_of_somebody_else_is_refused(tmp_path):
    class Foreign(keras.layers.Layer):
        def call(self, inputs):
            return inputs

    path = tmp_path / "foreign.keras"
    model = keras.Sequential([keras.Input((3,)), Foreign()])
    model.save(path)
    with pytest.raises(ValueError, match="is not a model of this library"):
        open_model(path)
