import keras
import numpy as np
import pytest

from mesa_keras.losses import FocalLoss
from ost_classifier.trained_model import class_weights, learning_rate, trained_model
from tests.ost_classifier.small_frames import small
from tests.ost_classifier.test_model import build

COUNTS = np.array([80, 15, 5])


def test_class_weights_are_smoothed_and_clipped():
    weights = np.array(class_weights(small(cw_beta=1.0, cw_cap=100.0), COUNTS))
    np.testing.assert_allclose(weights * COUNTS, (weights * COUNTS)[0])
    np.testing.assert_allclose(weights.mean(), 1)
    smooth = np.array(class_weights(small(cw_beta=0.3, cw_cap=100.0), COUNTS))
    np.testing.assert_allclose(smooth, weights**0.3)
    clipped = np.array(class_weights(small(cw_beta=1.0, cw_cap=1.5), COUNTS))
    assert clipped[2] == pytest.approx(1.5 * weights[1])


def test_no_weights_without_a_strategy_or_with_balanced_sampling():
    assert class_weights(small(loss_strategy="none"), COUNTS) == 1
    assert class_weights(small(balanced_sampling=True), COUNTS) == 1
    focal = small(loss_strategy="focal_loss", balanced_sampling=True)
    assert class_weights(focal, COUNTS) == 1
    assert len(class_weights(small(loss_strategy="focal_loss"), COUNTS)) == 3
    assert np.isfinite(class_weights(small(), np.array([5, 0, 1]))).all()


def rate(step, **changes):
    settings = {"epochs": 10, "warmup_epochs": 2.0, "batch_size": 8, "batch_ref": 32}
    return float(learning_rate(small(**{**settings, **changes}), 20)(step))


def test_the_learning_rate_grows_with_the_batch_warms_up_and_falls():
    assert rate(0) == 0
    assert rate(20) == pytest.approx(1e-3 / 8, rel=0.05)
    assert rate(40) == pytest.approx(1e-3 / 4)
    assert rate(40, batch_size=64) == pytest.approx(2e-3)
    assert rate(120) == pytest.approx(1e-3 / 8, rel=0.1)
    assert rate(200) < 1e-5
    assert rate(199, lr_schedule="constant") == pytest.approx(1e-3 / 4)
    assert rate(0, warmup_epochs=0.0) == pytest.approx(1e-3 / 4)


@pytest.mark.parametrize(
    ("strategy", "gamma"), [("none", 0), ("class_weights", 0), ("focal_loss", 1.5)]
)
def test_the_loss_follows_the_strategy_and_saves(strategy, gamma):
    config = small(loss_strategy=strategy)
    counts = np.arange(1, 12)
    model = trained_model(build(), config, counts=counts, steps_per_epoch=3)
    loss = model.loss
    assert isinstance(loss, FocalLoss)
    assert loss.gamma == gamma
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(loss)
    )
    assert copy.get_config() == loss.get_config()
    # The average of weights spans no more than an epoch.
    assert model.optimizer.ema_momentum == pytest.approx(1 - 1 / 3)
