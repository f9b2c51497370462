import numpy as np
import pytest

from mesa_keras.report import decision_boundary_figure

X, Y = np.geomspace(0.1, 100, 30), np.linspace(0, 1, 20)
SHARE = np.broadcast_to(np.linspace(0, 1, 30), (20, 30))
GRID = np.stack([1 - SHARE, SHARE], axis=-1)


def draw(x=X, y=Y, grid=GRID, points=((1.0, 0.5),), labels=(0,), **options):
    options = {"axis_labels": ("Period (d)", "Impact"), "log_axes": (True, False)} | (
        options
    )
    return decision_boundary_figure(x, y, grid, points, labels, ["a", "b"], **options)


def test_boundary_lies_where_probabilities_are_equal():
    figure = draw()
    path = np.concatenate(
        [
            path.vertices
            for part in figure.axes[0].collections
            for path in part.get_paths()
            if part.get_array() is not None and len(path.vertices) > 10
        ]
    )
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


def test_no_boundary_and_no_points_draw():
    certain = np.stack([np.ones((20, 30)), np.zeros((20, 30))], axis=-1)
    draw(grid=certain, points=np.zeros((0, 2)), labels=[]).draw_without_rendering()


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
