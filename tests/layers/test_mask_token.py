import numpy as np
import tensorflow as tf

from mesa_keras.layers import MaskToken
from tests.keras_checks import check_layer

X = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
VALID = np.array([[True, False, True, True], [False, False, True, False]])


def test_general_behaviour():
    check_layer(
        MaskToken(),
        {"x": X, "valid": VALID},
        (2, 4, 3),
        call=lambda layer, inputs: layer(inputs["x"], inputs["valid"]),
    )


def test_what_is_not_valid_becomes_the_token_and_the_rest_stays():
    layer = MaskToken()
    y = np.asarray(layer(X, VALID))
    np.testing.assert_array_equal(y[VALID], X[VALID])
    np.testing.assert_array_equal(y[~VALID], np.tile(layer.token, (4, 1)))


def test_no_gradient_reaches_what_is_not_valid():
    layer, x = MaskToken(), tf.Variable(X)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(x, VALID) ** 2)
    gradient = np.asarray(tape.gradient(total, x))
    assert np.all(gradient[~VALID] == 0)
    assert np.all(gradient[VALID] != 0)
