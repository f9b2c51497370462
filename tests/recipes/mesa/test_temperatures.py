import numpy as np
import pytest

from mesa_keras.evaluation.calibration import FEWEST_FOR_TEMPERATURE
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.calibrate import calibrate, calibrate_model
from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.recipes.mesa.model_data import load_for_model
from mesa_keras.recipes.mesa.temperatures import (
    few_candidates_notes,
    fit_temperatures,
    temperature_notes,
)
from tests.recipes.mesa.candidates import build, inputs_of
from tests.small_mesa import make_run, rows_of, write_table


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("changes", [{}, {"stellar_columns": (), "view_steps": {}}])
def test_a_handful_of_candidates_sets_no_temperature(changes):
    model = build(**changes)
    rule = decision_rule(model)
    inputs = {name: inputs_of(FEWEST_FOR_TEMPERATURE)[name] for name in model.input}
    # Labels that the model gets right ask for the smallest temperature there is.
    logits = np.asarray(model.predict(inputs, verbose=0)["logits"])
    labels = logits.argmax(axis=1)
    few = {name: values[:-1] for name, values in inputs.items()}
    assert fit_temperatures(model, few, labels[:-1]) == {}
    found = fit_temperatures(model, inputs, labels)
    assert found[rule.modalities] == pytest.approx(0.05)
    said = temperature_notes(rule, few)
    assert said == few_candidates_notes(rule, FEWEST_FOR_TEMPERATURE - 1)
    assert said == [
        "only 19 candidates to calibrate on, fewer than 20: the model's temperature "
        "stays 1"
    ]
    assert temperature_notes(rule, inputs) == []
    rule.calibrate(2.0)
    assert "the model's temperatures stay" in temperature_notes(rule, few)[0]


def test_a_set_that_few_have_is_told_with_what_becomes_of_it():
    rule = decision_rule(build())
    inputs = inputs_of(2 * FEWEST_FOR_TEMPERATURE)
    inputs["stellar_features"][FEWEST_FOR_TEMPERATURE - 1 :] = np.nan
    alone = "fewer than 20 candidates have stellar_features: the temperature for these "
    found = temperature_notes(rule, inputs)
    assert len(found) == 4
    assert found[0] == f"{alone}alone is that of all candidates"
    rule.calibrate(2.0)
    assert temperature_notes(rule, inputs)[0] == f"{alone}alone stays"


def test_a_model_keeps_its_temperatures_and_gets_the_rest(run):
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2]).take(np.arange(12))
    predictor.rule.calibrate(3.0)
    calibrate_model(predictor.model, data, thresholds="max_f1")
    assert set(predictor.rule.temperatures().values()) == {3.0}
    assert np.asarray(predictor.rule.thresholds).max() > 0
    counts = np.bincount(data.label, minlength=3) + 1
    np.testing.assert_allclose(
        predictor.rule.class_rates, counts / counts.sum(), rtol=1e-6
    )


def test_a_table_of_a_few_rows_is_told_of(run, tmp_path):
    table = write_table(tmp_path / "few.csv", rows_of(12, first=100))
    result = calibrate(run[0], table, tmp_path / "m.keras")
    assert "only 12 candidates to calibrate on" in " ".join(result.warnings)
    assert set(result.temperatures.values()) == {1.0}
