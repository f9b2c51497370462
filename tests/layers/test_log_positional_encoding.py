import keras
import numpy as np
import pytest

from mesa_keras.layers import LogPositionalEncoding
from tests.keras_checks import check_layer

X = np.random.default_rng(0).normal(size=(2, 5, 6)).astype("float32")


def encoding(tokens, channels, **settings):
    layer = LogPositionalEncoding(**{"start": 3600.0, "step": 100.0, **settings})
    return np.asarray(layer(np.zeros((1, tokens, channels), "float32")))[0]


def test_layer():
    check_layer(LogPositionalEncoding(3600.0, 50.0), X, X.shape)


def test_matches_the_formula():
    found = encoding(40, 8, shortest=0.05, longest=2.0)
    u = np.log((3600 + 100 * np.arange(40)) / 3600)
    for i, period in enumerate(np.geomspace(0.05, 2.0, 4)):
        np.testing.assert_allclose(
            found[:, 2 * i], np.sin(2 * np.pi * u / period), atol=1e-5
        )
        np.testing.assert_allclose(
            found[:, 2 * i + 1], np.cos(2 * np.pi * u / period), atol=1e-5
        )


def test_a_factor_on_the_coordinate_turns_all_tokens_by_the_same_angle():
    # Of tokens at 4000, 5000, 6000 and 1.2 times that.
    found = encoding(100, 16)
    here, there = (
        found[(np.array(at) - 3600) // 100].reshape(3, 8, 2)
        for at in ((4000, 5000, 6000), (4800, 6000, 7200))
    )
    z = [x[..., 0] + 1j * x[..., 1] for x in (here, there)]
    turn = z[1] / z[0]
    np.testing.assert_allclose(turn, np.repeat(turn[:1], 3, axis=0), atol=1e-4)


def test_neighbours_can_be_told_apart():
    found = encoding(122, 96, step=51.2)
    distance = np.linalg.norm(found[1:] - found[:-1], axis=1)
    assert distance.min() > 1


def test_bad_arguments():
    with pytest.raises(ValueError, match="`start` and `step`"):
        LogPositionalEncoding(0.0, 1.0)
    with pytest.raises(ValueError, match="`shortest`"):
        LogPositionalEncoding(1.0, 1.0, shortest=5.0)
    with pytest.raises(ValueError, match="even number"):
        LogPositionalEncoding(1.0, 1.0)(X[..., :5])
    with pytest.raises(ValueError, match="known number"):
        LogPositionalEncoding(1.0, 1.0)(keras.Input((None, 4)))
