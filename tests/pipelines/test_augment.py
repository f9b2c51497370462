import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines import (
    augment_views,
    drop_modalities,
    drop_together,
    drop_values,
)

RNG = np.random.default_rng(0)
NUM = 400
SEED = tf.constant([3, 9])
OFF = {"max_shift": 0.0, "noise": 0.0, "scaling": 0.0, "reversal": False}
VIEWS = {
    "global_view": RNG.normal(size=(NUM, 201)).astype("float32"),
    "local_view": RNG.normal(size=(NUM, 61)).astype("float32"),
}
GROUPS = {"curve": ("a", "b"), "planet": ("planet",), "star": ("star",)}


def augment(views=VIEWS, seed=SEED, **changes):
    result = augment_views(views, seed, **{**OFF, **changes})
    return {name: np.array(view) for name, view in result.items()}


def shift_of(view, changed):
    """Roll that turns each row of `view` into that of `changed`; fails if none."""
    steps = view.shape[1]
    rolled = np.stack([np.roll(view, -k, axis=1) for k in range(steps)])
    same = np.all(rolled == changed, axis=2)
    assert np.all(same.sum(axis=0) == 1)
    shift = same.argmax(axis=0)
    return np.where(shift > steps // 2, shift - steps, shift)


def test_everything_off_changes_nothing():
    for name, view in augment().items():
        np.testing.assert_array_equal(view, VIEWS[name])


def test_shift_rolls_all_views_of_an_object_by_the_same_fraction():
    changed = augment(max_shift=0.05)
    fraction = {
        name: shift_of(VIEWS[name], view) / view.shape[1]
        for name, view in changed.items()
    }
    rounding = 0.5 / 201 + 0.5 / 61
    assert np.all(
        np.abs(fraction["global_view"] - fraction["local_view"]) <= rounding + 1e-6
    )
    shift = fraction["global_view"]
    assert np.abs(shift).max() <= 0.05 + 0.5 / 201
    assert shift.min() < -0.04
    assert shift.max() > 0.04
    assert abs(shift.mean()) < 0.01


def test_reversal_turns_all_views_of_half_of_the_objects():
    changed = augment(reversal=True)
    turned = {}
    for name, view in changed.items():
        turned[name] = np.all(view == VIEWS[name][:, ::-1], axis=1)
        same = np.all(view == VIEWS[name], axis=1)
        assert np.all(turned[name] ^ same)
    np.testing.assert_array_equal(turned["global_view"], turned["local_view"])
    assert 0.4 < turned["global_view"].mean() < 0.6


def test_reversal_keeps_the_transit_in_the_centre():
    curve = np.abs(np.arange(201) - 100).astype("float32")
    view = {"global_view": np.repeat(curve[None], 8, axis=0)}
    changed = augment(view, reversal=True)["global_view"]
    np.testing.assert_array_equal(changed, view["global_view"])


def test_scaling_multiplies_all_views_of_an_object_by_one_factor():
    changed = augment(scaling=0.2)
    factor = {name: view / VIEWS[name] for name, view in changed.items()}
    one = factor["global_view"][:, :1]
    for values in factor.values():
        np.testing.assert_allclose(values, np.broadcast_to(one, values.shape), 1e-4)
    assert 0.8 <= one.min() < 0.83
    assert 1.17 < one.max() <= 1.2


def test_noise_is_new_for_every_value_with_a_level_per_object():
    changed = augment(noise=0.1)
    noise = {name: view - VIEWS[name] for name, view in changed.items()}
    level = {name: values.std(axis=1) for name, values in noise.items()}
    assert np.corrcoef(level["global_view"], level["local_view"])[0, 1] > 0.9
    # The level is even in [0, 0.1).
    assert level["global_view"].max() < 0.12
    np.testing.assert_allclose(level["global_view"].mean(), 0.05, atol=0.005)
    first = noise["global_view"][:, :61]
    assert abs(np.corrcoef(first.ravel(), noise["local_view"].ravel())[0, 1]) < 0.05
    assert abs(np.corrcoef(first[:-1].ravel(), first[1:].ravel())[0, 1]) < 0.05


def test_missing_values_stay_missing_and_move_along():
    views = {name: view.copy() for name, view in VIEWS.items()}
    views["global_view"][:, 40:50] = np.nan
    views["local_view"][:7] = np.nan
    changed = augment(views, max_shift=0.1, noise=0.1, scaling=0.1, reversal=True)
    assert np.all(np.isnan(changed["global_view"]).sum(axis=1) == 10)
    np.testing.assert_array_equal(
        np.isnan(changed["local_view"]), np.isnan(views["local_view"])
    )


def test_result_follows_from_the_seed():
    settings = {"max_shift": 0.1, "noise": 0.1, "scaling": 0.1, "reversal": True}
    first, again = augment(**settings), augment(**settings)
    other = augment(seed=tf.constant([3, 10]), **settings)
    for name in VIEWS:
        np.testing.assert_array_equal(first[name], again[name])
        assert not np.any(np.all(first[name] == other[name], axis=1))


def make_inputs():
    """Objects with every combination of the three modalities, many times."""
    has = (np.arange(8000)[:, None] >> np.arange(3)) % 2 == 1
    shapes = {"a": (4,), "b": (2,), "planet": (3,), "star": (2,)}
    group = {"a": 0, "b": 0, "planet": 1, "star": 2}
    inputs = {}
    for name, shape in shapes.items():
        values = np.ones((len(has), *shape), "float32")
        values[~has[:, group[name]]] = np.nan
        inputs[name] = values
    inputs["b"][has[:, 0]] = np.nan  # Half a modality is a modality.
    return inputs, has


def drop(rate, seed=SEED):
    inputs, has = make_inputs()
    result = drop_modalities(GROUPS, inputs, seed, rate)
    left = np.stack(
        [np.isfinite(result[name]).all(axis=1) for name in ("a", "planet", "star")], 1
    )
    return inputs, has, result, left


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0])
def test_the_only_modality_is_never_hidden(rate):
    _, has, _, left = drop(rate)
    assert np.all(left <= has)
    np.testing.assert_array_equal(left.any(axis=1), has.any(axis=1))
    only = has.sum(axis=1) == 1
    np.testing.assert_array_equal(left[only], has[only])
    if rate == 1:
        assert np.all(left[has.any(axis=1)].sum(axis=1) == 1)


def test_modalities_are_hidden_at_the_rate():
    _, has, _, left = drop(0.2)
    full = has.all(axis=1)
    hidden = 1 - left[full].mean(axis=0)
    # All three draws below the rate (0.8 %) leave the largest in place.
    expected = 0.2 - 0.2**3 / 3
    np.testing.assert_allclose(hidden, expected, atol=4 * 0.4 / np.sqrt(full.sum()))
    _, _, _, untouched = drop(0.0)
    np.testing.assert_array_equal(untouched, has)


def test_a_modality_goes_as_a_whole_and_the_rest_stays():
    inputs, has, result, left = drop(0.5)
    gone = has[:, 1] & ~left[:, 1]
    assert gone.any()
    assert np.isnan(result["planet"][gone]).all()
    np.testing.assert_array_equal(result["star"][left[:, 2]], 1.0)
    assert np.isfinite(inputs["planet"][gone]).all()


def test_images_are_hidden_too():
    images = np.ones((50, 4, 3, 1), "float32")
    inputs = {"image": images, "star": np.ones((50, 2), "float32")}
    result = drop_modalities({"i": ("image",), "s": ("star",)}, inputs, SEED, 0.5)
    image = np.array(result["image"])
    assert image.shape == images.shape
    gone = np.isnan(image).reshape(50, -1)
    np.testing.assert_array_equal(gone.any(axis=1), gone.all(axis=1))
    assert 0 < gone.all(axis=1).sum() < 50


def test_single_values_are_hidden_at_the_rate():
    values = RNG.normal(size=(500, 12)).astype("float32")
    values[0] = np.nan
    result = np.array(drop_values(values, SEED, 0.1))
    hidden = np.isnan(result[1:])
    np.testing.assert_allclose(hidden.mean(), 0.1, atol=0.015)
    assert hidden.mean(axis=0).std() < 0.05
    np.testing.assert_array_equal(result[1:][~hidden], values[1:][~hidden])
    assert np.isnan(result[0]).all()
    np.testing.assert_array_equal(result, drop_values(values, SEED, 0.1))


def test_values_of_one_source_are_hidden_together():
    values = RNG.normal(size=(500, 5)).astype("float32")
    result = np.array(drop_together(values, SEED, 0.3, [1, 3]))
    gone = np.isnan(result)
    assert not gone[:, [0, 2, 4]].any()
    np.testing.assert_array_equal(gone[:, 1], gone[:, 3])
    assert 0.24 < gone[:, 1].mean() < 0.36
    np.testing.assert_array_equal(result[~gone], values[~gone])
    other = np.isnan(np.array(drop_together(values, (4, 2), 0.3, [1, 3])))
    assert (other != gone).any()
    np.testing.assert_array_equal(drop_together(values, SEED, 0.0, [1]), values)
    assert np.isnan(np.array(drop_together(values, SEED, 1.0, [4]))[:, 4]).all()
