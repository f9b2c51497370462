import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.layers import DecisionRule
from tests.keras_checks import check_layer, check_saving

NAMES = ("CONFIRMED", "CANDIDATE", "FALSE POSITIVE")
SCHEMA = {
    "planet_features": ["period", "depth"],
    "views": {"global_view": {"steps": 201, "convention": "median0_min-1"}},
}


def logits(rows=40, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, 3)).astype("float32") * 3


def reference(logits, temperature, thresholds, abstain):
    z = logits.astype("float64") / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    decisions, scores = [], []
    for row in p:
        reached = [c for c in range(len(row)) if row[c] >= thresholds[c]]
        candidates = reached or range(len(row))
        best = max(candidates, key=lambda c: row[c])
        decisions.append(len(row) if abstain and not reached else best)
        scores.append(row[best])
    return p, np.array(decisions), np.array(scores)


def test_layer():
    layer = DecisionRule(NAMES, SCHEMA)
    shapes = {"probabilities": (40, 3), "decision": (40,), "score": (40,)}
    check_layer(layer, logits(), shapes)
    assert layer.schema == SCHEMA
    assert not layer.trainable_variables


@given(
    st.floats(0.2, 5),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
    st.booleans(),
    st.integers(0, 99),
)
def test_matches_numpy(temperature, thresholds, abstain, seed):
    layer, x = DecisionRule(NAMES), logits(seed=seed)
    layer.calibrate(temperature, thresholds, abstain)
    outputs = layer(x)
    p, decision, score = reference(x, temperature, thresholds, abstain)
    clear = np.all(np.abs(p - thresholds) > 1e-5, axis=1)
    np.testing.assert_allclose(outputs["probabilities"], p, atol=1e-5)
    np.testing.assert_array_equal(
        np.asarray(outputs["decision"])[clear], decision[clear]
    )
    np.testing.assert_allclose(
        np.asarray(outputs["score"])[clear], score[clear], atol=1e-5
    )


def test_neutral_rule_is_the_most_probable_class():
    x = logits()
    outputs = DecisionRule(NAMES)(x)
    np.testing.assert_array_equal(outputs["decision"], x.argmax(axis=1))
    assert keras.backend.standardize_dtype(outputs["decision"].dtype) == "int32"


def test_a_row_that_is_not_finite_is_unknown():
    x = np.array([[np.nan, 0, 1], [np.inf, 0, np.inf], [0, 5, 0]], "float32")
    layer = DecisionRule(NAMES)
    np.testing.assert_array_equal(layer(x)["decision"], [3, 3, 1])
    assert layer.unknown_id == 3


def test_calibration_travels_with_the_model(tmp_path):
    layer = DecisionRule(NAMES, SCHEMA, name="rule")
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layer(inputs))
    layer.calibrate(1.7, [0.5, 0.6, 0.7], True, [0.2, 0.3, 0.5])
    check_saving(model, logits(), tmp_path)
    revived = keras.saving.load_model(tmp_path / "model.keras").get_layer("rule")
    assert revived.class_names == NAMES
    assert revived.schema == SCHEMA
    assert float(revived.temperature) == pytest.approx(1.7)
    assert float(revived.abstain) == 1
    np.testing.assert_allclose(revived.thresholds, [0.5, 0.6, 0.7], rtol=1e-6)
    np.testing.assert_allclose(revived.class_rates, [0.2, 0.3, 0.5], rtol=1e-6)


def test_half_precision_does_not_touch_the_rule():
    layer = DecisionRule(NAMES, dtype="mixed_float16")
    layer.calibrate(temperature=1.2345678)
    outputs = layer(logits().astype("float16"))
    assert all(weight.dtype == "float32" for weight in layer.weights)
    assert keras.backend.standardize_dtype(outputs["probabilities"].dtype) == "float32"
    assert float(layer.temperature) == pytest.approx(1.2345678, rel=1e-7)


@pytest.mark.parametrize(
    "bad",
    [
        {"temperature": 0},
        {"temperature": -1.0},
        {"temperature": np.nan},
        {"temperature": np.inf},
        {"thresholds": [0.5, 0.5]},
        {"thresholds": [0.5, 0.5, 1.5]},
        {"thresholds": [0.5, 0.5, np.nan]},
        {"class_rates": [0.5, 0.5, 0.5]},
        {"class_rates": [-0.5, 1.0, 0.5]},
    ],
)
def test_calibrate_rejects_and_leaves_all_as_it_was(bad):
    layer = DecisionRule(NAMES)
    layer.build((None, 3))
    with pytest.raises(ValueError, match=f"`{next(iter(bad))}` must"):
        layer.calibrate(**{"temperature": 2.0, "abstain": True, **bad})
    assert float(layer.temperature) == 1
    assert float(layer.abstain) == 0


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="without duplicates"):
        DecisionRule(("A", "A"))
    with pytest.raises(ValueError, match="at least two"):
        DecisionRule(("A",))
    with pytest.raises(TypeError, match="`class_names` must be a sequence"):
        DecisionRule("AB")
    with pytest.raises(TypeError, match="`class_names` must be a sequence"):
        DecisionRule((1, 2))
    with pytest.raises(TypeError, match="JSON"):
        DecisionRule(NAMES, schema={"steps": object()})
    with pytest.raises(ValueError, match="one logit per name"):
        DecisionRule(("A", "B"))(logits())
