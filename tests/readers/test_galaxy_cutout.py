import numpy as np
import pytest
from astropy.io import fits

from mesa_keras.readers.galaxy_cutout import (
    JPEG_UNIT,
    is_cutout_name,
    read_galaxy_cutout,
)
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from tests.readers.small_galaxies import write_cutout, write_jpeg, write_sdss


def test_fits_of_linear_flux(tmp_path):
    cutout = read_galaxy_cutout(write_cutout(tmp_path / "c.fits", side=21))
    assert cutout.image.shape == (21, 21, 3)
    assert cutout.image.dtype == np.float32
    np.testing.assert_array_equal(cutout.image[5, 7], [5, 105, 205])
    assert cutout.unit == "nanomaggy per pixel"
    assert cutout.is_linear
    assert cutout.pixel_scale == pytest.approx(0.262, rel=1e-6)
    assert (cutout.ra, cutout.dec) == pytest.approx((150.0, 2.0))
    assert cutout.warnings == ()


@pytest.mark.parametrize(
    ("bands", "values"), [("griz", [0, 100, 300]), ("zrg", [200, 100, 0])]
)
def test_bands_are_found_by_name(tmp_path, bands, values):
    cutout = read_galaxy_cutout(write_cutout(tmp_path / "c.fits", bands=bands))
    assert cutout.image[0, 0].tolist() == values


def test_numbered_bands_go_before_the_joined_name(tmp_path):
    path = write_cutout(tmp_path / "c.fits", BAND0="z", BAND2="g")
    assert read_galaxy_cutout(path).image[0, 0].tolist() == [200, 100, 0]


def test_bands_may_be_numbered_from_one(tmp_path):
    path = write_cutout(
        tmp_path / "c.fits", bands="", BAND1="z", BAND2="r", BAND3="g", PIXSCALE=0.262
    )
    cutout = read_galaxy_cutout(path)
    assert cutout.image[0, 0].tolist() == [200, 100, 0]
    assert cutout.warnings == ()


@pytest.mark.parametrize("unit", ["nanomaggy", "Nanomaggies", "nanomaggy / pixel"])
def test_names_of_the_unit(tmp_path, unit):
    cutout = read_galaxy_cutout(write_cutout(tmp_path / "c.fits", BUNIT=unit))
    assert cutout.unit == "nanomaggy per pixel"


def test_pixels_without_a_number_are_missing(tmp_path):
    path = write_cutout(tmp_path / "c.fits")
    with fits.open(path, mode="update") as hdus:
        hdus[0].data[0, 3, 4] = np.inf
        hdus[0].data[2, 3, 4] = -np.inf
    image = read_galaxy_cutout(path).image
    assert np.isnan(image[3, 4, [0, 2]]).all()
    assert np.isfinite(image).sum() == image.size - 2


def test_header_without_bands_or_scale(tmp_path):
    path = write_cutout(tmp_path / "c.fits", bands="", wcs=False)
    cutout = read_galaxy_cutout(path)
    assert np.isnan(cutout.pixel_scale)
    assert np.isnan(cutout.ra)
    first, second = cutout.warnings
    assert "names no bands" in first
    assert "no pixel scale" in second
    path = write_cutout(tmp_path / "d.fits", wcs=False, PIXSCALE=0.4)
    assert read_galaxy_cutout(path).pixel_scale == 0.4


def test_jpeg_says_that_it_is_stretched(tmp_path):
    cutout = read_galaxy_cutout(write_jpeg(tmp_path / "c.jpeg"))
    assert cutout.image.shape == (16, 16, 3)
    # Red stands for z, blue for g.
    np.testing.assert_allclose(cutout.image[3, 8], [0, 0, 250], atol=12)
    np.testing.assert_allclose(cutout.image[12, 8], [250, 0, 0], atol=12)
    assert cutout.unit == JPEG_UNIT
    assert not cutout.is_linear
    assert "stretched" in cutout.warnings[0]
    assert "not linear" in cutout.warnings[0]


@pytest.mark.parametrize(
    ("cards", "reason"),
    [
        ({"bands": "gr"}, "must hold the bands g, r, z"),
        ({"bands": "", "NAXIS3": 2}, "does not name them|g, r, z"),
        ({"BUNIT": "counts"}, "nanomaggies, not in counts"),
        ({"BUNIT": "nanomaggy/arcsec2"}, "nanomaggies, not in nanomaggy/arcsec2"),
    ],
)
def test_other_fits_files(tmp_path, cards, reason):
    if cards.get("NAXIS3"):
        path = tmp_path / "c.fits"
        fits.PrimaryHDU(np.zeros((2, 8, 8), np.float32)).writeto(path)
    else:
        path = write_cutout(tmp_path / "c.fits", **cards)
    with pytest.raises(GalaxyFileError, match=reason):
        read_galaxy_cutout(path)


def test_files_that_are_none(tmp_path):
    with pytest.raises(GalaxyFileError, match="no image of several bands"):
        read_galaxy_cutout(write_sdss(tmp_path / "s.fits"))
    with pytest.raises(FileNotFoundError):
        read_galaxy_cutout(tmp_path / "none.fits")
    with pytest.raises(GalaxyFileError, match="is a folder"):
        read_galaxy_cutout(tmp_path)
    text = tmp_path / "t.jpg"
    text.write_text("hello")
    with pytest.raises(GalaxyFileError, match="no FITS file"):
        read_galaxy_cutout(text)


@pytest.mark.parametrize("write", [write_cutout, write_jpeg])
@pytest.mark.parametrize("part", [0.1, 0.6])
def test_truncated_files(tmp_path, write, part):
    name = "c.fits" if write is write_cutout else "c.jpeg"
    path = write(tmp_path / name, side=200)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(GalaxyFileError, match="truncated") as caught:
        read_galaxy_cutout(path)
    assert "\n" not in str(caught.value)


def test_names():
    assert is_cutout_name("a.FITS")
    assert is_cutout_name("spec-0266-51630-0168.jpeg")
    assert not is_cutout_name("a.png")


def test_real_pictures(real_data):
    for path in sorted((real_data / "galaxies").glob("*.jpeg")):
        cutout = read_galaxy_cutout(path)
        assert cutout.image.shape == (256, 256, 3)
        # The galaxy stands in the middle.
        light = cutout.image.sum(2)
        assert light[118:138, 118:138].mean() > 2 * np.median(light)
