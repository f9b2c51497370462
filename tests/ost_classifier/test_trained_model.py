import keras
import numpy as np
import pytest

from mesa_keras.losses import FocalLoss
from ost_classifier.model import freeze_branches
from ost_classifier.trained_model import (
    AUGMENTATION,
    IMAGE_LOGITS,
    LOGITS,
    class_weights,
    for_outputs,
    monitored,
    trained_model,
)
from tests.ost_classifier.small_frames import small
from tests.ost_classifier.test_model import build, inputs

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


def test_the_learning_rate_grows_with_the_batch_warms_up_and_falls():
    model = build()

    def rate(step, **changes):
        settings = {"epochs": 10, "warmup_epochs": 2.0, "batch_size": 8}
        config = small(**{**settings, "batch_ref": 32, **changes})
        trained = trained_model(model, config, counts=np.ones(11), steps_per_epoch=20)
        return float(trained.optimizer._learning_rate(step))

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
    loss = model.loss[LOGITS]
    assert isinstance(loss, FocalLoss)
    assert loss.gamma == gamma
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(loss)
    )
    assert copy.get_config() == loss.get_config()
    # The average of weights spans no more than an epoch.
    assert model.optimizer.ema_momentum == pytest.approx(1 - 1 / 3)


def compiled(model=None, **changes):
    model = model or build()
    return trained_model(model, small(**changes), counts=np.ones(11), steps_per_epoch=3)


def test_the_image_branch_has_a_loss_of_its_own():
    """Without statistics in the verdict, it still learns what the images show."""
    rng = np.random.default_rng(0)
    label = np.arange(64) % 2
    x = inputs(64)
    x["image"] = rng.integers(1, 60, x["image"].shape).astype("uint8")
    x["image"][label == 1] += 150
    x[AUGMENTATION] = np.ones((64, 11), "float32")
    target = np.eye(11, dtype="float32")[label]
    settings = {
        "loss_strategy": "none",
        "dropout": 0.0,
        "initial_lr": 0.02,
        "batch_size": 32,
        "warmup_epochs": 0.0,
        "lr_schedule": "constant",
    }
    trained = compiled(image_loss_weight=1.0, **settings)
    trained.get_layer("logits").trainable = False
    trained.get_layer("classifier_hidden").trainable = False
    before = trained.evaluate(x, for_outputs(trained, target), verbose=0)
    trained.fit(x, for_outputs(trained, target), epochs=30, batch_size=32, verbose=0)
    after = trained.evaluate(
        x, for_outputs(trained, target), verbose=0, return_dict=True
    )
    assert after["image_logits_loss"] < 0.3 < before[0]
    assert monitored(trained) == "val_logits_loss"
    assert f"{LOGITS}_accuracy" in after


def test_no_image_loss_where_it_is_off_or_the_branch_is_frozen():
    off = compiled(image_loss_weight=0.0)
    assert set(off.output) == {LOGITS}
    assert monitored(off) == "val_loss"
    model = build()
    freeze_branches(model)
    assert set(compiled(model).output) == {LOGITS}
    assert set(compiled().output) == {LOGITS, IMAGE_LOGITS}


def test_the_weight_of_the_image_loss_is_kept_to():
    x = {**inputs(), AUGMENTATION: np.ones((6, 11), "float32")}
    y = np.eye(11, dtype="float32")[np.arange(6)]
    trained = compiled(image_loss_weight=0.25, loss_strategy="none")
    found = trained.evaluate(x, for_outputs(trained, y), verbose=0, return_dict=True)
    np.testing.assert_allclose(
        found["loss"],
        found["logits_loss"] + 0.25 * found["image_logits_loss"],
        rtol=1e-5,
    )
