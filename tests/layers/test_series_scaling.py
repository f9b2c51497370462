import numpy as np
import pytest
from keras import ops

from mesa_keras.layers import SeriesScaling
from tests.keras_checks import check_layer, input_gradient

RNG = np.random.default_rng(0)


def series(batch=4, steps=60, level=10.0):
    weights = RNG.uniform(0.5, 2, size=(batch, steps)).astype("float32")
    values = level + RNG.normal(size=(batch, steps)) / np.sqrt(weights)
    values[:, 20] += 100
    if batch > 2:
        weights[1, 20:40], weights[2] = 0, 0
    return [values.astype("float32"), weights]


def scaled(inputs, **settings):
    layer = SeriesScaling(**{"num_blocks": 6, **settings})
    return {name: np.asarray(x) for name, x in layer(inputs).items()}


def test_layer():
    check_layer(SeriesScaling(6), series(2), {"levels": (2, 8), "series": (2, 60, 2)})


def test_shape_and_level_are_told_apart():
    faint, bright = series(2), series(2)
    bright = [7 * faint[0], faint[1] / 49]
    a, b = scaled(faint), scaled(bright)
    # The same signal to noise, 7 times as bright.
    np.testing.assert_allclose(a["series"], b["series"], atol=1e-5)
    np.testing.assert_allclose(b["levels"][:, -2] - a["levels"][:, -2], 1.94, atol=0.01)
    np.testing.assert_allclose(b["levels"][:, -1], a["levels"][:, -1], atol=1e-5)


def test_the_level_is_the_median_of_the_blocks():
    values, weights = series(1)
    found = scaled([values, weights])
    blocks = np.average(values.reshape(6, 10), axis=1, weights=weights.reshape(6, 10))
    median = np.median(blocks)
    ratio = np.arcsinh(blocks) - np.arcsinh(median)
    np.testing.assert_allclose(found["levels"][0, :6], ratio, atol=1e-5)
    assert found["levels"][0, 6] == pytest.approx(np.arcsinh(median), rel=1e-5)
    scale = np.hypot(median, weights.mean() ** -0.5)
    np.testing.assert_allclose(
        found["series"][0, :, 0], np.arcsinh(values[0] / scale), rtol=1e-4
    )
    np.testing.assert_allclose(
        found["series"][0, :, 1], np.log(scale * np.sqrt(weights[0])), rtol=1e-4
    )


def test_missing_steps_and_series():
    found = scaled(series())
    assert np.isnan(found["series"][1, 20:40]).all()
    assert (
        np.isnan(found["levels"][1]).tolist() == [False] * 2 + [True] * 2 + [False] * 4
    )
    assert np.isnan(found["series"][2]).all()
    assert np.isnan(found["levels"][2]).all()
    assert np.isfinite(found["series"][[0, 3]]).all()


def test_noise_alone_is_not_blown_up():
    found = scaled([RNG.normal(size=(3, 600)), np.ones((3, 600))], num_blocks=30)
    assert np.abs(found["series"][..., 0]).std() < 1
    found = scaled([np.zeros((1, 60)), np.ones((1, 60))])
    assert np.all(found["series"][..., 0] == 0)
    assert np.isfinite(found["levels"]).all()


def test_adapt_finds_the_noise_of_a_block():
    layer = SeriesScaling(6)
    layer.adapt(np.zeros((5, 60)), np.full((5, 60), 0.4))
    assert float(layer.softening) == pytest.approx((0.4 * 10) ** -0.5)
    layer.adapt(np.zeros((5, 60)), np.zeros((5, 60)))
    assert float(layer.softening) == 1


def test_no_gradient_is_nan():
    values, weights = series()
    values[weights == 0] = np.nan

    def known(x):
        found = SeriesScaling(6)([x, weights])
        return [ops.where(ops.isfinite(y), y, 0.0) for y in found.values()]

    assert np.all(np.isfinite(input_gradient(known, values)))


def test_bad_arguments():
    with pytest.raises(ValueError, match="`num_blocks` must be positive"):
        SeriesScaling(0)
    with pytest.raises(ValueError, match="at least `num_blocks`"):
        SeriesScaling(61)(series())
