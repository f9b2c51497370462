"""Checks that every layer and loss of the library must pass."""

import json
from pathlib import Path

import keras
import numpy as np


def check_serialization(instance):
    """The config survives JSON and gives back an equal object."""
    config = keras.saving.serialize_keras_object(instance)
    revived = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert type(revived) is type(instance)
    assert revived.get_config() == instance.get_config()


def check_layer(layer, inputs, expected_shape):
    """Static and eager shapes agree, the layer trains, saves, and reloads."""
    check_serialization(layer)
    x = keras.tree.map_structure(
        lambda a: keras.Input(a.shape[1:], dtype=str(a.dtype)), inputs
    )
    model = keras.Model(x, layer(x))
    assert model.output_shape == (None, *expected_shape[1:])
    outputs = model.predict(inputs, verbose=0)
    assert outputs.shape == expected_shape
    model.compile("sgd", "mse")
    model.fit(inputs, np.zeros_like(outputs), verbose=0)
    return model


def check_saving(model, inputs, tmp_path: Path):
    """A saved model reloads without custom objects and predicts the same."""
    path = tmp_path / "model.keras"
    model.save(path)
    revived = keras.saving.load_model(path)
    keras.tree.map_structure(
        np.testing.assert_array_equal,
        model.predict(inputs, verbose=0),
        revived.predict(inputs, verbose=0),
    )
