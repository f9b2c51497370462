import numpy as np
import pytest

from mesa_keras.evaluation import decide
from ost_classifier.threshold_fit import fit_class_thresholds

P = np.array([[0.6, 0.4, 0.0], [0.4, 0.6, 0.0], [0.3, 0.7, 0.0]])


@pytest.mark.parametrize(
    ("objective", "target", "expected"),
    [
        ("target_precision", {"target_precision": 1.0}, [0.4, 0.7, 0.5]),
        ("none", {}, [0, 0, 0]),
    ],
)
def test_a_class_without_a_frame(objective, target, expected):
    fitted = fit_class_thresholds(P, np.array([0, 0, 1]), objective, **target)
    np.testing.assert_allclose(fitted, expected)


def test_it_takes_no_frame_that_reaches_no_other_threshold():
    fitted = fit_class_thresholds(P, np.array([0, 0, 1]), "max_f1")
    decision, _ = decide([[0.2, 0.35, 0.45], [0.1, 0.1, 0.8]], fitted, abstain=True)
    np.testing.assert_array_equal(decision, [3, 2])
