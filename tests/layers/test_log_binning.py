import numpy as np
import pytest

from mesa_keras.layers import LogBinning
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)
STEPS, START, STEP = 300, 100.0, 0.5


def series(batch=3):
    values = RNG.normal(size=(batch, STEPS)).astype("float32")
    weights = RNG.lognormal(size=(batch, STEPS)).astype("float32")
    return [values, weights]


def layer(num_bins=40):
    return LogBinning(num_bins, START, STEP)


def test_layer():
    check_layer(layer(), series(), ((3, 40), (3, 40)))


def test_matches_numpy():
    values, weights = series()
    values[0, 10], weights[1, 40:90] = np.nan, 0
    mean, total = (np.asarray(x) for x in layer()([values, weights]))
    coordinate = START + STEP * np.arange(STEPS)
    edges = np.geomspace(START - STEP / 2, coordinate[-1] + STEP / 2, 41)
    usable = np.isfinite(values) & (weights > 0)
    for row in range(3):
        for i in range(40):
            inside = (coordinate >= edges[i]) & (coordinate < edges[i + 1])
            inside &= usable[row]
            w = weights[row, inside]
            assert total[row, i] == pytest.approx(w.sum(), rel=1e-5)
            if w.size:
                expected = np.average(values[row, inside], weights=w)
                assert mean[row, i] == pytest.approx(expected, rel=1e-3, abs=1e-5)
            else:
                assert np.isnan(mean[row, i])


def test_a_factor_on_the_coordinate_is_a_shift():
    coordinate = START + STEP * np.arange(STEPS)
    binning = layer(50)
    spacing = binning.spacing(STEPS)
    lines = [
        np.exp(-0.5 * (np.log(coordinate / (120 * factor)) / 0.05) ** 2)
        for factor in (1.0, np.exp(12 * spacing))
    ]
    mean, _ = binning([np.stack(lines), np.ones((2, STEPS))])
    mean = np.asarray(mean)
    np.testing.assert_allclose(mean[1, 12:], mean[0, :-12], atol=0.05)
    assert np.argmax(mean[1]) == np.argmax(mean[0]) + 12


def test_bad_arguments():
    with pytest.raises(ValueError, match="must be positive"):
        LogBinning(4, 0.0, 1.0)
    with pytest.raises(ValueError, match="as wide as a step"):
        layer(400)(series())
    with pytest.raises(ValueError, match="of one shape"):
        layer()([series()[0], series()[1][:, 1:]])
