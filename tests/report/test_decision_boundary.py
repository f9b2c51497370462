import numpy as np
import pytest
from matplotlib.contour import ContourSet

from mesa_keras.report import decision_boundary_figure
from mesa_keras.report.style import class_color, lightened

X, Y = np.geomspace(0.1, 100, 30), np.linspace(0, 1, 20)
SHARE = np.broadcast_to(np.linspace(0, 1, 30), (20, 30))
GRID = np.stack([1 - SHARE, SHARE], axis=-1)


def draw(x=X, y=Y, grid=GRID, points=((1.0, 0.5),), labels=(0,), **options):
    options = {"axis_labels": ("Period (d)", "Impact"), "log_axes": (True, False)} | (
        options
    )
    return decision_boundary_figure(x, y, grid, points, labels, ["a", "b"], **options)


def boundaries(figure):
    """Vertices of the lines between classes."""
    return [
        path.vertices
        for part in figure.axes[0].collections
        if isinstance(part, ContourSet)
        for path in part.get_paths()
    ]


def test_boundary_lies_where_probabilities_are_equal():
    figure = draw()
    path = np.concatenate(boundaries(figure))
    middle = np.exp(np.log([0.1, 100]).mean())
    near = path[np.abs(np.log(path[:, 0] / middle)) < 0.3]
    assert len(near) > 10
    figure.draw_without_rendering()


def test_points_that_cannot_be_drawn_are_left_out():
    points = [[1, 0.5], [np.nan, 0.5], [-1, 0.5], [1e4, 0.5], [2, 0.1], [0, 0.2]]
    figure = draw(points=points, labels=[0, 0, 0, 1, 1, 1], note="light curve missing")
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["a (1)", "b (1)"]
    assert legend.get_title().get_text() == "light curve missing"
    figure.draw_without_rendering()


def test_where_one_class_is_certain_there_is_its_colour_and_no_boundary():
    certain = np.stack([np.ones((20, 30)), np.zeros((20, 30))], axis=-1)
    figure = draw(grid=certain, points=np.zeros((0, 2)), labels=[])
    figure.draw_without_rendering()
    assert boundaries(figure) == []
    mesh = figure.axes[0].collections[0]
    colors = np.unique(mesh.get_facecolors()[:, :3], axis=0)
    np.testing.assert_allclose(colors, [lightened(class_color(0), 0.5)])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["a (0)", "b (0)"]
    limits = [figure.axes[0].get_xlim(), figure.axes[0].get_ylim()]
    np.testing.assert_allclose(limits, [(X[0], X[-1]), (Y[0], Y[-1])])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grid": GRID.transpose(1, 0, 2)}, "`grid` must have shape"),
        ({"x": -X}, "`x_values` must rise"),
        ({"x": X - 0.1}, "`x_values` must rise, and be positive"),
        ({"y": [0.5]}, "at least two values"),
        ({"points": [[1, 2, 3]]}, "`points` must have shape"),
        ({"labels": [0, 1]}, "`points` must have shape"),
    ],
)
def test_rejects(options, message):
    with pytest.raises(ValueError, match=message):
        draw(**options)
