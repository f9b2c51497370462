import keras
import numpy as np
import pytest

from mesa_keras.branches import image_cnn
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)


def build(*size, **changes):
    keras.utils.set_random_seed(1)
    return image_cnn(*(size or (32, 32)), **{"filters": (4, 8), **changes})


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("output_dim", [None, 6])
def test_shape_names_and_saving(tmp_path, residual, output_dim):
    model = build(24, 20, 3, residual=residual, output_dim=output_dim, name="frame")
    assert model.input_shape == (None, 24, 20, 3)
    assert model.output_shape == (None, output_dim or 8)
    assert all(layer.name.startswith("frame") for layer in model.layers)
    adds = [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]
    assert len(adds) == (2 if residual else 0)
    x = RNG.normal(size=(3, 24, 20, 3)).astype("float32")
    check_saving(model, x, tmp_path)


def test_a_stem_divides_the_image_and_the_stages_halve_it(tmp_path):
    model = build(24, 20, 3, residual=True, stem_stride=4, filters=(4, 6, 8))
    convolutions = [x for x in model.layers if isinstance(x, keras.layers.Conv2D)]
    assert [x.strides[0] for x in convolutions] == [4, 2, 1, 2, 1]
    assert convolutions[0].kernel_size == (9, 9)
    assert convolutions[-1].output.shape == (None, 2, 2, 8)
    assert not any(isinstance(x, keras.layers.MaxPooling2D) for x in model.layers)
    check_saving(model, RNG.normal(size=(3, 24, 20, 3)).astype("float32"), tmp_path)
    with pytest.raises(ValueError, match="`stem_stride`"):
        build(15, 20, stem_stride=4, filters=(4, 6, 8))
    with pytest.raises(ValueError, match="`stem_stride`"):
        build(24, 20, stem_stride=0)


def test_a_star_gives_the_same_embedding_wherever_it_stands():
    model = build(64, 64)
    image = np.zeros((3, 64, 64, 1), "float32")
    star = RNG.normal(size=(7, 7))
    for row, (y, x) in enumerate(((20, 20), (32, 20), (40, 44))):
        image[row, y : y + 7, x : x + 7, 0] = star
    embedding = np.asarray(model(image))
    # Shifts by multiples of 4, the stride of two stages, change nothing.
    np.testing.assert_allclose(embedding[1], embedding[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(embedding[2], embedding[0], rtol=1e-4, atol=1e-6)
    image[2] = np.roll(image[0], 1, axis=1)
    near, empty = np.asarray(model(image))[2], np.asarray(model(0 * image[:1]))[0]
    change = np.linalg.norm(near - embedding[0])
    assert change < 0.5 * np.linalg.norm(embedding[0] - empty)


def test_it_learns_to_tell_dots_from_stripes():
    model = build(16, 16)
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


def test_rejects_bad_arguments():
    for size, filters in (((3, 32), (4, 8)), ((32, 3), (4, 8)), ((32, 32), ())):
        with pytest.raises(ValueError, match="`filters` must name at least one stage"):
            image_cnn(*size, filters=filters)
    assert image_cnn(4, 4, filters=(4, 8)).output_shape == (None, 8)
