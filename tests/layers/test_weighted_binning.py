import numpy as np
import pytest

from mesa_keras.layers import WeightedBinning
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)


def series(batch=3, steps=22):
    values = RNG.normal(size=(batch, steps)).astype("float32")
    weights = RNG.lognormal(size=(batch, steps)).astype("float32")
    values[0, 3], weights[0, 8:16], weights[1, 5] = np.nan, 0, np.nan
    weights[2] = 0
    return [values, weights]


def test_layer():
    values, weights = (np.nan_to_num(x) for x in series())
    check_layer(WeightedBinning(4), [values, weights + 1], ((3, 6), (3, 6)))


def test_matches_numpy():
    values, weights = series()
    mean, total = (np.asarray(x) for x in WeightedBinning(4)([values, weights]))
    usable = np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    for row in range(3):
        for i in range(6):
            part = slice(4 * i, 4 * i + 4)
            v, w = (x[row, part][usable[row, part]] for x in (values, weights))
            assert total[row, i] == pytest.approx(w.sum(), rel=1e-5)
            if w.size:
                assert mean[row, i] == pytest.approx(np.average(v, weights=w), rel=1e-4)
            else:
                assert np.isnan(mean[row, i])


def test_what_a_step_without_weight_holds_does_not_matter():
    values, weights = series()
    other = np.where(weights > 0, values, np.float32(np.inf))
    for a, b in zip(
        WeightedBinning(4)([values, weights]),
        WeightedBinning(4)([other, weights]),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


def test_bad_arguments():
    with pytest.raises(ValueError, match="`bin_size` must be positive"):
        WeightedBinning(0)
    with pytest.raises(ValueError, match="of one shape"):
        WeightedBinning(2)([np.zeros((2, 4)), np.zeros((2, 5))])
