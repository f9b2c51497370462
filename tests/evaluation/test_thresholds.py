import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import f1_score, precision_score

from mesa_keras.evaluation import (
    decide,
    fit_thresholds,
    threshold_at_max_f1,
    threshold_at_precision,
    threshold_at_recall,
)

scores_30 = hnp.arrays(np.float64, 30, elements=st.floats(0, 1))
labels_30 = hnp.arrays(np.int64, 30, elements=st.integers(0, 1))


def by_hand(row, thresholds, abstain):
    reached = [k for k in range(len(row)) if row[k] >= thresholds[k]]
    if reached:
        best = max(reached, key=lambda k: row[k])
        return best, row[best]
    best = int(np.argmax(row))
    return (len(row) if abstain else best), row[best]


@given(
    st.integers(0, 1000),
    hnp.arrays(np.float64, 3, elements=st.floats(0, 1)),
    st.booleans(),
)
def test_decide_follows_the_rule(seed, thresholds, abstain):
    p = np.random.default_rng(seed).dirichlet(np.ones(3), 8)
    decision, score = decide(p, thresholds, abstain)
    expected = [by_hand(row, thresholds, abstain) for row in p]
    assert list(zip(decision, score, strict=True)) == expected
    assert decision.dtype == np.int32


def test_decide_without_thresholds_is_argmax():
    p = np.random.default_rng(0).dirichlet(np.ones(4), 20).astype("float32")
    decision, score = decide(p, np.zeros(4), abstain=True)
    np.testing.assert_array_equal(decision, p.argmax(1))
    np.testing.assert_array_equal(score, p.max(1))


@pytest.mark.parametrize("thresholds", [[0.5], [0.5, 1.1], [-0.1, 0.5], [np.nan, 0.5]])
def test_decide_rejects_thresholds(thresholds):
    with pytest.raises(ValueError, match="`thresholds` must be 2 values"):
        decide([[0.5, 0.5]], thresholds)


@given(scores_30, labels_30, st.floats(0.01, 1.0))
def test_recall_is_reached_and_threshold_is_maximal(scores, labels, recall):
    labels[0] = 1
    threshold = threshold_at_recall(labels, scores, recall)
    positives = scores[labels == 1]
    assert np.mean(positives >= threshold) >= recall
    assert np.mean(positives > threshold) < recall


def test_recall_is_compared_itself():
    scores = np.arange(100, 0, -1.0)
    assert threshold_at_recall(np.ones(100, int), scores, 0.07) == 94


@given(scores_30, labels_30, st.floats(0.01, 1.0))
def test_precision_is_reached_with_the_most_recall(scores, labels, precision):
    labels[0] = 1
    reached = [
        limit
        for limit in np.unique(scores)
        if (labels[scores >= limit]).any()
        and precision_score(labels, scores >= limit) >= precision
    ]
    if reached:
        assert threshold_at_precision(labels, scores, precision) == min(reached)
    else:
        with pytest.raises(ValueError, match="reached by no threshold"):
            threshold_at_precision(labels, scores, precision)


@given(scores_30, labels_30)
def test_f1_is_the_highest(scores, labels):
    labels[0] = 1
    threshold = threshold_at_max_f1(labels, scores)
    found = f1_score(labels, scores >= threshold)
    values = {limit: f1_score(labels, scores >= limit) for limit in np.unique(scores)}
    assert found == pytest.approx(max(values.values()))
    assert all(values[limit] < found for limit in values if limit > threshold)


def test_one_class_functions_reject():
    with pytest.raises(ValueError, match="`min_recall` must be in"):
        threshold_at_recall([1], [0.5], 0)
    with pytest.raises(ValueError, match="`min_precision` must be in"):
        threshold_at_precision([1], [0.5], 1.5)
    with pytest.raises(ValueError, match="no positive label"):
        threshold_at_max_f1([0, 0], [0.5, 0.2])
    with pytest.raises(ValueError, match="`y_score` must be finite"):
        threshold_at_max_f1([0, 1], [0.5, np.nan])


def test_fit_none_is_zero():
    np.testing.assert_array_equal(fit_thresholds(np.eye(3), [0, 1, 2]), np.zeros(3))


@given(st.integers(0, 1000), st.sampled_from(["max_f1", "target_precision"]))
def test_fit_holds_in_float32(seed, objective):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(3), 40)
    y = np.concatenate([[0, 1, 2], rng.integers(0, 3, 37)])
    target = 0.5 if objective == "target_precision" else None
    fitted = fit_thresholds(p, y, objective, target_precision=target)
    np.testing.assert_array_equal(fitted, fitted.astype("float32"))
    for k in range(3):
        if target is None:
            threshold = threshold_at_max_f1(y == k, p[:, k])
        elif fitted[k] < 1:
            threshold = threshold_at_precision(y == k, p[:, k], target)
        else:
            continue
        np.testing.assert_array_equal(
            p[:, k].astype("float32") >= fitted[k].astype("float32"),
            p[:, k] >= threshold,
        )


def test_fit_class_that_is_absent_or_cannot_be_precise():
    p = np.array([[0.6, 0.4, 0.0], [0.4, 0.6, 0.0], [0.3, 0.7, 0.0]])
    fitted = fit_thresholds(p, [0, 0, 1], "target_precision", target_precision=1.0)
    np.testing.assert_allclose(fitted, [0.4, 0.7, 0.0])
    impossible = fit_thresholds(p, [0, 1, 0], "target_precision", target_precision=1.0)
    np.testing.assert_allclose(impossible, [0.6, 1.0, 0.0])


@pytest.mark.parametrize(
    ("objective", "target", "message"),
    [
        ("best", None, "`objective` must be"),
        ("target_precision", None, "`target_precision` goes with"),
        ("max_f1", 0.9, "`target_precision` goes with"),
        ("target_precision", 0.0, "`target_precision` must be in"),
    ],
)
def test_fit_rejects(objective, target, message):
    with pytest.raises(ValueError, match=message):
        fit_thresholds(np.eye(2), [0, 1], objective, target_precision=target)


def test_fit_takes_a_target_per_class():
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(3), 200)
    y = np.array([rng.choice(3, p=row) for row in p])
    each = fit_thresholds(p, y, "target_precision", target_precision=[0.5, 0.7, 0.9])
    for k, target in enumerate((0.5, 0.7, 0.9)):
        alone = fit_thresholds(p, y, "target_precision", target_precision=target)
        assert each[k] == alone[k]
    with pytest.raises(ValueError, match="one number or 3"):
        fit_thresholds(p, y, "target_precision", target_precision=[0.5, 0.7])


@given(st.integers(0, 1000), st.floats(0.05, 1))
def test_fit_reaches_the_recall(seed, recall):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(3), 40)
    y = np.concatenate([[0, 1, 2], rng.integers(0, 3, 37)])
    fitted = fit_thresholds(p, y, "target_recall", target_recall=recall)
    for k in range(3):
        assert np.mean(p[y == k, k] >= fitted[k]) >= recall
