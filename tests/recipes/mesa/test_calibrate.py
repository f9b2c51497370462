import dataclasses

import numpy as np
import pytest
from sklearn.metrics import log_loss

from mesa_keras.evaluation import softmax
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.calibrate import calibrate, calibrate_model
from mesa_keras.recipes.mesa.model_data import load_for_model
from tests.small_mesa import LABELS, make_run, rows_of, write_table


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


def test_temperature_has_the_smallest_log_loss(run):
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    logits = calibrate_model(predictor.model, data)
    assert logits.shape == (40, 3)
    found = float(predictor.rule.temperature)
    losses = {
        t: log_loss(data.label, softmax(logits, t), labels=[0, 1, 2])
        for t in (found, *np.geomspace(0.05, 20, 50))
    }
    assert losses[found] == pytest.approx(min(losses.values()), abs=1e-6)
    np.testing.assert_array_equal(predictor.rule.thresholds, 0)


def test_every_class_gets_a_rate(run):
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    present = data.take(np.flatnonzero(data.label != 1))
    counts = np.bincount(present.label, minlength=3)
    calibrate_model(predictor.model, present, thresholds="max_f1", abstain=True)
    expected = (counts + 1) / (len(present) + 3)
    np.testing.assert_allclose(predictor.rule.class_rates, expected, rtol=1e-5)
    assert float(predictor.rule.thresholds[1]) == 0
    assert float(predictor.rule.abstain) == 1


def test_thresholds_reach_the_precision(run):
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    logits = calibrate_model(
        predictor.model, data, thresholds="target_precision", target_precision=0.6
    )
    p = softmax(logits, float(predictor.rule.temperature))
    for k, threshold in enumerate(np.asarray(predictor.rule.thresholds)):
        called = p[:, k] >= threshold
        if threshold < 1:
            assert (data.label[called] == k).mean() >= 0.6


def test_rejects_other_classes(run):
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    with pytest.raises(ValueError, match="must have the model's classes"):
        calibrate_model(
            predictor.model, dataclasses.replace(data, class_names=("PC", "EB", "J"))
        )
    with pytest.raises(ValueError, match="needs candidates with a label"):
        calibrate_model(predictor.model, dataclasses.replace(data, label=None))


def test_writes_a_copy(run, tmp_path):
    before = run[0].read_bytes()
    out = tmp_path / "new" / "m.keras"
    result = calibrate(run[0], run[2], out, thresholds="max_f1", abstain=True)
    assert run[0].read_bytes() == before
    rule = Predictor(out).rule
    assert float(rule.temperature) == pytest.approx(result.temperature)
    np.testing.assert_allclose(rule.thresholds, list(result.thresholds.values()))
    assert float(rule.abstain) == 1
    assert result.after["log_loss"] <= result.before["log_loss"]
    assert tuple(result.counts) == LABELS
    assert sum(result.counts.values()) == 40


def test_refuses_what_would_not_be_a_calibration(run, tmp_path):
    model, train, test = run
    out = tmp_path / "m.keras"
    with pytest.raises(ValueError, match="another file than the model"):
        calibrate(model, test, model)
    with pytest.raises(ValueError, match="trained on stars of this table"):
        calibrate(model, train, out)
    rows = [row for row in rows_of(20, 300) if row["label"] == LABELS[0]]
    with pytest.raises(ValueError, match="two classes or more"):
        calibrate(model, write_table(tmp_path / "t.csv", rows), out)
    assert not out.exists()
