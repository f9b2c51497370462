import keras
import numpy as np
import pytest

from mesa_keras.branches import image_mobilenet_v3_small
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def network():
    return image_mobilenet_v3_small(32, 48, 1, output_dim=6, name="frame")


def test_shape_and_saving(network, tmp_path):
    assert network.input_shape == (None, 32, 48, 1)
    assert network.output_shape == (None, 6)
    x = RNG.uniform(-1, 1, size=(2, 32, 48, 1)).astype("float32")
    check_saving(network, x, tmp_path)


@pytest.mark.slow
def test_weights_come_from_a_local_file(tmp_path):
    inner = keras.applications.MobileNetV3Small(
        input_shape=(32, 32, 3),
        include_top=False,
        include_preprocessing=False,
        weights=None,
        pooling="avg",
    )
    path = tmp_path / "mobilenet.weights.h5"
    inner.save_weights(path)
    x = RNG.uniform(-1, 1, size=(1, 32, 32, 3)).astype("float32")
    found = image_mobilenet_v3_small(32, 32, 3, weights=path)(x)
    np.testing.assert_allclose(found, inner(x), rtol=1e-4, atol=1e-5)


def test_refuses_missing_and_other_files_and_small_images(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.h5 does not exist"):
        image_mobilenet_v3_small(32, 32, weights=tmp_path / "absent.h5")
    other = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save_weights(other)
    with pytest.raises(ValueError, match="does not hold the weights of MobileNetV3"):
        image_mobilenet_v3_small(32, 32, weights=other)
    with pytest.raises(ValueError, match="at least 32 x 32"):
        image_mobilenet_v3_small(16, 32)
