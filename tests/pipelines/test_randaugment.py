import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines.randaugment import OPERATIONS, _drawn, rand_augment

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0.2, 0.8, size=(8, 16, 16, 1)).astype("float32")
SEED = tf.constant([3, 4])


def augment(seed=SEED, number=2, magnitude=5.0, skip=None):
    return np.asarray(
        rand_augment(
            IMAGES, seed, num_operations=number, magnitude=magnitude, skip=skip
        )
    )


def test_the_seed_decides_and_images_differ():
    found = augment()
    np.testing.assert_array_equal(found, augment())
    assert not np.array_equal(found, augment(tf.constant([5, 6])))
    assert found.shape == IMAGES.shape
    assert found.min() >= 0
    assert found.max() <= 1
    changed = np.abs(found - IMAGES).max(axis=(1, 2, 3)) > 1e-3
    assert changed.mean() > 0.8


def test_nothing_to_do():
    np.testing.assert_array_equal(augment(number=0), IMAGES)
    np.testing.assert_allclose(augment(magnitude=0.0), IMAGES, atol=1e-6)


def test_skipped_images_stay():
    skip = tf.constant([True, False] * 4)
    found = augment(skip=skip)
    np.testing.assert_array_equal(found[::2], IMAGES[::2])
    assert np.abs(found[1::2] - IMAGES[1::2]).max() > 0.01


def test_as_many_operations_as_asked_for_without_replacement():
    skip = tf.zeros(200, bool)
    drawn = _drawn(skip, SEED, SEED + 1, 3, 0.5).numpy()
    np.testing.assert_array_equal((drawn != 0).sum(axis=1), 3)
    assert set(np.abs(drawn[drawn != 0])) == {0.5}
    share = (drawn != 0).mean(axis=0)
    np.testing.assert_allclose(share, 3 / len(OPERATIONS), atol=0.12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number": -1}, "`num_operations` must lie in"),
        ({"number": 99}, "`num_operations` must lie in"),
        ({"magnitude": 11.0}, "`magnitude` must lie in"),
    ],
)
def test_rejects_bad_arguments(changes, message):
    with pytest.raises(ValueError, match=message):
        augment(**changes)
