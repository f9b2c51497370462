import numpy as np
import pytest

from mesa_keras.readers import open_pair_store
from mesa_keras.recipes.astroclip.embed import (
    ROWS_AT_ONCE,
    center_crop,
    embed_images,
    embed_spectra,
)
from tests.small_astroclip import NO_IMAGE, NO_SPECTRUM, small_model, write_small_store


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_small_store(tmp_path_factory.mktemp("store") / "pairs")


@pytest.fixture(scope="module")
def model(folder):
    return small_model(folder)


@pytest.fixture(scope="module")
def arrays(folder):
    store = open_pair_store(folder)
    rows = np.arange(100)
    return store.images(rows), *store.spectra(rows)


def test_vectors_do_not_depend_on_how_the_rows_come(model, arrays):
    images, flux, ivar = arrays
    whole = embed_images(model, images), embed_spectra(model, flux, ivar)
    first = slice(0, ROWS_AT_ONCE)
    for size in (1, 7, 65):
        part = slice(0, size)
        np.testing.assert_array_equal(embed_images(model, images[part]), whole[0][part])
    np.testing.assert_array_equal(
        embed_spectra(model, flux[first], ivar[first]), whole[1][first]
    )


def test_they_are_those_of_the_whole_model(model, arrays):
    images, flux, ivar = (array[:20] for array in arrays)
    crop = center_crop(images, 32).astype("float32")
    pairs = np.asarray(model({"image": crop, "flux": flux, "ivar": ivar})["alignment"])
    np.testing.assert_allclose(embed_images(model, images), pairs[:, 0], atol=1e-5)
    np.testing.assert_allclose(embed_spectra(model, flux, ivar), pairs[:, 1], atol=1e-5)
    assert np.flatnonzero(np.isnan(pairs).all(axis=2)[:, 0]).tolist() == [NO_IMAGE]
    assert np.flatnonzero(np.isnan(pairs).all(axis=2)[:, 1]).tolist() == [NO_SPECTRUM]


def test_nothing_gives_nothing(model, arrays):
    images, flux, ivar = (array[:0] for array in arrays)
    assert embed_images(model, images).shape == (0, 8)
    assert embed_spectra(model, flux, ivar).shape == (0, 8)


def test_the_middle_is_cropped():
    x = np.arange(2 * 7 * 6).reshape(2, 7, 6, 1)
    np.testing.assert_array_equal(center_crop(x, 4), x[:, 1:5, 1:5])


def test_wrong_shapes_are_named(model, arrays):
    images, flux, ivar = arrays
    with pytest.raises(ValueError, match="bands g, r, z and at least 32 x 32"):
        embed_images(model, images[:, :31])
    with pytest.raises(ValueError, match="bands g, r, z"):
        embed_images(model, images[..., :2])
    with pytest.raises(ValueError, match="`ivar` must have the shape"):
        embed_spectra(model, flux, ivar[:, 1:])
    with pytest.raises(ValueError, match="from 3600 in steps of 8 Angstrom"):
        embed_spectra(model, flux[:, 1:], ivar[:, 1:])
