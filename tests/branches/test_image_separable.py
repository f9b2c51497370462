import keras
import numpy as np
import pytest

from mesa_keras.branches import image_cnn, image_separable
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("output_dim", [None, 6])
def test_shape_names_and_saving(tmp_path, output_dim):
    model = image_separable(
        24, 20, 3, filters=(4, 8), output_dim=output_dim, name="frame"
    )
    assert model.input_shape == (None, 24, 20, 3)
    assert model.output_shape == (None, output_dim or 8)
    assert all(layer.name.startswith("frame") for layer in model.layers)
    x = RNG.normal(size=(3, 24, 20, 3)).astype("float32")
    check_saving(model, x, tmp_path)


def test_far_fewer_multiplications_than_the_plain_network():
    def products(model):
        total = 0
        for layer in model.layers:
            if isinstance(layer, (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)):
                total += np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:3])
        return total

    separable, plain = image_separable(224, 224), image_cnn(224, 224)
    assert products(separable) < products(plain) / 10


def test_it_learns_to_tell_dots_from_stripes():
    keras.utils.set_random_seed(1)
    model = image_separable(16, 16, filters=(8, 16))
    x = np.zeros((32, 16, 16, 1), "float32")
    x[::2, ::4, ::4], x[1::2, ::4] = 1, 1
    x = x * RNG.uniform(0.5, 1.5, size=(32, 1, 1, 1)).astype("float32")
    classifier = keras.Sequential([model, keras.layers.Dense(1)])
    classifier.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    y = np.arange(32) % 2
    history = classifier.fit(x, y, batch_size=32, epochs=12, verbose=0).history
    assert history["loss"][-1] < 0.7 * history["loss"][0]


@pytest.mark.parametrize(
    "arguments",
    [{"height": 3}, {"filters": ()}, {"stem_stride": 0}, {"stem_stride": 32}],
    ids=str,
)
def test_rejects_bad_arguments(arguments):
    with pytest.raises(ValueError, match="`filters` must name at least one stage"):
        image_separable(**{"height": 32, "width": 32, "filters": (4, 8)} | arguments)
