import numpy as np
import pytest

from mesa_keras.layers import UnitPairs
from mesa_keras.losses import InfoNCE
from tests.keras_checks import check_layer, input_gradient

RNG = np.random.default_rng(0)
VIEWS = [RNG.normal(size=(4, 6)).astype("float32") for _ in range(2)]
PRESENT = np.array([[1, 1], [0, 1], [1, 0], [1, 1]], bool)


def test_layer():
    check_layer(UnitPairs(), VIEWS, (4, 2, 6))


def test_unit_vectors_and_missing_views():
    found = np.asarray(UnitPairs()(VIEWS, present=PRESENT))
    np.testing.assert_array_equal(np.isfinite(found).all(-1), PRESENT)
    for i, view in enumerate(VIEWS):
        unit = view / np.linalg.norm(view, axis=1, keepdims=True)
        np.testing.assert_allclose(
            found[:, i][PRESENT[:, i]], unit[PRESENT[:, i]], 1e-5
        )


def test_a_loss_passes_no_nan_to_what_comes_before():
    loss, index = InfoNCE(), np.array([0, -1, -1, 1])

    def total(x):
        return loss(index, UnitPairs()([x, VIEWS[1]], present=PRESENT))

    gradient = input_gradient(total, VIEWS[0])
    assert np.all(np.isfinite(gradient))
    assert np.all(gradient[1:3] == 0)
    assert np.any(gradient[0] != 0)


def test_the_schema_is_kept():
    layer = UnitPairs({"bands": ("g", "r"), "pixel_scale": 0.262})
    assert layer.get_config()["schema"] == {"bands": ["g", "r"], "pixel_scale": 0.262}
    assert UnitPairs.from_config(layer.get_config()).schema == layer.schema


def test_bad_arguments():
    with pytest.raises(ValueError, match="two tensors of one shape"):
        UnitPairs()([VIEWS[0], VIEWS[1][:, :3]])
    with pytest.raises(TypeError):
        UnitPairs({"bands": {1, 2}})
