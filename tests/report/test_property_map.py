import numpy as np
import pytest

from mesa_keras.report import project_to_plane, property_map_figure

VECTORS = np.random.default_rng(0).normal(size=(50, 4))


def test_colours_by_a_property():
    values = np.arange(50.0)
    plane = project_to_plane(VECTORS, "pca", max_points=20)
    figure = property_map_figure(plane, values, "mass of $1")
    drawn = figure.axes[0].collections[0]
    np.testing.assert_array_equal(drawn.get_array(), values[plane.rows])
    assert figure.axes[1].get_ylabel() == r"mass of \$1"
    assert "20 of 50" in figure.axes[0].get_title("left")
    figure.draw_without_rendering()


def test_colours_by_classes():
    plane = project_to_plane(VECTORS, "pca")
    figure = property_map_figure(plane, np.arange(50) % 2, "kind", ("a", "b"))
    assert "by kind" in figure.axes[0].get_title("left")
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["a (25)", "b (25)"]
    figure.draw_without_rendering()


def test_one_value_everywhere():
    plane = project_to_plane(VECTORS, "pca")
    figure = property_map_figure(plane, np.ones(50), "x")
    figure.draw_without_rendering()
    drawn, bar = figure.axes[0].collections[0], figure.axes[1]
    np.testing.assert_allclose(drawn.get_offsets(), plane.points)
    assert len(np.unique(drawn.get_facecolors(), axis=0)) == 1
    # The scale starts at the value and has a length; nothing lies beyond.
    assert drawn.get_clim() == (1, 2)
    assert drawn.colorbar.extend == "neither"
    assert bar.get_ylim() == (1, 2)


def test_the_bar_says_where_values_lie_beyond_its_colours():
    plane = project_to_plane(VECTORS, "pca")
    values = np.ones(50)
    for changed, extend in (((0,), "max"), ((0, 1), "both")):
        for place in changed:
            values[place] = (9, -9)[place]
        figure = property_map_figure(plane, values, "x")
        assert figure.axes[0].collections[0].colorbar.extend == extend


def test_rejects():
    plane = project_to_plane(VECTORS, "pca")
    with pytest.raises(ValueError, match="one a vector"):
        property_map_figure(plane, np.ones(49), "x")
    with pytest.raises(ValueError, match="`values` must be finite"):
        property_map_figure(plane, np.full(50, np.nan), "x")
