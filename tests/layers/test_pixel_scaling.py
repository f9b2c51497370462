import numpy as np
import pytest

from mesa_keras.layers import PixelScaling
from tests.keras_checks import check_layer, input_gradient

RNG = np.random.default_rng(0)


def images(batch=3):
    x = RNG.normal(scale=(0.01, 0.02, 0.05), size=(batch, 12, 10, 3)).astype("float32")
    x[:, 4:7, 4:7] += (0.5, 1.0, 1.5)
    x[0, :3], x[1, ..., 2] = np.nan, np.nan
    return x


@pytest.mark.parametrize("method", ["asinh", "linear", "standardize"])
def test_layer(method):
    x = images()
    layer = PixelScaling(method)
    layer.adapt(x)
    check_layer(layer, x, x.shape)
    assert np.all(np.isfinite(input_gradient(layer, x)))


def test_adapt_finds_the_noise_under_what_is_bright():
    x = RNG.normal(scale=(0.01, 0.02, 0.05), size=(20, 40, 40, 3))
    x[:, 18:22, 18:22] += 10
    layer = PixelScaling("linear")
    layer.adapt(x.astype("float16"))
    np.testing.assert_allclose(layer.noise, (0.01, 0.02, 0.05), rtol=0.03)
    np.testing.assert_allclose(layer(x[:1])[0], x[0] / layer.noise, rtol=1e-5)


def test_asinh_is_linear_in_the_noise_and_logarithmic_above():
    layer = PixelScaling()
    layer.adapt(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]).reshape(1, 5, 1, 1) / 1.4826)
    np.testing.assert_allclose(layer.noise, [1.0], rtol=1e-6)
    x = np.array([0.01, 1e4, 1e5]).reshape(1, 3, 1, 1)
    low, high, higher = np.asarray(layer(x)).ravel()
    assert low == pytest.approx(0.01, rel=1e-4)
    assert higher - high == pytest.approx(np.log(10), rel=1e-4)


def test_brightness_and_colour_survive_except_in_standardized_images():
    x = images()
    brighter = x * np.array([2.0, 1.0, 0.5], "float32")
    for method in ("asinh", "linear"):
        layer = PixelScaling(method)
        assert np.abs(np.asarray(layer(x) - layer(brighter))).max() > 0.1
    layer = PixelScaling("standardize")
    np.testing.assert_allclose(layer(brighter), layer(x), atol=1e-4)
    known = np.asarray(layer(x))[2]
    np.testing.assert_allclose(known.mean(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(known.std(axis=(0, 1)), 1, rtol=1e-4)


def test_missing_pixels_become_the_sky():
    layer = PixelScaling()
    layer.adapt(images())
    scaled = np.asarray(layer(images()))
    assert np.all(scaled[0, :3] == 0)
    assert np.all(np.asarray(PixelScaling("standardize")(images()))[1, ..., 2] == 0)
    layer.adapt(np.full((2, 4, 4, 3), np.nan))
    np.testing.assert_array_equal(layer.noise, [1, 1, 1])


def test_bad_arguments():
    with pytest.raises(ValueError, match="`method` must be of"):
        PixelScaling("log")
    with pytest.raises(ValueError, match="must have the shape"):
        PixelScaling()(np.zeros((2, 3, 4)))
