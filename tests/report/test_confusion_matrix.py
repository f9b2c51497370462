import numpy as np
import pytest

from mesa_keras.report import confusion_matrix_figure


def cells(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_counts_and_percent_of_the_row():
    figure = confusion_matrix_figure([[3, 1], [0, 2000]], ["a", "b"])
    assert cells(figure) == ["3\n75.0 %", "1\n25.0 %", "0\n0.0 %", "2,000\n100.0 %"]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["a\n(4)", "b\n(2,000)"]


def test_unknown_column_and_class_without_example():
    figure = confusion_matrix_figure([[3, 1, 1], [0, 0, 0]], ["a", "b"])
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels == ["a", "b", "unknown"]
    assert cells(figure)[3:] == ["0\n–"] * 3


def test_many_classes_draw():
    names = [f"a long name of class {i}" for i in range(12)]
    confusion_matrix_figure(np.eye(12, 13, dtype=int), names).draw_without_rendering()


@pytest.mark.parametrize("shape", [(2, 4), (3, 2), (2,)])
def test_rejects(shape):
    with pytest.raises(ValueError, match="`confusion` must have shape"):
        confusion_matrix_figure(np.zeros(shape), ["a", "b"])
