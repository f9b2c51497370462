import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.evaluation import coverage_curve, selective_accuracy


def test_by_hand():
    curve = coverage_curve([True, False, True, False], [0.9, 0.6, 0.9, 0.3])
    np.testing.assert_allclose(curve.coverage, [0.5, 0.75, 1])
    np.testing.assert_allclose(curve.accuracy, [1, 2 / 3, 1 / 2])
    np.testing.assert_allclose(curve.threshold, [0.9, 0.6, 0.3])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1))
def test_every_point_is_what_its_threshold_gives(rows):
    correct, score = map(np.array, zip(*rows, strict=True))
    curve = coverage_curve(correct, score)
    for coverage, accuracy, threshold in zip(*curve, strict=True):
        decided = score >= threshold
        assert coverage == pytest.approx(decided.mean())
        assert accuracy == pytest.approx(correct[decided].mean())
    assert curve.coverage[-1] == 1


def test_selective_accuracy_by_hand():
    found = selective_accuracy([True, True, False, False], [False, False, False, True])
    assert found == {"coverage": 0.75, "accuracy_at_coverage": pytest.approx(2 / 3)}
    nothing = selective_accuracy([False], [True])
    assert nothing["coverage"] == 0
    assert np.isnan(nothing["accuracy_at_coverage"])


def test_rejects_what_does_not_fit():
    with pytest.raises(ValueError, match="as many values beside it"):
        coverage_curve([True], [0.1, 0.2])
    with pytest.raises(ValueError, match="with n > 0"):
        selective_accuracy([], [])
    with pytest.raises(ValueError, match="`score` must be finite"):
        coverage_curve([True, False], [0.1, np.nan])
