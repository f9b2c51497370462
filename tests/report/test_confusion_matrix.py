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


def test_names_of_many_classes_are_whole_and_lean_on_the_matrix():
    names = [f"a long name of class {i}" for i in range(12)]
    figure = confusion_matrix_figure(np.eye(12, 13, dtype=int), names)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    ticks = axes.get_xticklabels()
    assert [tick.get_text() for tick in ticks] == [*names, "unknown"]
    assert {tick.get_rotation() for tick in ticks} == {45.0}
    shown = [text.get_text() for text in axes.texts]
    assert shown[::14] == ["1\n100.0 %"] * 12
    assert shown.count("0\n0.0 %") == 12 * 12
    # No name runs into the matrix or off the figure.
    matrix, page = axes.get_window_extent(), figure.bbox
    for tick in ticks:
        box = tick.get_window_extent()
        assert box.y1 < matrix.y0
        assert page.x0 <= box.x0
        assert box.y0 >= page.y0


@pytest.mark.parametrize("shape", [(2, 4), (3, 2), (2,)])
def test_rejects(shape):
    with pytest.raises(ValueError, match="`confusion` must have shape"):
        confusion_matrix_figure(np.zeros(shape), ["a", "b"])
