import re

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from cli.search_similar import main
from mesa_keras.pipelines.pair_import_files import import_files
from mesa_keras.readers import open_pair_store
from mesa_keras.recipes.astroclip.embed import (
    embed_images,
    embed_spectra,
    model_fingerprint,
)
from mesa_keras.recipes.astroclip.generate import generate_embeddings
from mesa_keras.recipes.astroclip.search_query_file import embed_query_file
from tests.readers.small_galaxies import write_coadd, write_cutout, write_sdss
from tests.small_astroclip import WAVELENGTH, small_model, write_small_store


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """A store."""
    root = tmp_path_factory.mktemp("survey")
    write_small_store(root / "store", 70)
    return root


@pytest.fixture(scope="module")
def model(survey):
    """A model that was not trained."""
    return small_model(survey / "store")


@pytest.fixture(scope="module")
def embedded(survey, model):
    """The model's file, and its embeddings of the store."""
    model.save(survey / "model.keras")
    generate_embeddings(
        survey / "model.keras", survey / "store", survey / "embeddings", split="all"
    )
    return survey


def write_image(path, image, **cards):
    """A cut-out with the pixels of an image of the store."""
    write_cutout(path, side=len(image), **cards)
    with fits.open(path, mode="update") as hdus:
        hdus[0].data = np.moveaxis(image.astype(np.float32), -1, 0)
    return path


def write_spectrum(path, flux, ivar):
    """An SDSS file with a spectrum of the store in pixels of its own."""
    loglam = np.arange(np.log10(3590), np.log10(7630), 1e-4)
    own = np.interp(10**loglam, WAVELENGTH, flux)
    weight = np.interp(10**loglam, WAVELENGTH, ivar) / 8
    return write_sdss(
        path,
        loglam=loglam,
        flux=own,
        ivar=weight,
        and_mask=np.zeros(len(own), np.int32),
    )


def test_the_vector_is_that_of_the_store(survey, model, tmp_path):
    store = open_pair_store(survey / "store")
    image, (flux, ivar) = store.images([11]), store.spectra([11])
    path = write_image(tmp_path / "c.fits", image[0])
    found = embed_query_file(path, model, "image")
    np.testing.assert_allclose(found.vector, embed_images(model, image)[0], atol=1e-6)
    assert found.model_fingerprint == model_fingerprint(model)
    path = write_spectrum(tmp_path / "spec.fits", flux[0], ivar[0])
    found = embed_query_file(path, model, "spectrum")
    assert found.redshift == 0.05
    assert found.flux.shape == (503,)
    assert found.vector @ embed_spectra(model, flux, ivar)[0] > 0.99


def test_a_redshift_that_the_archive_doubts_is_not_shown(model, tmp_path):
    path = write_sdss(tmp_path / "s.fits", ZWARNING=4)
    found = embed_query_file(path, model, "spectrum")
    assert np.isnan(found.redshift)
    assert "doubts its redshift" in found.warnings[0]


def test_an_object_of_a_coadd_is_named(model, tmp_path):
    path = write_coadd(tmp_path / "coadd.fits")
    target = 39627866878511002
    found = embed_query_file(path, model, "spectrum", target)
    np.testing.assert_allclose(found.flux[found.ivar > 0], 3.0)
    assert str(target) in found.name
    for wrong in (None, 5):
        with pytest.raises(ValueError, match="`query_target` must name one of its 4"):
            embed_query_file(path, model, "spectrum", wrong)


@pytest.mark.parametrize(
    ("side", "scale", "note"),
    [
        (40, 0.396, r"pixels of 0\.396 arcsec were brought to 0\.262"),
        (60, 0.131, r"pixels of 0\.131 arcsec .*; .* 30 x 30 of the 32 x 32 pixels"),
        (20, 0.262, r"has 20 x 20 of the 32 x 32 pixels"),
        (40, 0.263, ""),
    ],
)
def test_a_cutout_is_what_an_import_makes_of_it(model, tmp_path, side, scale, note):
    image = np.random.default_rng(0).normal(0.1, 0.02, (side, side, 3))
    path = write_image(tmp_path / "5.fits", image, scale=scale)
    found = embed_query_file(path, model, "image")
    import_files(tmp_path / "store", images=[path], image_size=40)
    stored = embed_images(model, open_pair_store(tmp_path / "store").images([0]))[0]
    # The store keeps half precision.
    np.testing.assert_allclose(found.vector, stored, atol=1e-3)
    assert re.search(note, "; ".join(found.warnings))
    assert bool(note) == bool(found.warnings)


def test_files_that_do_not_fit(model, tmp_path):
    tiny = write_image(tmp_path / "tiny.fits", np.ones((2, 2, 3)), scale=0.1)
    with pytest.raises(
        ValueError, match=r"tiny\.fits: pixels of 0\.1 arcsec cannot be"
    ):
        embed_query_file(tiny, model, "image")
    empty = write_image(tmp_path / "empty.fits", np.full((40, 40, 3), np.nan))
    with pytest.raises(ValueError, match="holds no measured value"):
        embed_query_file(empty, model, "image")
    image = np.ones((40, 40, 3))
    image[..., 2] = 0
    bandless = write_image(tmp_path / "bandless.fits", image)
    with pytest.raises(ValueError, match=r"bandless\.fits: .* every band"):
        embed_query_file(bandless, model, "image")
    zero = write_sdss(tmp_path / "zero.fits", flux=np.zeros(3800))
    with pytest.raises(ValueError, match="a measured flux other than 0"):
        embed_query_file(zero, model, "spectrum")
    with pytest.raises(ValueError, match="neither a spectrum of SDSS nor a coadd"):
        embed_query_file(empty, model, "spectrum")
    spectrum = write_sdss(tmp_path / "s.fits")
    with pytest.raises(ValueError, match="holds no image of several bands"):
        embed_query_file(spectrum, model, "image")


@pytest.mark.slow
def test_the_command_finds_the_object_of_a_file(embedded, tmp_path, capsys):
    store = open_pair_store(embedded / "store")
    path = write_image(tmp_path / "c.fits", store.images([11])[0])
    argv = ["--embeddings", str(embedded / "embeddings"), "--query_file", str(path)]
    argv += ["--model", str(embedded / "model.keras")]
    assert main([*argv, "--output_dir", str(tmp_path / "o"), "--top", "3"]) == 0
    hits = pd.read_csv(tmp_path / "o" / "hits.csv")
    assert hits["object_id"][0] == 1011
    assert hits["similarity"][0] == pytest.approx(1.0, abs=1e-5)
    assert (tmp_path / "o" / "hits.png").is_file()
    small_model(embedded / "store", embedding_dim=12).save(tmp_path / "other.keras")
    argv = [*argv[:-1], str(tmp_path / "other.keras")]
    assert main([*argv, "--output_dir", str(tmp_path / "p")]) == 2
    assert "is not the model of" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_real_spectra_are_embedded(model, real_data):
    for path in sorted((real_data / "galaxies").glob("spec-*.fits")):
        found = embed_query_file(path, model, "spectrum")
        assert abs(np.linalg.norm(found.vector) - 1) < 1e-5
        assert 0 < found.redshift < 0.6
