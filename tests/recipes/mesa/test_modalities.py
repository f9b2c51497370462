import keras
import numpy as np

from mesa_keras.recipes.mesa.modalities import has, modalities, presence, show_only

INPUTS = {
    "global_view": np.array([[1, np.nan], [np.nan, np.nan], [0, 0], [np.nan, np.nan]]),
    "local_view": np.array([[np.nan], [2], [np.nan], [np.nan]]),
    "stellar_features": np.array([[np.nan, 5], [np.nan, np.nan], [1, 1], [np.inf, 0]]),
}
HAS = [[True, True], [False, True], [True, True], [True, False]]


def test_all_views_are_one_modality():
    groups = modalities([*INPUTS, "planet_features"])
    assert list(groups) == ["planet_features", "stellar_features", "light_curve"]
    assert groups["light_curve"] == ("global_view", "local_view")
    assert list(modalities(["stellar_features"])) == ["stellar_features"]


def test_the_model_sees_what_the_arrays_have():
    np.testing.assert_array_equal(has(INPUTS), HAS)
    symbols = {k: keras.Input(v.shape[1:], name=k) for k, v in INPUTS.items()}
    model = keras.Model(symbols, presence(symbols))
    found = model({k: v.astype("float32") for k, v in INPUTS.items()})
    np.testing.assert_array_equal(found, HAS)


def test_shows_only_what_is_named():
    shown = show_only(INPUTS, ["light_curve"])
    np.testing.assert_array_equal(shown["local_view"], INPUTS["local_view"])
    assert np.isnan(shown["stellar_features"]).all()
    np.testing.assert_array_equal(has(shown)[:, 1], np.array(HAS)[:, 1])
    assert not has(shown)[:, 0].any()
    assert not np.isnan(INPUTS["stellar_features"]).all()
