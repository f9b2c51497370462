import keras
import numpy as np
import pytest

from mesa_keras.layers import ShiftedViews
from tests.keras_checks import check_serialization

RNG = np.random.default_rng(0)
STEPS, LIMIT = 120, 12
PLAIN = {"keep": 1.0, "noise": 0.0, "level_jitter": 0.0, "trend_jitter": 0.0}


def series(batch=6):
    values = RNG.normal(5, 1, size=(batch, STEPS)).astype("float32")
    return [values, RNG.uniform(1, 2, size=(batch, STEPS)).astype("float32")]


def views(inputs, training=True, **settings):
    layer = ShiftedViews(**{"max_shift": LIMIT, "block_size": 8, "seed": 1, **settings})
    return [np.asarray(x) for x in layer(inputs, training=training)]


def test_layer_serializes_and_states_its_shapes():
    check_serialization(ShiftedViews(3, 8, 0.8, 0.5, 0.1, 0.2, 3, 0.5, seed=2))
    inputs = [keras.Input((STEPS,)), keras.Input((STEPS,))]
    model = keras.Model(inputs, ShiftedViews(LIMIT, 8, share=0.5)(inputs))
    assert [x.shape for x in model.output] == [(None, STEPS), (None, STEPS), (None, 1)]
    model.compile(jit_compile=True)
    found = model.predict(series(), batch_size=6, verbose=0)
    assert [x.shape for x in found] == [(6, STEPS), (6, STEPS), (6, 1)]


def test_values_move_by_the_shift_and_inverse_variances_stay():
    inputs = series()
    values, weights, shift = views(inputs, **PLAIN)
    assert np.all(shift == np.round(shift))
    assert 3 < np.abs(shift).max() <= LIMIT
    assert len(np.unique(shift)) > 6
    for row in range(12):
        kept = weights[row] > 0
        source = np.flatnonzero(kept) - int(shift[row, 0])
        np.testing.assert_array_equal(values[row, kept], inputs[0][row % 6, source])
        np.testing.assert_array_equal(weights[row, kept], inputs[1][row % 6, kept])


def test_of_two_measurements_each_is_a_view():
    first, second = series(), series()
    values, weights, shift = views([*first, *second], **PLAIN)
    for row in range(12):
        of = (first, second)[row // 6]
        kept = weights[row] > 0
        source = np.flatnonzero(kept) - int(shift[row, 0])
        np.testing.assert_array_equal(values[row, kept], of[0][row % 6, source])
        np.testing.assert_array_equal(weights[row, kept], of[1][row % 6, kept])
    found = views([*first, *first])
    for x, y in zip(found, views(first), strict=True):
        np.testing.assert_array_equal(x, y)


def test_ends_and_lost_blocks_do_not_tell_the_shift():
    _, weights, shift = views(series(400), **PLAIN)
    kept = weights > 0
    assert not kept[:, :LIMIT].any()
    assert not kept[:, -LIMIT:].any()
    assert kept[:, 2 * LIMIT : -2 * LIMIT].all()
    first = np.argmax(kept, axis=1)
    assert abs(np.corrcoef(first, shift[:, 0])[0, 1]) < 0.15
    _, weights, _ = views(series(400), **{**PLAIN, "keep": 0.7})
    middle = weights[:, 24:96].reshape(800, 9, 8) > 0
    assert np.all(middle.all(axis=2) | ~middle.any(axis=2))
    assert middle.mean() == pytest.approx(0.7, abs=0.03)


def test_noisy_steps_are_smoothed_before_they_move():
    values, weights = series()
    values[:, 60], weights[:, 60] = 1000.0, 1e-3
    found, _, shift = views([values, weights], **PLAIN)
    place = 60 + shift[:, 0].astype(int)
    assert np.all(found[np.arange(12), place] < 10)


def test_noise_and_factors():
    inputs = [np.full((300, STEPS), 50, "float32"), np.full((300, STEPS), 4.0, "f4")]
    values, weights, _ = views(inputs, **{**PLAIN, "noise": 1.0})
    kept = weights > 0
    spread = [v[k].std() for v, k in zip(values, kept, strict=True)]
    sigma = [np.sqrt(1 / w[k][0] - 0.25) for w, k in zip(weights, kept, strict=True)]
    np.testing.assert_allclose(spread, sigma, atol=0.15)
    assert 0.4 < max(spread) < 0.7
    values, weights, _ = views(inputs, **{**PLAIN, "level_jitter": 0.3})
    level = np.log(values[:, 60] / 50)
    assert level.std() == pytest.approx(0.3, abs=0.04)
    signal = (values * np.sqrt(weights))[weights > 0]
    np.testing.assert_allclose(signal, 100, rtol=1e-4)


def test_inference_does_not_depend_on_chance():
    inputs = series()
    inputs[0][2, 30:40] = np.nan
    a, b = views(inputs, False, seed=1), views(inputs, False, seed=2)
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)
    assert a[2].ravel().tolist() == [6] * 6 + [-6] * 6
    assert np.isfinite(a[0]).all()
    assert len(views(inputs, False, share=0.4)[0]) == 6
    assert not np.array_equal(views(inputs, seed=1)[0], views(inputs, seed=2)[0])


@pytest.mark.parametrize(
    "changes",
    [{"block_size": 0}, {"noise": -1}, {"share": 0}, {"keep": 2}, {"max_shift": -1}],
)
def test_bad_arguments(changes):
    with pytest.raises(ValueError, match="must"):
        ShiftedViews(**{"max_shift": 2, "block_size": 8, **changes})


def test_series_must_be_longer_than_the_shifts():
    with pytest.raises(ValueError, match="at least 5 times"):
        ShiftedViews(30, 8)(series())
    with pytest.raises(ValueError, match="two tensors, or four"):
        ShiftedViews(3, 8)([*series(), series()[0]])
