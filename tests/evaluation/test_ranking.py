import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from mesa_keras.evaluation.ranking import (
    average_precision_from_counts,
    counts_at_thresholds,
    roc_auc_from_counts,
)


@given(
    hnp.arrays(np.bool_, 20),
    hnp.arrays(np.float64, 20, elements=st.sampled_from([0, 0.1, 0.5, 0.7, 1])),
)
def test_equals_scikit_learn(positive, score):
    positive[:2] = [True, False]
    limits, hits, misses = counts_at_thresholds(positive, score)
    fpr, tpr, thresholds = metrics.roc_curve(positive, score, drop_intermediate=False)
    np.testing.assert_array_equal(limits, thresholds[1:])
    np.testing.assert_allclose(hits / hits[-1], tpr[1:])
    np.testing.assert_allclose(misses / misses[-1], fpr[1:])
    area = metrics.roc_auc_score(positive, score)
    np.testing.assert_allclose(roc_auc_from_counts(hits, misses), area)
    precision = metrics.average_precision_score(positive, score)
    np.testing.assert_allclose(average_precision_from_counts(hits, misses), precision)


def test_not_defined_without_positives():
    _, hits, misses = counts_at_thresholds(np.zeros(3, bool), np.arange(3.0))
    assert np.isnan(roc_auc_from_counts(hits, misses))
    assert np.isnan(average_precision_from_counts(hits, misses))
