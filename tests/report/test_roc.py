import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mesa_keras.report import roc_figure


def labels(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_area_of_each_class():
    rng = np.random.default_rng(0)
    p, y = rng.dirichlet(np.ones(3), 100), rng.integers(0, 3, 100)
    found = labels(roc_figure(y, p, ["a", "b", "c"]))
    for k, name in enumerate("abc"):
        area = roc_auc_score(y == k, p[:, k])
        assert found[k] == f"{name}: AUC {area:.3f} (n = {np.sum(y == k)})"


def test_class_without_example_is_named():
    figure = roc_figure([0, 1], [[0.8, 0.2, 0], [0.3, 0.7, 0]], ["a", "b", "c"])
    assert labels(figure)[2] == "c: not defined"
    only = roc_figure([0, 0], np.full((2, 2), 0.5), ["a", "b"])
    assert labels(only) == ["a: not defined", "b: not defined"]


def test_rejects():
    with pytest.raises(ValueError, match="`probabilities` must have shape"):
        roc_figure([0, 1], np.eye(2), ["a", "b", "c"])
