import numpy as np
import pytest
import tensorflow as tf

from mesa_keras.pipelines.pair_augment import augment_galaxies, center_crop

RNG = np.random.default_rng(0)
SEED = tf.constant([1, 2])


@pytest.fixture
def compiled():
    """Compiled by XLA, as it runs; elsewhere that would take most of the time."""


@pytest.fixture(autouse=True)
def eager(request):
    if "compiled" not in request.fixturenames:
        tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def blobs(count=40, side=33, width=2.5, noise=0.0):
    """Elongated galaxies of different flux in the middle, of three colours."""
    y, x = np.mgrid[:side, :side] - (side - 1) // 2
    shape = np.exp(-0.5 * ((x / width) ** 2 + (y / width / 1.5) ** 2))
    level = RNG.uniform(1, 20, (count, 1, 1, 1)) * np.array([1.0, 2.0, 3.0])
    images = shape[None, :, :, None] * level
    images = images + noise * RNG.normal(size=images.shape)
    return images.astype("float32")


def test_center_crop():
    images = RNG.normal(size=(2, 10, 9, 3)).astype("float16")
    cropped = center_crop(tf.constant(images), 4)
    np.testing.assert_array_equal(cropped, images[:, 3:7, 2:6].astype("float32"))
    assert cropped.dtype == tf.float32
    with pytest.raises(ValueError, match=r"`size` must be positive.*10 for 10 x 9"):
        center_crop(tf.constant(images), 10)


def test_compiled_it_is_the_same(compiled):
    images = tf.constant(blobs(4))
    options = {"size": 12, "noise": 1.0}
    first = augment_galaxies(images, SEED, **options)
    tf.config.run_functions_eagerly(True)
    second = augment_galaxies(images, SEED, **options)
    np.testing.assert_allclose(first, second, atol=1e-3)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_without_anything_it_is_the_center(dtype, interpolation):
    images = tf.constant(RNG.normal(size=(3, 12, 15, 2)).astype(dtype))
    same = augment_galaxies(
        images,
        SEED,
        size=7,
        rotation="none",
        flip=False,
        max_shift=0,
        interpolation=interpolation,
    )
    np.testing.assert_allclose(same, center_crop(images, 7), rtol=1e-6)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("rotation", ["any", "quarter", "none"])
def test_flux_and_colour_stay(rotation, interpolation):
    images = blobs()
    out = augment_galaxies(
        tf.constant(images),
        SEED,
        size=23,
        rotation=rotation,
        interpolation=interpolation,
        max_shift=2,
    ).numpy()
    flux, before = out.sum((1, 2)), images.sum((1, 2))
    np.testing.assert_allclose(flux, before, rtol=0.02)
    np.testing.assert_allclose(flux[:, 2] / flux[:, 0], 3.0, rtol=1e-3)


def test_quarter_turns_and_flips_are_the_eight_of_a_square():
    image = RNG.normal(size=(8, 8, 1)).astype("float32")
    out = augment_galaxies(
        tf.constant(np.repeat(image[None], 200, 0)),
        SEED,
        size=8,
        rotation="quarter",
        max_shift=0,
    ).numpy()
    turns = [np.rot90(image, k) for k in range(4)]
    places = {t.tobytes() for t in turns} | {t[:, ::-1].tobytes() for t in turns}
    assert {o.tobytes() for o in out} == places


def test_quarter_turns_alone_do_not_mirror():
    image = RNG.normal(size=(6, 6, 1)).astype("float32")
    out = augment_galaxies(
        tf.constant(np.repeat(image[None], 200, 0)),
        SEED,
        size=6,
        rotation="quarter",
        flip=False,
        max_shift=0,
    ).numpy()
    turns = {np.rot90(image, k).tobytes() for k in range(4)}
    assert {o.tobytes() for o in out} == turns


def test_shifts_are_rolls_by_whole_pixels_within_reach():
    image = np.zeros((1, 15, 15, 1), "float32")
    image[0, 7, 7] = 1
    out = augment_galaxies(
        tf.constant(np.repeat(image, 300, 0)),
        SEED,
        size=9,
        rotation="none",
        flip=False,
        max_shift=2,
    ).numpy()
    places = np.argwhere(out[..., 0] == 1)
    assert len(places) == 300
    moved = {tuple(place) for place in places[:, 1:] - 4}
    assert moved == {(y, x) for y in range(-2, 3) for x in range(-2, 3)}


def test_angles_are_spread_evenly():
    image = np.zeros((1, 41, 41, 1), "float32")
    image[0, 20, 36] = 1
    out = augment_galaxies(
        tf.constant(np.repeat(image, 400, 0)),
        SEED,
        size=41,
        max_shift=0,
        interpolation="bilinear",
    ).numpy()[..., 0]
    y, x = np.mgrid[:41, :41] - 20
    angle = np.arctan2((out * y).sum((1, 2)), (out * x).sum((1, 2)))
    counts = np.histogram(angle, 8, (-np.pi, np.pi))[0]
    assert counts.min() > 25


def test_nearest_pixels_keep_the_noise():
    images = RNG.normal(size=(20, 40, 40, 3)).astype("float32")
    options = {"size": 24, "max_shift": 2}
    near = augment_galaxies(tf.constant(images), SEED, **options)
    mean = augment_galaxies(
        tf.constant(images), SEED, interpolation="bilinear", **options
    )
    assert np.std(near) == pytest.approx(1.0, abs=0.02)
    assert np.std(mean) < 0.8


def test_noise_is_measured_in_that_of_the_sky():
    images = blobs(300, noise=0.0)
    sigma = np.array([0.1, 0.2, 0.4])
    images += sigma * RNG.normal(size=images.shape)
    options = {"size": 25, "rotation": "none", "flip": False, "max_shift": 0}
    plain = augment_galaxies(tf.constant(images), SEED, **options)
    noisy = augment_galaxies(tf.constant(images), SEED, noise=2.0, **options)
    added = (noisy - plain).numpy()
    # Shares are even between 0 and 2: the mean square is 4/3.
    rms = np.sqrt((added**2).mean((0, 1, 2)))
    np.testing.assert_allclose(rms, sigma * np.sqrt(4 / 3), rtol=0.1)
    assert np.ptp(added.std((1, 2, 3))) > 0.2


def test_missing_stays_missing():
    images = blobs(3)
    images[1] = np.nan
    images[2, :3] = np.nan
    out = augment_galaxies(
        tf.constant(images), SEED, size=13, noise=1.0, max_shift=1
    ).numpy()
    assert np.isnan(out[1]).all()
    assert np.isfinite(out[[0, 2]]).all()


def test_same_seed_same_images():
    images = tf.constant(blobs(5))
    first = augment_galaxies(images, SEED, size=16, noise=1.0)
    np.testing.assert_array_equal(
        first, augment_galaxies(images, SEED, size=16, noise=1.0)
    )
    other = augment_galaxies(images, SEED + 1, size=16, noise=1.0)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 40}, "size=40 for 33 x 33"),
        ({"rotation": "some"}, "`rotation` must be one of"),
        ({"interpolation": "cubic"}, "`interpolation`"),
        ({"max_shift": -1}, "`max_shift` and"),
        ({"noise": -0.1}, "`noise` must be"),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        augment_galaxies(tf.constant(blobs(2)), SEED, **{"size": 16, **options})
