import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from mesa_keras.evaluation import classification_metrics, classification_report


def draw(seed, num=60, classes=3, ties=False):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(classes), num)
    if ties:
        p = rng.multinomial(4, np.ones(classes) / classes, num) / 4
    y = np.concatenate([np.arange(classes), rng.integers(0, classes, num - classes)])
    return y, p


@given(st.integers(0, 10_000), st.integers(2, 5), st.booleans())
def test_equals_scikit_learn(seed, classes, ties):
    y, p = draw(seed, classes=classes, ties=ties)
    ours = classification_metrics(y, p)
    one_hot = np.eye(classes)[y]
    guess = p.argmax(1)
    expected = {
        "accuracy": metrics.accuracy_score(y, guess),
        "macro_f1": metrics.f1_score(y, guess, average="macro", zero_division=0),
        "roc_auc": metrics.roc_auc_score(one_hot, p, average="macro"),
        "average_precision": metrics.average_precision_score(one_hot, p),
        "log_loss": metrics.log_loss(y, p, labels=np.arange(classes)),
    }
    for name, value in expected.items():
        assert ours[name] == pytest.approx(value, abs=1e-12), name


def test_float32_equals_scikit_learn():
    y, p = draw(0)
    p = p.astype("float32")
    p[:5] = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1]]
    expected = metrics.log_loss(y, p)
    assert classification_metrics(y, p)["log_loss"] == pytest.approx(expected, rel=1e-6)


def test_perfect_and_uninformative():
    y = np.arange(30) % 3
    perfect = classification_metrics(y, np.eye(3)[y])
    assert perfect.pop("ece") == 0
    assert perfect.pop("log_loss") == pytest.approx(0, abs=1e-9)
    assert set(perfect.values()) == {1.0}
    flat = classification_metrics(y, np.full((30, 3), 1 / 3))
    assert flat["roc_auc"] == 0.5
    assert flat["average_precision"] == pytest.approx(1 / 3)
    assert flat["log_loss"] == pytest.approx(np.log(3))
    assert flat["ece"] == pytest.approx(0, abs=1e-12)


def test_unknown_counts_as_wrong():
    y, p = np.array([0, 1, 0, 1]), np.eye(2)[[0, 1, 0, 1]]
    ours = classification_metrics(y, p, decision=[0, 1, 2, 2])
    assert ours["accuracy"] == 0.5
    assert ours["macro_f1"] == pytest.approx(2 / 3)
    assert ours["roc_auc"] == 1.0


def test_macro_runs_over_classes_present():
    y, p = draw(1, classes=2)
    padded = np.column_stack([p, np.zeros(len(p))])
    assert classification_metrics(y, padded) == pytest.approx(
        classification_metrics(y, p)
    )


def test_one_class_only_has_no_ranking():
    ours = classification_metrics([0, 0], [[0.9, 0.1], [0.8, 0.2]])
    assert np.isnan(ours["roc_auc"])
    assert np.isnan(ours["average_precision"])
    assert ours["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("y", "p", "decision", "error", "message"),
    [
        ([0, 3], np.full((2, 3), 1 / 3), None, ValueError, "`y_true` must lie"),
        ([0, -1], np.full((2, 3), 1 / 3), None, ValueError, "`y_true` must lie"),
        ([0], np.full((2, 3), 1 / 3), None, ValueError, "`y_true` must have shape"),
        ([0.0, 1.0], np.full((2, 3), 1 / 3), None, TypeError, "`y_true` must be int"),
        ([0, 1], [[2.0, -1.0], [0.5, 0.5]], None, ValueError, "are these logits"),
        ([0, 1], [[np.nan, 1.0], [0.5, 0.5]], None, ValueError, "must be finite"),
        ([0, 1], [0.5, 0.5], None, ValueError, "must have shape"),
        ([], np.zeros((0, 3)), None, ValueError, "must have shape"),
        ([0, 1], np.full((2, 2), 0.5), [0, 3], ValueError, "`decision` must lie"),
    ],
)
def test_rejects(y, p, decision, error, message):
    with pytest.raises(error, match=message):
        classification_metrics(y, p, decision)


def test_report_by_hand():
    report = classification_report([0, 0, 1, 1], [0, 1, 1, 3], ["a", "b", "c"])
    assert report["columns"] == ["a", "b", "c", "unknown"]
    assert report["confusion"] == [[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]]
    assert report["classes"]["a"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }
    assert np.isnan(report["classes"]["c"]["precision"])
    assert np.isnan(report["classes"]["c"]["recall"])
    assert report["absent_classes"] == ["c"]
    assert report["abstained"] == 1


def test_report_without_unknown():
    report = classification_report([0, 1], [1, 1], ["a", "b"])
    assert report["columns"] == ["a", "b"]
    assert report["confusion"] == [[0, 1], [0, 1]]
    assert report["abstained"] == 0


def test_report_rejects():
    with pytest.raises(ValueError, match="at least two different names"):
        classification_report([0], [0], ["a", "a"])
    with pytest.raises(ValueError, match="at least one row"):
        classification_report([], [], ["a", "b"])
