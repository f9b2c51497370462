import keras
import numpy as np
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.layers import DecisionRule
from mesa_keras.training import save_model
from tests.small_mesa import LABELS, STEPS, make_run


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    return Predictor(make_run(tmp_path_factory.mktemp("run"))[0])


def some_inputs(rows=5):
    rng = np.random.default_rng(0)
    return {
        "planet_features": rng.uniform(1, 100, (rows, 2)),
        "stellar_features": rng.uniform(3000, 7000, (rows, 1)),
        **{name: rng.normal(size=(rows, steps)) for name, steps in STEPS.items()},
    }


def test_says_what_the_file_holds(predictor):
    assert predictor.class_names == LABELS
    assert predictor.unknown_id == 3
    assert predictor.schema["planet_features"] == ["period", "depth"]
    assert predictor.input_shapes == {
        "planet_features": (2,),
        "stellar_features": (1,),
        "global_view": (16,),
        "local_view": (8,),
    }


def test_decides_as_the_model_does(predictor):
    found = predictor.predict(some_inputs(), batch_size=2)
    assert found["probabilities"].shape == (5, 3)
    np.testing.assert_allclose(found["probabilities"].sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(
        found["decision"], found["probabilities"].argmax(axis=1)
    )
    np.testing.assert_array_equal(found["score"], found["probabilities"].max(axis=1))
    whole = predictor.predict(some_inputs(), batch_size=100)
    np.testing.assert_allclose(found["logits"], whole["logits"], rtol=1e-4, atol=1e-5)


def test_an_input_left_out_is_missing(predictor):
    inputs = some_inputs()
    del inputs["global_view"]
    left_out = predictor.predict(inputs)
    inputs["global_view"] = np.full((5, 16), np.nan)
    np.testing.assert_array_equal(
        left_out["logits"], predictor.predict(inputs)["logits"]
    )


def test_nothing_known_is_unknown(predictor):
    inputs = some_inputs()
    for values in inputs.values():
        values[2] = np.nan
    found = predictor.predict(inputs)
    assert found["decision"][2] == predictor.unknown_id
    assert np.isnan(found["probabilities"][2]).all()
    assert np.isnan(found["score"][2])
    others = np.delete(np.arange(5), 2)
    assert (found["decision"][others] < 3).all()


def test_only_the_outputs_wanted(predictor, capsys):
    found = predictor.predict(
        some_inputs(), outputs=("decision", "score"), progress=True
    )
    assert set(found) == {"decision", "score"}
    assert "5/5" in capsys.readouterr().err
    with pytest.raises(ValueError, match="`outputs` must be some of"):
        predictor.predict(some_inputs(), outputs=("class",))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spectrum": np.ones((5, 3))}, "`inputs` must be some of .* spectrum"),
        ({"global_view": np.ones((5, 17))}, r"`global_view` must have shape \(5, 16\)"),
        ({"local_view": np.ones((4, 8))}, r"`local_view` must have shape \(5, 8\)"),
        ({"stellar_features": [[np.inf]] * 5}, "must be finite, or NaN"),
    ],
)
def test_rejects_inputs_that_do_not_fit(predictor, changes, message):
    with pytest.raises(ValueError, match=message):
        predictor.predict({**some_inputs(), **changes})


def test_rejects_nothing(predictor):
    with pytest.raises(ValueError, match="Received: none"):
        predictor.predict({})
    with pytest.raises(ValueError, match="at least one object"):
        predictor.predict(some_inputs(0))
    with pytest.raises(ValueError, match="`batch_size` must be at least 1"):
        predictor.predict(some_inputs(), batch_size=0)


def test_rejects_other_models(tmp_path):
    x = keras.Input((2,))
    save_model(keras.Model(x, keras.layers.Dense(1)(x)), tmp_path / "other.keras")
    with pytest.raises(ValueError, match="no classifier of this library"):
        Predictor(tmp_path / "other.keras")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        Predictor(tmp_path / "absent.keras")
    with pytest.raises(ValueError, match="is a folder"):
        Predictor(tmp_path)


@pytest.fixture(scope="module")
def image_predictor(tmp_path_factory):
    image = keras.Input((2, 2, 1), dtype="uint8", name="image")
    values = keras.Input((3,), name="values")
    known = keras.ops.nan_to_num(values)
    flat = keras.layers.Flatten()(keras.ops.cast(image, "float32"))
    logits = keras.layers.Dense(2)(keras.layers.Concatenate()([flat, known]))
    outputs = {"logits": logits, **DecisionRule(["a", "b"])(logits)}
    path = tmp_path_factory.mktemp("image") / "m.keras"
    save_model(keras.Model({"image": image, "values": values}, outputs), path)
    return Predictor(path)


def test_images_keep_their_type_and_are_missing_where_all_0(image_predictor):
    image = np.zeros((3, 2, 2, 1), dtype="uint8")
    image[0, 0, 1] = 200
    values = np.full((3, 3), np.nan)
    values[1] = 1.0
    found = image_predictor.predict({"image": image, "values": values})
    assert (found["decision"] == image_predictor.unknown_id).tolist() == [
        *(False, False),
        True,
    ]
    left_out = image_predictor.predict({"values": values})
    np.testing.assert_array_equal(left_out["decision"][1:], found["decision"][1:])
    with pytest.raises(ValueError, match=r"`image` must be of type uint8.*float64"):
        image_predictor.predict({"image": image / 255})
