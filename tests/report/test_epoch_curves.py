import pytest

from mesa_keras.report import measures_per_epoch

HISTORY = {"val_a": [0.1, 0.2, 0.3], "val_b": [0.0, float("nan"), 0.1]}


def test_a_line_per_measure():
    names = {"val_a": "image against image", "val_b": "other"}
    figure = measures_per_epoch(HISTORY, names, "R²", "Redshift")
    axes = figure.axes[0]
    assert [line.get_label() for line in axes.lines] == list(names.values())
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert axes.get_title(loc="left") or axes.get_title()
    assert axes.get_ylabel() == "R²"


@pytest.mark.parametrize("names", [{}, {"val_c": "none"}])
def test_what_is_to_be_drawn_must_be_there(names):
    with pytest.raises(ValueError, match="`history` must hold"):
        measures_per_epoch(HISTORY, names, "R²", "Redshift")
