import math

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.layers import LearnedPositionalEncoding, SinusoidalPositionalEncoding
from tests.keras_checks import check_layer

X = np.random.default_rng(0).normal(size=(2, 5, 6)).astype("float32")


def reference(steps, channels):
    table = np.zeros((steps, channels))
    for t in range(steps):
        for c in range(channels):
            angle = t / 10_000 ** ((c - c % 2) / channels)
            table[t, c] = math.cos(angle) if c % 2 else math.sin(angle)
    return table


def test_sinusoidal_layer():
    check_layer(SinusoidalPositionalEncoding(), X, X.shape)


def test_learned_layer():
    check_layer(LearnedPositionalEncoding(7), X, X.shape)


@given(st.integers(1, 30), st.integers(1, 9))
def test_sinusoidal_matches_the_paper(steps, channels):
    encoding = SinusoidalPositionalEncoding()(np.zeros((1, steps, channels)))
    np.testing.assert_allclose(encoding[0], reference(steps, channels), atol=1e-5)


def test_sinusoidal_takes_any_number_of_steps():
    inputs = keras.Input((None, 6))
    model = keras.Model(inputs, SinusoidalPositionalEncoding()(inputs))
    np.testing.assert_allclose(
        model.predict(X, verbose=0), X + reference(5, 6), atol=1e-5
    )


def test_learned_adds_the_first_positions():
    layer = LearnedPositionalEncoding(9)
    y = layer(X)
    np.testing.assert_allclose(y, X + np.asarray(layer.positions)[:5], rtol=1e-6)


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`max_wavelength` must be above 1"):
        SinusoidalPositionalEncoding(max_wavelength=1.0)
    with pytest.raises(ValueError, match="`max_length` must be positive"):
        LearnedPositionalEncoding(0)
    with pytest.raises(ValueError, match="more steps than `max_length`"):
        LearnedPositionalEncoding(4)(X)
