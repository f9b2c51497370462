import numpy as np
import pytest

from mesa_keras.metrics import LabelledAccuracy
from tests.keras_checks import check_serialization

LOGITS = np.array([[2.0, 0, 1], [0, 3, 1], [0, 1, 2], [5, 0, 0]], "float32")


def measure(label, weight=None):
    metric = LabelledAccuracy()
    metric.update_state(np.array(label), LOGITS, weight)
    return float(metric.result())


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ([0, 1, 2, 0], 1.0),
        ([0, 0, -1, -1], 0.5),
        ([[-1], [-1], [2], [1]], 0.5),
        ([-1, -1, -1, -1], 0.0),
    ],
)
def test_rows_without_a_label_do_not_count(label, expected):
    assert measure(label) == pytest.approx(expected)


def test_weights_and_batches_add_up():
    assert measure([0, 0, -1, 0], np.array([1.0, 3.0, 9.0, 0.0])) == pytest.approx(0.25)
    metric = LabelledAccuracy(name="right")
    metric.update_state(np.array([0, -1]), LOGITS[:2])
    metric.update_state(np.array([0, 1]), LOGITS[2:])
    assert float(metric.result()) == pytest.approx(1 / 3)
    check_serialization(metric)
