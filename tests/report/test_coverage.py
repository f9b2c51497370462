from mesa_keras.evaluation import coverage_curve
from mesa_keras.report import coverage_figure, save_figure


def test_draws_curves_and_the_point_in_use(tmp_path):
    curve = coverage_curve([True, True, False], [0.9, 0.8, 0.3])
    figure = coverage_figure({"pixels": curve, "header": curve}, chosen=(0.67, 1.0))
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels[0] == "pixels: 0.667 of all"
    assert labels[-1] == "thresholds in use: 1.000 of 67.0%"
    save_figure(figure, tmp_path / "f.png")
    undecided = coverage_figure({"pixels": curve}, chosen=(0.0, float("nan")))
    assert len(undecided.axes[0].get_legend().get_texts()) == 1
