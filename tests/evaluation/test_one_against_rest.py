import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from mesa_keras.evaluation import one_against_rest

SCORE = np.array([0.9, 0.8, 0.7, 0.6, 0.5])


def test_by_hand():
    found = one_against_rest([1, 1, 0, 1, 0], SCORE)
    assert found["roc_auc"] == pytest.approx(5 / 6)
    assert found["recall_at_precision_95"] == pytest.approx(2 / 3)
    assert found["recall_at_precision_99"] == pytest.approx(2 / 3)
    assert found["precision_at_recall_95"] == pytest.approx(3 / 4)
    assert found["precision_at_recall_99"] == pytest.approx(3 / 4)


def test_no_threshold_is_precise_enough():
    assert one_against_rest([0, 1, 1, 0, 1], SCORE)["recall_at_precision_95"] == 0


def test_equal_scores_are_called_together():
    found = one_against_rest([1, 1, 0, 0], [0.5, 0.5, 0.5, 0.1])
    assert found["recall_at_precision_95"] == 0
    assert found["precision_at_recall_95"] == pytest.approx(2 / 3)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=40),
)
def test_agrees_with_scikit_learn(rows):
    positive, score = (np.array(column) for column in zip(*rows, strict=True))
    found = one_against_rest(positive, score)
    if positive.all() or not positive.any():
        assert math.isnan(found["roc_auc"])
        assert math.isnan(found["recall_at_precision_95"])
        assert math.isnan(found["precision_at_recall_99"])
        return
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(positive, score))
    assert found["average_precision"] == pytest.approx(
        metrics.average_precision_score(positive, score)
    )
    precision, recall, _ = metrics.precision_recall_curve(positive, score)
    precision, recall = precision[:-1], recall[:-1]  # The last point has no threshold.
    for level in (95, 99):
        enough = recall[precision >= level / 100]
        assert found[f"recall_at_precision_{level}"] == pytest.approx(
            enough.max(initial=0)
        )
        assert found[f"precision_at_recall_{level}"] == pytest.approx(
            precision[recall >= level / 100].max()
        )


@pytest.mark.parametrize(
    ("positive", "score"),
    [([True], [0.1, 0.2]), ([], []), ([True, False], [0.1, np.nan])],
)
def test_bad_arrays(positive, score):
    with pytest.raises(ValueError, match=r"one shape|must be finite"):
        one_against_rest(positive, score)
