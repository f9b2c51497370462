import numpy as np
import pytest
from matplotlib import pyplot as plt

from mesa_keras.report import training_accuracy, training_loss

HISTORY = {
    "loss": [1.0, 0.8, 0.7, 0.6],
    "val_loss": [1.1, 0.9, np.nan, 0.95],
    "logits_accuracy": [0.5, 0.6, 0.7, 0.8],
    "val_logits_accuracy": [0.5, 0.6, 0.65, 0.6],
}


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def test_loss_shows_both_curves_and_the_best_epoch():
    drawn = lines(training_loss(HISTORY))
    assert list(drawn) == ["Training", "Validation", "Best epoch (2)"]
    np.testing.assert_array_equal(drawn["Training"].get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(drawn["Training"].get_ydata(), HISTORY["loss"])
    assert drawn["Best epoch (2)"].get_xdata()[0] == 2


def test_accuracy_is_found_by_its_name():
    drawn = lines(training_accuracy(HISTORY))
    np.testing.assert_array_equal(
        drawn["Validation"].get_ydata(), HISTORY["val_logits_accuracy"]
    )
    assert "Best epoch (2)" in drawn
    assert "Best epoch (3)" in lines(training_accuracy(HISTORY, best_epoch=3))


def test_no_validation_no_mark_and_no_pyplot_figure():
    drawn = lines(training_loss({"loss": [1.0]}))
    assert list(drawn) == ["Training"]
    assert list(lines(training_loss({"loss": [1.0], "val_loss": [np.nan]}))) == [
        "Training",
        "Validation",
    ]
    assert plt.get_fignums() == []


def test_rejects():
    with pytest.raises(ValueError, match="`history` must hold 'loss'"):
        training_loss({})
    with pytest.raises(ValueError, match=r"must hold 'accuracy'. Received: \['loss'\]"):
        training_accuracy({"loss": [1.0]})
    with pytest.raises(ValueError, match=r"`best_epoch` must be in \[1, 4\]"):
        training_loss(HISTORY, best_epoch=5)
