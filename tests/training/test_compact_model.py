import zipfile

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mesa_keras.training import open_model, save_model
from mesa_keras.training.compact_model import deflate_model_file, round_weights


def _model(kernel):
    inputs = keras.Input((kernel.shape[0],))
    dense = keras.layers.Dense(kernel.shape[1], use_bias=False)
    model = keras.Model(inputs, dense(inputs))
    dense.kernel.assign(kernel)
    return model


@given(
    arrays(np.float32, (3, 2), elements=st.floats(-8.0, 8.0, width=32)),
    st.integers(2, 24),
)
def test_a_weight_changes_by_less_than_its_last_digit(kernel, bits):
    # Below the smallest normal number float32 itself has fewer digits.
    kernel[np.abs(kernel) < 1e-30] = 0
    model = _model(kernel)
    round_weights(model, bits)
    rounded = np.asarray(model.trainable_variables[0])
    assert (np.abs(rounded - kernel) <= 2.0**-bits * np.abs(kernel)).all()
    fraction, _ = np.frexp(rounded)
    np.testing.assert_array_equal(np.rint(fraction * 2.0**bits), fraction * 2.0**bits)
    round_weights(model, bits)
    np.testing.assert_array_equal(model.trainable_variables[0], rounded)


def test_all_digits_change_nothing():
    kernel = np.random.default_rng(0).normal(size=(5, 4)).astype("f4")
    model = _model(kernel)
    round_weights(model, 24)
    np.testing.assert_array_equal(model.trainable_variables[0], kernel)


def test_what_was_measured_stays():
    layer = keras.layers.Normalization()
    layer.adapt(np.random.default_rng(0).normal(size=(50, 3)))
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2)(layer(inputs)))
    before = [np.asarray(w) for w in layer.weights]
    round_weights(model, 4)
    assert before
    for weight, old in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)


@pytest.mark.parametrize("bits", [1, 25])
def test_other_numbers_of_digits_are_refused(bits):
    with pytest.raises(ValueError, match="`significant_bits` must be from 2 to 24"):
        round_weights(_model(np.ones((1, 1), "f4")), bits)


def test_a_deflated_file_is_smaller_and_the_same_model(tmp_path):
    model = _model(np.random.default_rng(0).normal(size=(200, 100)).astype("f4"))
    path = tmp_path / "model.keras"
    round_weights(model, 12)
    save_model(model, path)
    stored = path.stat().st_size
    deflate_model_file(path)
    # 20 of 32 bits are left, and little but weights is in the file.
    assert path.stat().st_size < 0.8 * stored
    with zipfile.ZipFile(path) as parts:
        assert {x.compress_type for x in parts.infolist()} == {zipfile.ZIP_DEFLATED}
    x = np.ones((3, 200), "f4")
    np.testing.assert_array_equal(
        open_model(path).predict(x, verbose=0), model.predict(x, verbose=0)
    )
