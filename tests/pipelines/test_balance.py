import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.pipelines.balance import balanced_weights


def per_class(labels, weights):
    return [weights[labels == k].sum() for k in np.unique(labels)]


def test_classes_are_alike_without_a_cap():
    labels = np.array([0] * 90 + [3] * 9 + [5])
    weights = balanced_weights(labels)
    np.testing.assert_allclose(per_class(labels, weights), 1 / 3)


def test_rare_classes_are_drawn_at_most_cap_times_as_often():
    labels = np.array([0] * 90 + [1] * 9 + [2])
    weights = balanced_weights(labels, cap=4)
    # 1 % and 9 % grow to 4 % and 36 %; the rest is the large class's.
    np.testing.assert_allclose(per_class(labels, weights), [0.6, 0.36, 0.04])
    np.testing.assert_allclose(balanced_weights(labels, cap=1), 0.01)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.floats(1, 20))
def test_properties(labels, cap):
    labels = np.array(labels)
    weights = balanced_weights(labels, cap)
    assert weights.sum() == pytest.approx(1)
    assert np.all(weights > 0)
    assert weights.max() * len(labels) <= cap * (1 + 1e-9)
    counts = np.bincount(labels)
    order = np.argsort(counts[labels])
    assert np.all(np.diff(weights[order]) <= 1e-12)


def test_rejects_bad_arguments():
    with pytest.raises(ValueError, match="`labels` must be a list"):
        balanced_weights([])
    with pytest.raises(ValueError, match="`cap` must be at least 1"):
        balanced_weights([0, 1], cap=0.5)
