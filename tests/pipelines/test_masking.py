import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines.masking import mask_patches, standardized

SIZES = {"global_view": 8, "local_view": 4}
RNG = np.random.default_rng(0)
VIEWS = {
    "global_view": RNG.normal(3, 2, (400, 37)).astype("float32"),
    "local_view": RNG.normal(-1, 0.1, (400, 12)).astype("float32"),
}
VIEWS["global_view"][:, 5] = np.nan
VIEWS["local_view"][:100] = np.nan


def mask(seed=0, views=VIEWS, **settings):
    views = {name: tf.constant(view) for name, view in views.items()}
    shown, asked = mask_patches(
        views, SIZES, tf.constant([7, seed]), **{"share": 0.5, **settings}
    )
    return (
        {name: np.array(view) for name, view in shown.items()},
        {name: np.array(view) for name, view in asked.items()},
    )


def test_a_value_is_either_shown_or_asked_for():
    shown, asked = mask(view_share=0.3)
    for name, view in VIEWS.items():
        present = np.isfinite(view)
        np.testing.assert_array_equal(
            np.isfinite(shown[name]) ^ np.isfinite(asked[name]), present
        )
        seen = np.isfinite(shown[name])
        np.testing.assert_array_equal(shown[name][seen], view[seen])
        rows = present.any(axis=1)
        scale = np.nanstd(view[rows], axis=1, keepdims=True)
        expected = (view[rows] - np.nanmean(view[rows], axis=1, keepdims=True)) / scale
        given = np.isfinite(asked[name][rows])
        np.testing.assert_allclose(
            asked[name][rows][given], expected[given], rtol=1e-3, atol=1e-4
        )


def test_whole_patches_are_hidden_at_the_rate():
    shown, _ = mask()
    for name, size in SIZES.items():
        rows = np.isfinite(VIEWS[name]).any(axis=1)
        hidden = np.isnan(shown[name][rows])
        steps = hidden.shape[1]
        for first in range(0, steps, size):
            patch = hidden[:, first : first + size]
            patch = patch[:, np.isfinite(VIEWS[name][rows][0, first : first + size])]
            assert np.all(patch.all(axis=1) == patch.any(axis=1))
            assert 0.4 < patch[:, 0].mean() < 0.6


def test_a_whole_view_is_hidden_but_never_the_last():
    shown, _ = mask(share=0.0, view_share=0.4)
    gone = {name: np.isnan(view).all(axis=1) for name, view in shown.items()}
    alone = np.isnan(VIEWS["local_view"]).all(axis=1)
    assert not gone["global_view"][alone].any()
    assert 0.25 < gone["global_view"][~alone].mean() < 0.5
    assert not np.any(gone["global_view"] & gone["local_view"])


def test_the_seed_decides():
    for name, view in mask(1)[0].items():
        np.testing.assert_array_equal(mask(1)[0][name], view)
        assert not np.array_equal(mask(2)[0][name], view, equal_nan=True)


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_a_constant_series_is_zero(value):
    row = np.full((1, 6), value, "float32")
    row[0, 2] = np.nan
    found = np.array(standardized(tf.constant(row)))
    assert np.isnan(found[0, 2])
    np.testing.assert_array_equal(np.delete(found, 2), 0)
