import numpy as np
import pandas as pd
import pytest

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.predict import predict
from mesa_keras.training import save_model
from tests.small_mesa import LABELS, make_run, rows_of, write_table

COLUMNS = ["object_id", "star_id", *(f"p_{name}" for name in LABELS)]
COLUMNS += ["decision", "score", "missing", "fault"]
P = COLUMNS[2:5]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"))


def test_one_row_per_candidate_in_order(run):
    model, _, test = run
    frame = predict(model, test)
    assert list(frame) == COLUMNS
    assert frame["object_id"].tolist() == [r["object_id"] for r in rows_of(40, 100)]
    np.testing.assert_allclose(frame[P].sum(axis=1), 1, rtol=1e-5)
    decided = [LABELS[k] for k in frame[P].to_numpy().argmax(axis=1)]
    assert frame["decision"].tolist() == decided
    assert (frame["missing"] == "").all()
    assert (frame["fault"] == "").all()
    assert frame.attrs["light_curve_source"] == "views"


def test_faults_stay_in_their_row(run, tmp_path):
    model, _, test = run
    rows = rows_of(40, 100)
    rows[3]["period"] = "inf"
    rows[4]["period"] = "-2"
    rows.append(dict.fromkeys(rows[0], "") | {"object_id": "empty", "label": "odd"})
    rows.append(rows_of(1, 900)[0])
    table = write_table(test.parent / "faulty.csv", rows)
    frame = predict(model, table)
    whole = predict(model, test)
    others = np.delete(np.arange(40), [3, 4])
    np.testing.assert_allclose(frame[P].iloc[others], whole[P].iloc[others], rtol=1e-4)
    assert frame["fault"][3] == "period=inf is not finite"
    assert frame["fault"][4] == "period=-2 is not positive"
    assert set(frame["decision"][[3, 4]]) <= set(LABELS)
    empty = frame.iloc[40]
    assert empty["decision"] == "unknown"
    assert "no usable value" in empty["fault"]
    assert np.isnan(empty["score"])
    assert empty[P].isna().all()
    # An id without views is decided from its features, and is no fault.
    assert frame["missing"][41] == "global_view;local_view"
    assert frame["fault"][41] == ""
    assert frame["decision"][41] in LABELS


def test_class_prior_follows_bayes(run, tmp_path):
    model, _, test = run
    predictor = Predictor(model)
    rates = np.array([0.5, 0.3, 0.2])
    predictor.rule.calibrate(class_rates=rates, thresholds=[0, 0, 0.9], abstain=False)
    save_model(predictor.model, tmp_path / "m.keras")
    before = predict(tmp_path / "m.keras", test)[P].to_numpy(np.float64)
    prior = np.array([0.1, 0.1, 0.8])
    expected = before * prior / rates
    expected /= expected.sum(axis=1, keepdims=True)
    frame = predict(tmp_path / "m.keras", test, class_prior=prior)
    np.testing.assert_allclose(frame[P], expected, rtol=1e-4)
    for row, p in enumerate(expected):
        reached = [k for k in range(3) if p[k] >= (0, 0, 0.9)[k]]
        assert frame["decision"][row] == LABELS[max(reached, key=lambda k: p[k])]
    named = predict(
        tmp_path / "m.keras", test, class_prior=dict(zip(LABELS, prior, strict=True))
    )
    pd.testing.assert_frame_equal(named, frame)
    same = predict(tmp_path / "m.keras", test, class_prior=rates)
    np.testing.assert_allclose(same[P], before, rtol=1e-4)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ([0.5, 0.5], "must be 3 rates"),
        ([0.5, 0.5, 0.5], "sum 1"),
        ({"PC": 1.0}, "`class_prior` must name each of CONFIRMED, CANDIDATE"),
    ],
)
def test_rejects_priors(run, prior, message):
    with pytest.raises(ValueError, match=message):
        predict(run[0], run[2], class_prior=prior)


def test_real_curves_are_not_replaced_by_simulated_ones(run, tmp_path):
    table = write_table(tmp_path / "t.csv", rows_of(3, 500))
    frame = predict(run[0], table)
    assert frame.attrs["light_curve_source"] == "none"
    assert (frame["missing"] == "global_view;local_view").all()
