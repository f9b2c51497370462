"""Checks that every layer and loss of the library must pass."""

import json
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf


def check_serialization(instance):
    """The config survives JSON and gives back an equal object."""
    config = keras.saving.serialize_keras_object(instance)
    revived = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert type(revived) is type(instance)
    assert revived.get_config() == instance.get_config()


def check_layer(layer, inputs, expected_shape, call=None):
    """Static and eager shapes agree; the layer trains in XLA, saves, and reloads.

    `expected_shape` has the structure of the outputs. `call` maps the layer and its
    symbolic inputs to outputs where that is not `layer(inputs)`.
    """
    call = call or (lambda layer, x: layer(x))
    check_serialization(layer)
    model = _functional(layer, inputs, call)
    expected = _flat_shapes(expected_shape)
    symbolic = keras.tree.flatten(model.output)
    assert [tuple(x.shape[1:]) for x in symbolic] == [s[1:] for s in expected]
    # Before `compile`: Keras cannot reload an optimizer that never took a step.
    with tempfile.TemporaryDirectory() as folder:
        check_saving(model, inputs, Path(folder))
    model.compile(jit_compile=True)
    outputs = keras.tree.flatten(model.predict(inputs, verbose=0))
    assert [x.shape for x in outputs] == expected
    assert [str(x.dtype) for x in outputs] == [x.dtype for x in symbolic]
    _check_training(model, inputs)
    _check_mixed_precision(layer, inputs, call)
    return model


def check_saving(model, inputs, tmp_path: Path, tolerance=1e-6):
    """A saved model reloads without custom objects and predicts the same."""
    path = tmp_path / "model.keras"
    model.save(path)
    revived = keras.saving.load_model(path)
    for kept, read in zip(model.weights, revived.weights, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(kept), keras.ops.convert_to_numpy(read)
        )
    # A tuple of outputs comes back as a list.
    before, after = (
        keras.tree.flatten(m.predict(inputs, verbose=0)) for m in (model, revived)
    )
    for a, b in zip(before, after, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def check_loss(loss, y_true, y_pred):
    """Serializes; XLA agrees; the gradient is finite; weights and reductions hold."""
    check_serialization(loss)
    value, gradient = value_and_gradient(loss, y_pred, y_true)
    assert value.shape == ()
    assert np.isfinite(value)
    assert np.all(np.isfinite(gradient))
    compiled = tf.function(loss, jit_compile=True)
    np.testing.assert_allclose(compiled(y_true, y_pred), value, rtol=1e-5, atol=1e-7)
    config = {**loss.get_config(), "reduction": None}
    rows = np.asarray(type(loss).from_config(config)(y_true, y_pred))
    assert rows.shape == (len(y_pred),)
    np.testing.assert_allclose(value, rows.mean(), rtol=1e-5, atol=1e-7)
    weight = np.linspace(0, 2, len(rows)).astype("float32")
    np.testing.assert_allclose(
        loss(y_true, y_pred, sample_weight=weight),
        np.mean(rows * weight),
        rtol=1e-5,
        atol=1e-7,
    )


def value_and_gradient(loss, y_pred, y_true):
    """Value of a loss and its gradient with respect to the predictions."""
    y_pred = tf.Variable(np.asarray(y_pred, "float32"))
    with tf.GradientTape() as tape:
        value = loss(y_true, y_pred)
    return np.asarray(value), np.asarray(tape.gradient(value, y_pred))


def input_gradient(function, inputs):
    """Gradient of the sum of all float outputs with respect to the inputs."""
    inputs = tf.Variable(inputs)
    with tf.GradientTape() as tape:
        outputs = keras.tree.flatten(function(inputs))
        total = sum(
            tf.reduce_sum(tf.cast(x, "float32")) for x in outputs if x.dtype.is_floating
        )
    return np.asarray(tape.gradient(total, inputs))


def _functional(layer, inputs, call):
    if isinstance(inputs, dict):
        x = {name: _input(array, name) for name, array in inputs.items()}
    else:
        x = keras.tree.map_structure(_input, inputs)
    return keras.Model(x, call(layer, x))


def _input(array, name=None):
    return keras.Input(array.shape[1:], dtype=str(array.dtype), name=name)


def _flat_shapes(shape):
    if isinstance(shape, dict):
        return [shape[name] for name in sorted(shape)]
    return list(shape) if isinstance(shape[0], tuple) else [shape]


def _check_training(model, inputs):
    if not model.trainable_variables:
        return
    floats = [x for x in keras.tree.flatten(model.output) if "float" in x.dtype]
    trained = keras.Model(model.input, floats)
    trained.compile("sgd", ["mse"] * len(floats), jit_compile=True)
    targets = [np.zeros((1, *x.shape[1:]), "float32") for x in floats]
    size = len(keras.tree.flatten(inputs)[0])
    targets = [np.repeat(x, size, axis=0) for x in targets]
    trained.fit(inputs, targets, verbose=0)
    for variable in trained.trainable_variables:
        assert np.all(np.isfinite(variable)), f"{variable.path} is not finite"


def _check_mixed_precision(layer, inputs, call):
    config = {**layer.get_config(), "dtype": "mixed_bfloat16"}
    copy = type(layer).from_config(config)
    outputs = _functional(copy, inputs, call)(inputs)
    assert all(v.dtype == "float32" for v in copy.trainable_variables)
    for x in keras.tree.flatten(outputs):
        assert np.all(np.isfinite(np.asarray(x).astype("float32")))
