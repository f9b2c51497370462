import numpy as np
import pytest

from mesa_keras.layers import CentralSums
from tests.keras_checks import check_layer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 15, 13, 3)).astype("float32")


def test_layer():
    check_layer(CentralSums((2, 4.5)), X, (2, 10))


def test_sums_of_whole_pixels_are_counted():
    image = np.zeros((1, 9, 9, 2), "float32")
    image[0, 3:6, 3:6], image[0, 0, 0] = (2.0, 1.0), 100.0
    found = np.asarray(CentralSums((0.4, 3.0))(image))[0]
    np.testing.assert_allclose(found[0], np.arcsinh(2.0 * np.pi**0.5 * 0.4), rtol=0.06)
    root = np.sqrt(np.pi) * 3
    np.testing.assert_allclose(
        found[3:], [*np.arcsinh([18 / root, 9 / root]), found[3] - found[4]], rtol=0.01
    )


def test_the_order_of_the_channels_is_that_of_the_differences():
    found = np.asarray(CentralSums((5,))(X))
    np.testing.assert_allclose(found[:, 3], found[:, 0] - found[:, 1], atol=1e-5)
    np.testing.assert_allclose(found[:, 4], found[:, 1] - found[:, 2], atol=1e-5)


def test_flips_change_nothing_and_brightness_does():
    layer = CentralSums((3, 5))
    np.testing.assert_allclose(layer(X[:, ::-1]), layer(X), atol=1e-5)
    bright = np.abs(X) * 50
    ratio = np.asarray(layer(2 * bright) - layer(bright))
    np.testing.assert_allclose(ratio[:, [0, 1, 2, 5, 6, 7]], np.log(2), rtol=1e-3)
    np.testing.assert_allclose(ratio[:, [3, 4, 8, 9]], 0, atol=1e-3)


@pytest.mark.parametrize("radii", [(), (0, 2), (3, 2), (2, 2)])
def test_radii_increase(radii):
    with pytest.raises(ValueError, match="positive and increasing"):
        CentralSums(radii)


def test_the_size_must_be_known():
    with pytest.raises(ValueError, match="known size"):
        CentralSums((2,)).build((None, None, 8, 3))
