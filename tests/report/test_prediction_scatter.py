import numpy as np
import pytest

from mesa_keras.report import prediction_scatter_figure


def test_counts_every_object_and_names_the_measures():
    rng = np.random.default_rng(0)
    true = rng.normal(10, 1, 400)
    predicted = true + 0.1 * rng.normal(size=400)
    predicted[0] = 1e6
    axes = prediction_scatter_figure(true, predicted, "mass").axes[0]
    assert axes.collections[0].get_array().sum() == 400
    assert "400 objects" in axes.texts[0].get_text()
    assert axes.get_ylabel() == "Predicted mass"


@pytest.mark.parametrize("num", [1, 3])
def test_equal_true_values_have_a_range_around_them(num):
    figure = prediction_scatter_figure([1.0] * num, [2.0] * num, "x")
    figure.draw_without_rendering()
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    assert low < 1 < high
    assert axes.get_ylim() == (low, high)
    cells = axes.collections[0].get_array().filled(0)
    # Predictions beyond the range stand at its edge.
    assert cells[-1].sum() == cells.sum() == num
    assert f"\n{num} objects" in axes.texts[0].get_text()
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[low, low], [high] * 2])


def test_rejects():
    with pytest.raises(ValueError, match="must have one shape"):
        prediction_scatter_figure([1.0], [1.0, 2.0], "x")
