import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.layers import NumericalEmbedding
from tests.keras_checks import check_layer


def reference(x, layer):
    frequencies, kernel, bias = (np.asarray(w, "float64") for w in layer.weights)
    rows = []
    for row in x:
        features = []
        for value, c, w, b in zip(row, frequencies, kernel, bias, strict=True):
            v = 2 * np.pi * c * value
            features.append(np.maximum(np.r_[np.sin(v), np.cos(v)] @ w + b, 0))
        rows.append(features)
    return np.array(rows)


def test_layer():
    check_layer(NumericalEmbedding(5), np.ones((2, 3), "float32"), (2, 3, 5))


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 6), st.integers(1, 8))
def test_matches_the_paper(batch, features, dim, frequencies):
    x = np.random.default_rng(batch).normal(size=(batch, features))
    layer = NumericalEmbedding(dim, frequencies, sigma=0.5)
    np.testing.assert_allclose(layer(x), reference(x, layer), atol=1e-4)


def test_features_do_not_mix():
    layer = NumericalEmbedding(4)
    x = np.zeros((1, 3), "float32")
    before = np.asarray(layer(x))
    x[0, 1] = 2.0
    changed = np.any(np.asarray(layer(x)) != before, axis=-1)
    np.testing.assert_array_equal(changed, [[False, True, False]])


def test_frequencies_start_from_sigma():
    layer = NumericalEmbedding(1, num_frequencies=2000, sigma=0.3)
    layer.build((None, 1))
    assert np.std(layer.frequencies) == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize("bad", [{"dim": 0}, {"num_frequencies": 0}, {"sigma": 0.0}])
def test_rejects_bad_arguments(bad):
    with pytest.raises(ValueError, match="must be positive"):
        NumericalEmbedding(**{"dim": 2, **bad})
