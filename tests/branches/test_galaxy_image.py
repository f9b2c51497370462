import keras
import numpy as np
import pytest

from mesa_keras.branches import adapt_galaxy_image, galaxy_image_cnn
from tests.keras_checks import check_saving

RNG = np.random.default_rng(0)
NOISE = np.array([0.01, 0.02, 0.03])


def galaxies(fluxes, size=24, noise=True):
    """Round galaxies of given total flux per band on a noisy sky."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    form = np.exp(-0.5 * (x**2 + y**2) / 2.5**2)
    image = np.asarray(fluxes)[:, None, None] * (form / form.sum())[..., None]
    if noise:
        image = image + NOISE * RNG.normal(size=image.shape)
    return image.astype("float32")


def build(**changes):
    keras.utils.set_random_seed(1)
    settings = {"filters": (4, 8), "radii": (3, 6), "output_dim": 12, **changes}
    branch = galaxy_image_cnn(24, 24, 3, **settings)
    adapt_galaxy_image(branch, galaxies(RNG.lognormal(2, 1, size=(40, 3))))
    return branch


@pytest.mark.parametrize(
    "changes",
    [{}, {"embedding_dim": 4}, {"radii": ()}, {"radii": (), "scaling": "standardize"}],
)
def test_shape_and_saving(changes, tmp_path):
    branch = build(**changes)
    assert branch.output_shape == (None, 12)
    check_saving(branch, galaxies(np.ones((3, 3))), tmp_path)


def test_brightness_and_colour_change_the_embedding():
    branch = build()
    images = galaxies([(5, 8, 10), (10, 16, 20), (10, 8, 6)], noise=False)
    found = np.asarray(branch(images))
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(found[i] - found[j]).max() > 1e-2
    seed = build(radii=(), scaling="standardize")
    found = np.asarray(seed(images))
    np.testing.assert_allclose(found[1], found[0], atol=1e-4)


def test_missing_pixels_are_no_crash():
    images = galaxies(np.full((3, 3), 8.0))
    images[1], images[2, :5] = np.nan, np.nan
    branch = build()
    found = np.asarray(branch(images))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(np.asarray(branch(images[:1])), found[:1], atol=1e-5)


def test_photometry_is_normalized_by_training_data():
    branch = build()
    images = galaxies(RNG.lognormal(2, 1, size=(200, 3)))
    layer = branch.get_layer("galaxy_image_linear_scaling")
    np.testing.assert_allclose(layer.noise, NOISE, rtol=0.4)
    sums = branch.get_layer("galaxy_image_sums")(layer(images))
    normalization = next(
        layer
        for layer in branch._flatten_layers()
        if layer.name == "galaxy_image_photometry_normalization"
    )
    values, missing = normalization(sums)
    assert np.abs(np.asarray(values).mean(axis=0)).max() < 0.5
    assert np.asarray(values).std(axis=0) == pytest.approx(1, abs=0.4)
    assert not np.asarray(missing).any()
    assert "band 0 to 1 within 3 px" in normalization.columns


def test_standardized_images_have_no_photometry():
    with pytest.raises(ValueError, match="`radii` must be empty"):
        build(scaling="standardize")
