import random

import keras

from mesa_keras.training import set_seeds


def draws():
    return random.random(), float(keras.random.uniform(()))


def test_all_random_numbers_repeat():
    set_seeds(7)
    first = draws()
    assert draws() != first
    set_seeds(7)
    assert draws() == first
