from types import SimpleNamespace

import numpy as np

from mesa_keras.recipes.mesa.positive_classes import draw_positive
from mesa_keras.report import save_pictures


def test_names_of_classes_that_no_file_may_have(tmp_path):
    evaluated = SimpleNamespace(
        predictor=SimpleNamespace(class_names=("EB/BEB", "PC")),
        probabilities=np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]),
        label=np.array([0, 1, 0]),
    )
    _, files = save_pictures(draw_positive(evaluated, [["EB/BEB"]]), tmp_path)
    names = [path.name for path in files.values()]
    assert names == ["precision_recall_eb_beb.png"]
