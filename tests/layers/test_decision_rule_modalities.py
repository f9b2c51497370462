"""A temperature for each set of modalities that a row has."""

import itertools
import json
import zipfile

import keras
import numpy as np
import pytest

from mesa_keras.evaluation import expected_calibration_error, fit_temperature, softmax
from mesa_keras.layers import DecisionRule
from tests.keras_checks import check_saving, check_serialization
from tests.layers.test_decision_rule import NAMES, logits

CURVE, FEATURES = ("curve",), ("features",)
BOTH = (*CURVE, *FEATURES)


def rule(**temperatures):
    layer = DecisionRule(NAMES, modalities=BOTH, name="rule")
    layer.calibrate({tuple(names.split("_")): t for names, t in temperatures.items()})
    return layer


def model_of(layer):
    inputs = {
        "logits": keras.Input((3,), name="logits"),
        "present": keras.Input((len(layer.modalities),), name="present", dtype="bool"),
    }
    return keras.Model(inputs, layer(inputs["logits"], inputs["present"]))


def test_each_set_has_its_temperature():
    names = ("a", "b", "c")
    sets = [s for n in (1, 2, 3) for s in itertools.combinations(names, n)]
    layer = DecisionRule(NAMES, modalities=names)
    layer.calibrate({s: 1 + 0.25 * i for i, s in enumerate(sets)})
    x = logits(rows=len(sets))
    present = np.array([[name in s for name in names] for s in sets])
    expected = [softmax(row, 1 + 0.25 * i) for i, row in enumerate(x)]
    np.testing.assert_allclose(
        layer(x, present)["probabilities"], expected, rtol=1e-4, atol=1e-6
    )
    assert layer.temperatures() == {s: 1 + 0.25 * i for i, s in enumerate(sets)}
    assert float(layer.temperature) == layer.temperatures()[names] == 2.5


def test_one_number_holds_for_all_sets():
    layer = DecisionRule(NAMES, modalities=BOTH)
    layer.calibrate(1.5)
    x = logits(rows=4)
    present = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], bool)
    plain = DecisionRule(NAMES)
    plain.calibrate(1.5)
    assert plain.temperatures() == {(): 1.5}
    np.testing.assert_allclose(
        layer(x, present)["probabilities"], plain(x)["probabilities"]
    )


def test_a_set_that_is_not_named_keeps_its_temperature():
    layer = rule(curve=1.5, features=0.75, features_curve=1.25)
    layer.calibrate({CURVE: 2.0})
    assert layer.temperatures() == {CURVE: 2.0, FEATURES: 0.75, BOTH: 1.25}


def test_one_overconfident_set_is_mended_without_the_others():
    rng = np.random.default_rng(0)
    true = rng.normal(size=(4000, 3)) * 2
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
    present = np.ones((4000, 2), bool)
    present[:2000, 1] = False
    shown = np.where(present[:, 1:], true, 3 * true)
    layer = rule()
    before = np.asarray(layer(shown, present)["probabilities"])
    curve, both = np.arange(2000), np.arange(2000, 4000)
    assert expected_calibration_error(labels[curve], before[curve]) > 0.1
    layer.calibrate({CURVE: fit_temperature(shown[curve], labels[curve])})
    assert layer.temperatures()[CURVE] == pytest.approx(3, rel=0.1)
    after = np.asarray(layer(shown, present)["probabilities"])
    assert expected_calibration_error(labels[curve], after[curve]) < 0.03
    np.testing.assert_array_equal(after[both], before[both])


def test_temperatures_travel_with_the_model(tmp_path):
    layer = rule(curve=1.5, features=0.75, curve_features=1.25)
    check_serialization(layer)
    present = np.array(list(itertools.product([True, False], repeat=2)) * 10)
    check_saving(model_of(layer), {"logits": logits(), "present": present}, tmp_path)
    revived = keras.saving.load_model(tmp_path / "model.keras").get_layer("rule")
    assert revived.temperatures() == layer.temperatures()
    assert revived.modalities == BOTH


def test_a_file_from_before_there_were_modalities_opens(tmp_path):
    layer = DecisionRule(NAMES, name="rule")
    layer.calibrate(1.75, [0.2, 0.3, 0.4], True)
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "new.keras")
    with (
        zipfile.ZipFile(tmp_path / "new.keras") as new,
        zipfile.ZipFile(tmp_path / "old.keras", "w") as old,
    ):
        for name in new.namelist():
            content = new.read(name)
            if name == "config.json":
                config = json.loads(content)
                del config["config"]["layers"][1]["config"]["modalities"]
                content = json.dumps(config).encode()
            old.writestr(name, content)
    revived = keras.saving.load_model(tmp_path / "old.keras")
    assert revived.get_layer("rule").temperatures() == {(): 1.75}
    x = logits()
    np.testing.assert_array_equal(
        revived(x)["probabilities"], model(x)["probabilities"]
    )


def test_half_precision_does_not_touch_the_temperatures():
    layer = DecisionRule(NAMES, modalities=BOTH, dtype="mixed_float16")
    layer.calibrate({CURVE: 1.2345678})
    outputs = model_of(layer)({"logits": logits(4), "present": np.eye(4, 2) > 0})
    assert keras.backend.standardize_dtype(outputs["probabilities"].dtype) == "float32"
    assert layer.temperatures()[CURVE] == pytest.approx(1.2345678, rel=1e-7)


@pytest.mark.parametrize(
    "bad",
    [{CURVE: 0.0}, {CURVE: np.nan}, {("image",): 1.0}, {(*BOTH, "image"): 1.0}],
    ids=str,
)
def test_calibrate_rejects_and_leaves_all_as_it_was(bad):
    layer = rule(curve=1.5)
    with pytest.raises(ValueError, match="`temperature` must be"):
        layer.calibrate({BOTH: 2.0, **bad}, abstain=True)
    assert layer.temperatures() == {CURVE: 1.5, FEATURES: 1.0, BOTH: 1.0}
    assert float(layer.abstain) == 0


def test_rejects_bad_modalities():
    with pytest.raises(ValueError, match="without duplicates"):
        DecisionRule(NAMES, modalities=("a", "a"))
    with pytest.raises(ValueError, match="at most 8"):
        DecisionRule(NAMES, modalities=tuple("abcdefghi"))
    for present in ((), (np.ones((40, 3), bool),)):
        with pytest.raises(ValueError, match="`present` must say which"):
            rule()(logits(), *present)
