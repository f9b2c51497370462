import keras
import numpy as np
import pytest

from mesa_keras.layers import SeriesViews
from tests.keras_checks import check_serialization

RNG = np.random.default_rng(0)


def series(batch=6, steps=50):
    values = RNG.normal(5, 1, size=(batch, steps)).astype("float32")
    weights = RNG.lognormal(size=(batch, steps)).astype("float32")
    values[1, 3:9], weights[1, 3:9] = np.nan, 0
    return [values, weights]


def views(inputs, training=True, **settings):
    layer = SeriesViews(**{"block_size": 8, "seed": 1, **settings})
    values, weights = (np.asarray(x) for x in layer(inputs, training=training))
    return np.split(values, 2), np.split(weights, 2)


def test_layer_serializes_and_states_its_shape():
    check_serialization(SeriesViews(8, 0.1, 0.2, 3, 0.5, seed=2))
    inputs = [keras.Input((50,)), keras.Input((50,))]
    model = keras.Model(inputs, SeriesViews(8)(inputs))
    assert [x.shape for x in model.output] == [(None, 50)] * 2
    found = model.predict(series(), batch_size=6, verbose=0)
    assert [x.shape for x in found] == [(12, 50)] * 2
    compiled = keras.Model(inputs, SeriesViews(8, share=0.5)(inputs))
    compiled.compile(jit_compile=True)
    assert compiled.predict(series(), verbose=0)[0].shape == (6, 50)


@pytest.mark.parametrize("training", [True, False])
def test_every_step_is_in_one_view(training):
    inputs = series()
    _, (first, second) = views(inputs, training)
    known = inputs[1] > 0
    np.testing.assert_array_equal((first > 0) ^ (second > 0), known)
    # By blocks of 8.
    owner = np.where(known, first > 0, False)[:, :48].reshape(6, 6, 8)
    rows = [0, 2, 3, 4, 5]
    assert np.all(owner[rows].all(-1) | ~owner[rows].any(-1))
    assert 0.2 < owner[rows].mean() < 0.8


def test_the_factor_is_smooth_and_keeps_the_signal_to_noise():
    inputs = series()
    values, weights = views(inputs, num_trends=2)
    for v, w in zip(values, weights, strict=True):
        known = w > 0
        factor = np.where(known, v / inputs[0], np.nan)
        np.testing.assert_allclose(
            (v * np.sqrt(w))[known], (inputs[0] * np.sqrt(inputs[1]))[known], rtol=1e-4
        )
        # The views of a row differ from each other, and rows too.
        assert np.nanstd(np.log(np.nanmean(factor, axis=1))) > 0.05
        step = np.diff(np.log(factor), axis=1)
        assert np.nanmax(np.abs(step)) < 0.1
    flat, _ = views(inputs, num_trends=0, level_jitter=0.0)
    np.testing.assert_array_equal(flat[0], inputs[0])


def test_inference_does_not_depend_on_chance():
    inputs = series()
    a, b = views(inputs, False, seed=1), views(inputs, False, seed=2)
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(a[0][0], inputs[0])
    assert not np.array_equal(views(inputs, seed=1)[1], views(inputs, seed=2)[1])


def test_a_share_of_the_batch():
    inputs = series(5)
    values, _ = views(inputs, False, share=0.5)
    np.testing.assert_array_equal(values[0], inputs[0][:3])
    assert len(views([x[:1] for x in inputs], share=0.01)[0][0]) == 1


@pytest.mark.parametrize(
    "changes", [{"block_size": 0}, {"level_jitter": -1}, {"share": 0}, {"share": 2}]
)
def test_bad_arguments(changes):
    with pytest.raises(ValueError, match="must"):
        SeriesViews(**{"block_size": 8, **changes})
