import numpy as np
import pytest

from mesa_keras.evaluation import expected_calibration_error, reliability_curve
from mesa_keras.report import reliability_figure


def test_shows_the_curve_and_its_error():
    rng = np.random.default_rng(0)
    p, y = rng.dirichlet(np.ones(3), 200), rng.integers(0, 3, 200)
    figure = reliability_figure(y, p)
    top, bottom = figure.axes
    curve = reliability_curve(y, p)
    filled = curve.counts > 0
    model = next(line for line in top.lines if line.get_label() == "This model")
    np.testing.assert_allclose(model.get_ydata(), curve.accuracy[filled])
    assert f"ECE {expected_calibration_error(y, p):.3f}" in top.get_title("left")
    assert [bar.get_height() for bar in bottom.patches] == curve.counts.tolist()


@pytest.mark.parametrize("label", [0, 1])
def test_one_certain_object_is_a_point_at_the_right(label):
    figure = reliability_figure([label], [[1.0, 0.0]])
    figure.draw_without_rendering()
    top, bottom = figure.axes
    model = next(line for line in top.lines if line.get_label() == "This model")
    np.testing.assert_array_equal(model.get_xydata(), [[1, 1 - label]])
    assert [bar.get_height() for bar in bottom.patches] == [0] * 9 + [1]
    # A perfectly calibrated model that is certain is always right.
    assert f"ECE {label:.3f}" in top.get_title("left")
    assert "(perfectly calibrated: 0.000 to 0.000)" in top.get_title("left")


def test_rejects():
    with pytest.raises(ValueError, match="`y_true` must have shape"):
        reliability_figure([0], np.eye(2))
