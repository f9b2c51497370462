import numpy as np
import pytest
from sklearn.metrics import average_precision_score
from sklearn.metrics import precision_recall_curve as reference

from mesa_keras.evaluation import precision_recall_curve


def test_curve_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    positive, score = rng.random(50) < 0.3, rng.integers(0, 10, 50) / 10
    curve = precision_recall_curve(positive, score)
    precision, recall, threshold = reference(positive, score)
    np.testing.assert_allclose(curve.threshold, threshold[::-1])
    np.testing.assert_allclose(curve.precision, precision[-2::-1])
    np.testing.assert_allclose(curve.recall, recall[-2::-1])
    assert curve.average_precision == pytest.approx(
        average_precision_score(positive, score)
    )


def test_rejects_a_class_without_objects():
    with pytest.raises(ValueError, match="one object of the class"):
        precision_recall_curve([False, False], [0.1, 0.2])
