"""Augmentation by class must not become evidence of the class."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ost_classifier.frame_augment import PLAIN_SHARE, augment_frames
from ost_classifier.trained_model import AUGMENTATION, for_outputs, trained_model
from tests.ost_classifier.small_frames import small

CONSERVATIVE = tf.constant([True, False, False])


def augmented(labels, number=0, **changes):
    images = np.random.default_rng(0).random((len(labels), 8, 8, 1), "float32")
    found, chance = augment_frames(
        tf.constant(images),
        tf.constant(labels),
        tf.constant([3, number]),
        conservative=CONSERVATIVE,
        config=small(
            **{"augment": False, "randaug_n": 12, "randaug_m": 10.0, **changes}
        ),
    )
    return images, found.numpy(), chance.numpy()


def test_half_of_the_other_classes_are_plain_and_the_chances_say_which():
    labels = np.arange(3000) % 3
    images, found, chance = augmented(labels)
    plain = (images == found).all(axis=(1, 2, 3))
    assert plain[labels == 0].all()
    assert plain[labels > 0].mean() == pytest.approx(PLAIN_SHARE, abs=0.04)
    np.testing.assert_array_equal(chance[plain], [[1, 0.5, 0.5]] * plain.sum())
    np.testing.assert_array_equal(chance[~plain], [[0, 0.5, 0.5]] * (~plain).sum())


def test_without_augmentation_all_classes_are_treated_alike():
    images, found, chance = augmented(np.arange(6) % 3, randaug_n=0)
    np.testing.assert_array_equal(found, images)
    np.testing.assert_array_equal(chance, np.ones((6, 3)))


def test_augmentation_is_no_evidence_of_a_class():
    """Images of noise alone: after training, every class is as likely as the others.

    The network sees the treatment of an image, 1 where it is augmented, as a real one
    does by the traces that augmentation leaves. Without the correction a plain image
    would be twice as likely of the conservative class.
    """
    treatment = keras.Input((1,), name="treatment")
    logits = keras.layers.Dense(3, kernel_initializer="zeros")(treatment)
    model = keras.Model({"treatment": treatment}, {"logits": logits})
    config = small(
        loss_strategy="none",
        image_loss_weight=0.0,
        initial_lr=0.3,
        batch_ref=32,
        batch_size=32,
    )
    trained = trained_model(model, config, counts=np.ones(3), steps_per_epoch=100)
    labels = np.arange(3000) % 3
    images, found, chance = augmented(labels)
    changed = (images != found).any(axis=(1, 2, 3))[:, None].astype("float32")
    x = {"treatment": changed, AUGMENTATION: chance}
    trained.fit(
        x, for_outputs(trained, np.eye(3)[labels]), epochs=6, batch_size=32, verbose=0
    )
    plain = keras.ops.softmax(model.predict({"treatment": np.zeros((1, 1))})["logits"])
    np.testing.assert_allclose(np.array(plain)[0], 1 / 3, atol=0.04)
