import keras
import numpy as np
import pytest

from mesa_keras.training import load_pretrained


def make_model(units=4, classes=3, extra=False, seed=0):
    keras.utils.set_random_seed(seed)
    x = inputs = keras.Input((5,), name="x")
    x = keras.layers.Dense(units, name="encoder")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    if extra:
        x = keras.layers.Dense(units, name="extra")(x)
    return keras.Model(inputs, keras.layers.Dense(classes, name="logits")(x))


def values(model):
    return {w.path: np.array(keras.ops.convert_to_numpy(w)) for w in model.weights}


def test_all_weights_of_the_same_model_are_taken():
    model, source = make_model(seed=0), make_model(seed=1)
    source.get_layer("norm").moving_mean.assign(np.arange(4.0))
    transfer = load_pretrained(model, source, "old.keras")
    assert set(transfer.taken) == set(values(model))
    assert transfer.left == {}
    expected = values(source)
    for path, value in values(model).items():
        np.testing.assert_array_equal(value, expected[path])
    assert transfer.summary() == f"weights taken: {len(expected)}, left: 0"


def test_weights_that_do_not_fit_stay_and_are_named_with_the_reason():
    model, source = make_model(classes=2, extra=True), make_model(seed=1)
    before, theirs = values(model), values(source)
    transfer = load_pretrained(model, source, "old.keras")
    after = values(model)
    assert set(transfer.taken) | set(transfer.left) == set(after)
    assert set(transfer.left) == {
        "extra/kernel",
        "extra/bias",
        "logits/kernel",
        "logits/bias",
    }
    for path in transfer.left:
        np.testing.assert_array_equal(after[path], before[path])
    for path in transfer.taken:
        np.testing.assert_array_equal(after[path], theirs[path])
    assert transfer.left["extra/kernel"] == "not in the file"
    assert transfer.left["logits/kernel"] == "shape (4, 3) in the file, (4, 2) here"
    summary = transfer.summary()
    assert summary.startswith("weights taken: 6, left: 4\n")
    assert "left logits/bias: shape (3,) in the file, (2,) here" in summary


def test_excluded_weights_stay_with_their_reason():
    model, source = make_model(), make_model(seed=1)
    before = values(model)
    exclude = {"logits/": "the classes differ"}
    transfer = load_pretrained(model, source, "old.keras", exclude)
    assert transfer.left == {
        "logits/kernel": "the classes differ",
        "logits/bias": "the classes differ",
    }
    np.testing.assert_array_equal(
        values(model)["logits/kernel"], before["logits/kernel"]
    )


def test_the_source_is_not_tied_to_the_model():
    model, source = make_model(), make_model(seed=1)
    before = values(source)
    load_pretrained(model, source, "old.keras")
    for weight in model.weights:
        weight.assign(weight + 1)
    for path, value in values(source).items():
        np.testing.assert_array_equal(value, before[path])


def test_nothing_that_fits_is_an_error_and_changes_nothing():
    model, source = make_model(), make_model(units=6, classes=2)
    before = values(model)
    with pytest.raises(ValueError, match=r"old.keras.*none of 8 fits"):
        load_pretrained(model, source, "old.keras")
    with pytest.raises(ValueError, match="share at least one weight"):
        load_pretrained(model, make_model(), "old.keras", {"": "all"})
    for path, value in values(model).items():
        np.testing.assert_array_equal(value, before[path])
