import numpy as np
import pytest

from mesa_keras.evaluation import redshift_metrics
from mesa_keras.report import redshift_scatter_figure


def pair(seed=0, num=300):
    rng = np.random.default_rng(seed)
    z = rng.uniform(0, 0.6, num)
    return z, z + 0.02 * rng.normal(size=num)


@pytest.mark.parametrize("num_panels", [1, 2, 3, 4])
def test_each_panel_names_its_measures(num_panels):
    panels = {f"panel {k} of $10": pair(k) for k in range(num_panels)}
    figure = redshift_scatter_figure(panels)
    shown = [axes for axes in figure.axes[:-1] if axes.get_visible()]
    assert len(shown) == num_panels
    for axes, (name, values) in zip(shown, panels.items(), strict=True):
        assert axes.get_title("left") == name.replace("$", r"\$")
        r2 = redshift_metrics(*values)["r2"]
        assert f"= {r2:.3f}" in axes.texts[0].get_text()
        counts = axes.collections[0].get_array()
        assert counts.sum() == 300
    figure.draw_without_rendering()


def test_predictions_far_away_stand_at_the_edge():
    z, predicted = pair()
    predicted[:7] = 40.0
    figure = redshift_scatter_figure({"a": (z, predicted)})
    counts = figure.axes[0].collections[0].get_array().filled(0)
    assert counts.sum() == 300
    assert counts[-1].sum() >= 7


def test_one_object_stands_between_the_lines_of_outliers():
    figure = redshift_scatter_figure({"a": ([0.1], [0.1])})
    figure.draw_without_rendering()
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    assert low < 0.1 < high
    assert axes.get_ylim() == (low, high)
    assert axes.collections[0].get_array().filled(0).sum() == 1
    assert "outliers 0.0 %" in axes.texts[0].get_text()
    perfect, below, above = (line.get_ydata() for line in axes.lines)
    x = np.array([low, high])
    np.testing.assert_allclose(perfect, x)
    np.testing.assert_allclose(below, x - 0.15 * (1 + x))
    np.testing.assert_allclose(above, x + 0.15 * (1 + x))


def test_rejects():
    with pytest.raises(ValueError, match="at least one panel"):
        redshift_scatter_figure({})
    with pytest.raises(ValueError, match="`y_pred` must be finite"):
        redshift_scatter_figure({"a": ([0.1, 0.2], [0.1, np.nan])})
