from mesa_keras.evaluation import precision_recall_curve
from mesa_keras.report import precision_recall_figure, save_figure


def test_the_point_is_the_threshold_in_use(tmp_path):
    curve = precision_recall_curve([True, False, True], [0.9, 0.6, 0.3])
    figure = precision_recall_figure(curve, "flats_$x", 2 / 3, threshold=0.5)
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "threshold 0.500: precision 0.500, recall 0.500" in labels
    save_figure(figure, tmp_path / "f.png")
    beyond = precision_recall_figure(curve, "flats", 2 / 3, threshold=0.95)
    assert len(beyond.axes[0].get_legend().get_texts()) == 2
