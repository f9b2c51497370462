import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.simulation.galaxies.splits import (
    SPLITS,
    assign_splits,
    split_fractions,
)


def test_default_numbers():
    splits = assign_splits(10000, split_fractions(0.2, 0.05, 0.05))
    counts = [int((splits == name).sum()) for name in SPLITS]
    assert counts == [7000, 500, 500, 2000]


@given(
    st.integers(1, 400),
    st.tuples(st.floats(0, 0.4), st.floats(0, 0.25), st.floats(0, 0.25)),
)
def test_every_beginning_has_the_fractions(num, given_fractions):
    fractions = split_fractions(*given_fractions)
    splits = assign_splits(num, fractions)
    for name, part in zip(SPLITS, fractions, strict=True):
        assert abs((splits == name).sum() - part * num) <= len(SPLITS) - 1
    np.testing.assert_array_equal(
        splits[: num // 2], assign_splits(num // 2, fractions)
    )


def test_order_of_the_fractions():
    assert split_fractions(0.2, 0.1, 0.05) == pytest.approx((0.65, 0.1, 0.05, 0.2))


@pytest.mark.parametrize(
    ("fractions", "words"),
    [
        ((-0.1, 0.05, 0.05), "`test_fraction` must be from 0"),
        ((1.0, 0.05, 0.05), "`test_fraction` must be from 0"),
        ((0.2, float("nan"), 0.05), "`validation_fraction` must be from 0"),
        ((0.5, 0.3, 0.2), "leave some for training"),
    ],
)
def test_wrong_fractions(fractions, words):
    with pytest.raises(ValueError, match=words):
        split_fractions(*fractions)
