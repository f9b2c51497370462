import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines.image_augment import (
    Placement,
    Tone,
    augment_images,
    place_images,
    tone_images,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(6, 20, 20, 3)).astype("float32")


def placed(images, **changes):
    one, zero = tf.ones(len(images)), tf.zeros(len(images))
    neutral = {
        **dict.fromkeys(("flip_x", "flip_y", "zoom"), one),
        **dict.fromkeys(("transpose", "angle", "shear", "shift_x", "shift_y"), zero),
    }
    changes = {name: tf.fill(len(images), value) for name, value in changes.items()}
    return place_images(images, Placement(**neutral | changes)).numpy()


def test_nothing_asked_changes_nothing():
    np.testing.assert_array_equal(placed(IMAGES), IMAGES)
    image = (255 * IMAGES).astype("uint8")
    np.testing.assert_array_equal(placed(image), image)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"flip_x": -1.0}, IMAGES[:, :, ::-1]),
        ({"flip_y": -1.0}, IMAGES[:, ::-1]),
        ({"transpose": 1.0}, IMAGES.swapaxes(1, 2)),
        ({"angle": np.pi}, IMAGES[:, ::-1, ::-1]),
        ({"shift_x": 0.1}, np.pad(IMAGES, [(0, 0)] * 2 + [(0, 2), (0, 0)], "reflect")),
        ({"shift_y": -0.1}, np.pad(IMAGES, [(0, 0), (2, 0)] + [(0, 0)] * 2, "reflect")),
    ],
    ids=str,
)
def test_known_maps(changes, expected):
    if "shift_x" in changes:
        expected = expected[:, :, 2:]
    if "shift_y" in changes:
        expected = expected[:, :-2]
    np.testing.assert_array_equal(placed(IMAGES, **changes), expected)


def test_a_turn_keeps_the_noise():
    noise = RNG.normal(size=(4, 64, 64, 1)).astype("float32")
    turned = placed(noise, angle=0.3, zoom=1.1)
    assert np.std(turned) == pytest.approx(np.std(noise), rel=0.02)


def test_tone_is_neutral_and_bounded():
    one = tf.ones((6, 3))
    same = tone_images(IMAGES, Tone(0 * one, one, one))
    np.testing.assert_allclose(same, IMAGES, atol=1e-6)
    brighter = tone_images(IMAGES, Tone(0.1 * one, one, one)).numpy()
    np.testing.assert_allclose(brighter, np.minimum(IMAGES + 0.1, 1), atol=1e-6)
    for gamma in (0.5, 2.0):
        bent = tone_images(IMAGES, Tone(0 * one, one, gamma * one)).numpy()
        assert np.all((bent < IMAGES) if gamma > 1 else (bent > IMAGES))
    wild = tone_images(IMAGES, Tone(one, 9 * one, one)).numpy()
    assert wild.min() >= 0
    assert wild.max() <= 1


def augment(seed, conservative, images=IMAGES, strength=0.5):
    flags = tf.constant([conservative] * len(images))
    return augment_images(
        images, tf.constant([1, seed]), strength=strength, conservative=flags
    ).numpy()


def test_the_seed_decides():
    np.testing.assert_array_equal(augment(3, False), augment(3, False))
    assert not np.array_equal(augment(3, False), augment(4, False))
    found = augment(3, False)
    assert found.shape == IMAGES.shape
    assert found.min() >= 0
    assert found.max() <= 1


def test_conservative_images_are_flipped_and_a_little_brighter_only():
    images = 0.3 + 0.3 * IMAGES
    for image, found in zip(images, augment(5, True, images), strict=True):
        flips = [image[::y, ::x] for y in (1, -1) for x in (1, -1)]
        residuals = [found - flip for flip in flips]
        best = min(residuals, key=np.std)
        # The same shift of brightness per channel all over the image, and a small one.
        assert np.all(best.std(axis=(0, 1)) < 1e-5)
        assert np.abs(best).max() < 0.3 * 0.25 * 0.5 + 1e-5


def test_other_images_are_changed_more_and_wide_ones_keep_their_axes():
    stripes = np.zeros((64, 16, 40, 1), "float32")
    stripes[:, ::2] = 1
    found = augment(7, False, stripes, strength=0.2)
    along = np.abs(np.diff(found, axis=2)).mean(axis=(1, 2, 3))
    across = np.abs(np.diff(found, axis=1)).mean(axis=(1, 2, 3))
    assert np.all(across > along)
    square = augment(7, False, stripes[:, :, :16], strength=0.2)
    along = np.abs(np.diff(square, axis=2)).mean(axis=(1, 2, 3))
    across = np.abs(np.diff(square, axis=1)).mean(axis=(1, 2, 3))
    assert 10 < np.sum(along > across) < 54
