import numpy as np

from mesa_keras.layers import ClassToken
from tests.keras_checks import check_layer


def test_class_token_adds_one_step():
    check_layer(ClassToken(), np.ones((2, 5, 3), "float32"), (2, 6, 3))


def test_the_token_comes_first_and_the_rest_is_unchanged():
    layer = ClassToken()
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    y = np.asarray(layer(x))
    np.testing.assert_array_equal(y[:, 1:], x)
    np.testing.assert_array_equal(y[0, 0], y[1, 0])
    np.testing.assert_array_equal(y[0, 0], np.asarray(layer.token)[0, 0])


def test_the_mask_covers_the_token():
    mask = np.array([[True, False], [False, False]])
    extended = ClassToken().compute_mask(None, mask)
    np.testing.assert_array_equal(extended, [[True, True, False], [True, False, False]])
    assert ClassToken().compute_mask(None) is None
