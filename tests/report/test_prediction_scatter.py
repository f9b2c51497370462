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


def test_few_and_equal_values():
    prediction_scatter_figure([1.0], [2.0], "x").draw_without_rendering()


def test_rejects():
    with pytest.raises(ValueError, match="must have one shape"):
        prediction_scatter_figure([1.0], [1.0, 2.0], "x")
