import dataclasses

import numpy as np
import pytest
from sklearn.metrics import log_loss

from mesa_keras.evaluation import softmax
from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.calibrate import calibrate, calibrate_model
from mesa_keras.recipes.mesa.modalities import FEATURES, show_only
from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.recipes.mesa.model_data import check_unseen, load_for_model
from mesa_keras.recipes.mesa.run_config import CONFIG_FILE
from mesa_keras.recipes.mesa.temperatures import by_name, fit_temperatures
from tests.recipes.mesa.candidates import build
from tests.small_mesa import LABELS, make_run, rows_of, write_table


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


def test_temperature_has_the_smallest_log_loss(run):
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    logits = calibrate_model(predictor.model, data)
    assert logits.shape == (40, 3)
    check_smallest_loss(logits, data.label, float(predictor.rule.temperature))
    np.testing.assert_array_equal(predictor.rule.thresholds, 0)


def check_smallest_loss(logits, label, found):
    losses = {
        t: log_loss(label, softmax(logits, t), labels=[0, 1, 2])
        for t in (found, *np.geomspace(0.05, 20, 50))
    }
    assert losses[found] == pytest.approx(min(losses.values()), abs=1e-6)


def sure_model(run, shown):
    """A model with large logits, and data with labels that it knows from `shown`."""
    predictor = Predictor(run[0])
    for name in ("logits", "tower_1_logits"):
        layer = predictor.model.get_layer(name)
        layer.set_weights([50 * weight for weight in layer.get_weights()])
    data = load_for_model(predictor, run[2])
    z = predictor.predict(show_only(data.inputs(), shown))["logits"]
    noise = np.random.default_rng(0).gumbel(size=z.shape)
    # With the temperature z.std() these labels are as probable as the model says.
    label = (z / z.std() + noise).argmax(axis=1)
    return predictor, dataclasses.replace(data, label=label)


@pytest.mark.parametrize("shown", [("light_curve",), FEATURES, ("stellar_features",)])
def test_each_set_of_modalities_has_its_own_temperature(run, shown):
    predictor, data = sure_model(run, shown)
    calibrate_model(predictor.model, data)
    temperatures = predictor.rule.temperatures()
    assert len(temperatures) == 7
    assert len(set(temperatures.values())) > 1
    part = show_only(data.inputs(), shown)
    logits = predictor.predict(part)["logits"]
    check_smallest_loss(logits, data.label, temperatures[shown])
    assert 0.06 < temperatures[shown] < 19


def test_an_overconfident_set_is_mended_and_no_other(run):
    predictor, data = sure_model(run, ["light_curve"])
    calibrate_model(predictor.model, data)
    good = predictor.rule.temperatures()
    curve, both = show_only(data.inputs(), ["light_curve"]), data.inputs()
    expected = [predictor.predict(x)["probabilities"] for x in (curve, both)]
    predictor.rule.calibrate({("light_curve",): good["light_curve",] / 5})
    sure = predictor.predict(curve)["probabilities"]
    assert sure.max(axis=1).mean() > expected[0].max(axis=1).mean() + 0.05
    np.testing.assert_array_equal(predictor.predict(both)["probabilities"], expected[1])
    calibrate_model(predictor.model, data)
    mended = predictor.predict(curve)["probabilities"]
    np.testing.assert_allclose(mended, expected[0], rtol=1e-3)
    assert predictor.rule.temperatures() == pytest.approx(good, rel=1e-3)


def test_a_set_that_too_few_have_keeps_its_temperature(run, tmp_path):
    predictor = Predictor(run[0])
    data = load_for_model(predictor, run[2])
    hidden = show_only(data.inputs(), FEATURES)
    views = {name: hidden[name] for name in data.views}
    calibrate_model(predictor.model, dataclasses.replace(data, views=views))
    first = predictor.rule.temperatures()
    # None had a temperature yet: what no candidate shows takes that of all.
    assert first["light_curve",] == first[FEATURES]
    predictor.rule.calibrate({("light_curve",): 3.0, FEATURES: 3.0})
    calibrate_model(predictor.model, dataclasses.replace(data, views=views))
    assert predictor.rule.temperatures() == pytest.approx(
        {**first, ("light_curve",): 3.0}
    )
    bare = write_table(tmp_path / "test_data.csv", rows_of(40, first=100))
    notes = calibrate(run[0], bare, tmp_path / "m.keras").warnings
    assert any("20 candidates have light_curve: the temp" in note for note in notes)


def test_a_model_of_one_modality_has_one_temperature():
    model = build(stellar_columns=(), view_steps={})
    assert decision_rule(model).modalities == ()
    assert list(decision_rule(model).temperatures()) == [()]
    inputs = {"planet_features": np.random.default_rng(0).normal(size=(30, 3))}
    found = fit_temperatures(model, inputs, np.arange(30) % 3)
    assert list(found) == [()]
    logits = np.asarray(model.predict(inputs, verbose=0)["logits"])
    check_smallest_loss(logits, np.arange(30) % 3, found[()])


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
    calibrate_model(
        predictor.model, data, thresholds="target_precision", target_precision=0.6
    )
    p = predictor.predict(data.inputs())["probabilities"]
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
    assert by_name(rule.temperatures()) == result.temperatures
    assert float(rule.temperature) == [*result.temperatures.values()][-1]
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
    with pytest.raises(ValueError, match=r"trained on .* stars of this table"):
        calibrate(model, train, out)
    rows = [row for row in rows_of(20, 300) if row["label"] == LABELS[0]]
    with pytest.raises(ValueError, match="two classes or more"):
        calibrate(model, write_table(tmp_path / "t.csv", rows), out)
    assert not out.exists()


def check_stars(model, table):
    predictor = Predictor(model)
    return check_unseen(predictor, load_for_model(predictor, table))


@pytest.mark.slow
def test_a_copy_knows_the_stars_that_it_was_made_from(run, tmp_path):
    model, train, test = run
    copy, beside = tmp_path / "new" / "copy.keras", model.with_name("beside.keras")
    assert calibrate(model, test, copy).warnings == ()
    # A new calibration may use the stars of the last one.
    calibrate(copy, test, beside)
    for file in (copy, beside):
        for table, what in ((train, "trained"), (test, "calibrated")):
            with pytest.raises(ValueError, match=f"{what} on .* of this table"):
                check_stars(file, table)
    # The model itself was not calibrated on them.
    assert check_stars(model, test) == []


@pytest.mark.parametrize("known", [True, False])
def test_a_copy_does_not_stand_beside_another_run(run, tmp_path, known):
    model = tmp_path / "model.keras"
    model.write_bytes(run[0].read_bytes())
    if known:
        text = (run[0].parent / CONFIG_FILE).read_text()
        (tmp_path / CONFIG_FILE).write_text(text)
    other = tmp_path / "other"
    other.mkdir()
    (other / CONFIG_FILE).write_text('{"data": {"path": "other.csv"}}')
    with pytest.raises(ValueError, match="of another training run"):
        calibrate(model, run[2], other / "copy.keras")
    assert [path.name for path in other.iterdir()] == [CONFIG_FILE]
    assert '"other.csv"' in (other / CONFIG_FILE).read_text()
    if not known:
        calibrate(model, run[2], tmp_path / "new" / "copy.keras")
        assert not (tmp_path / "new" / CONFIG_FILE).exists()
