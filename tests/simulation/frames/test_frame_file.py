import gzip
import warnings

import numpy as np
import pytest
import tifffile
from astropy.io import fits

from mesa_keras.simulation.frames.frame_file import (
    FITS_SUFFIXES,
    TIFF_SUFFIXES,
    draw_suffix,
    write_frame,
)
from mesa_keras.simulation.frames.header_facts import Verbatim

CARDS = (
    ("EXPTIME", 2.5),
    ("IMAGETYP", "Light Frame"),
    ("HIERARCH ESO DPR TYPE", "BIAS"),
)


def some_pixels(dtype, shape=(40, 50)):
    rng = np.random.default_rng(0)
    return (100 * rng.random(shape)).astype(dtype)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4", "f4", "f8"])
@pytest.mark.parametrize("suffix", [s for s in FITS_SUFFIXES if s != ".fits.fz"])
def test_fits_files_hold_values_and_cards(tmp_path, suffix, dtype):
    pixels = some_pixels(dtype)
    path = tmp_path / f"frame{suffix}"
    write_frame(path, pixels, CARDS)
    with fits.open(path) as hdus:
        np.testing.assert_array_equal(hdus[0].data, pixels)
        assert hdus[0].header["EXPTIME"] == 2.5
        assert hdus[0].header["ESO DPR TYPE"] == "BIAS"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4"])
def test_compressed_tiles(tmp_path, dtype):
    pixels = some_pixels(dtype)
    path = tmp_path / "frame.fits.fz"
    write_frame(path, pixels, CARDS)
    with fits.open(path) as hdus:
        np.testing.assert_array_equal(hdus[1].data, pixels)
        assert hdus[1].header["IMAGETYP"] == "Light Frame"


def test_an_image_may_stand_in_the_second_part(tmp_path):
    pixels = some_pixels("u2")
    write_frame(tmp_path / "frame.fits", pixels, CARDS, in_extension=True)
    with fits.open(tmp_path / "frame.fits") as hdus:
        assert hdus[0].data is None
        assert hdus[0].header["EXPTIME"] == 2.5
        np.testing.assert_array_equal(hdus[1].data, pixels)


def test_colour_is_three_planes(tmp_path):
    pixels = some_pixels("u2", (40, 50, 3))
    write_frame(tmp_path / "frame.fits", pixels, ())
    assert fits.getdata(tmp_path / "frame.fits").shape == (3, 40, 50)
    write_frame(tmp_path / "frame.tif", pixels, ())
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "frame.tif"), pixels)


@pytest.mark.parametrize("suffix", [*FITS_SUFFIXES, *TIFF_SUFFIXES])
def test_the_same_frame_gives_the_same_bytes(tmp_path, suffix):
    pixels = some_pixels("u2" if suffix == ".fits.fz" else "f4")
    for name in ("one", "two"):
        write_frame(tmp_path / f"{name}{suffix}", pixels, CARDS)
    one, two = ((tmp_path / f"{n}{suffix}").read_bytes() for n in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("suffix", [".fits", ".fits.gz", ".fits.fz"])
def test_a_card_that_breaks_the_standard_is_written_as_it_is(tmp_path, suffix):
    path = tmp_path / f"frame{suffix}"
    write_frame(path, some_pixels("u2"), [("EXPTIME", Verbatim("0,005"))])
    raw = path.read_bytes()
    if suffix == ".fits.gz":
        raw = gzip.decompress(raw)
    assert f"{'EXPTIME':<8}= {'0,005':>20}".encode() in raw
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert fits.open(path)[-1].data.shape == (40, 50)


def test_suffixes_suit_the_values():
    rng = np.random.default_rng(0)
    drawn = [draw_suffix(rng, some_pixels("i2")) for _ in range(300)]
    assert not set(drawn) & set(TIFF_SUFFIXES)
    floats = {draw_suffix(rng, some_pixels("f4")) for _ in range(300)}
    assert ".fits.fz" not in floats
    colour = [draw_suffix(rng, some_pixels("u2", (4, 5, 3))) for _ in range(300)]
    assert sum(suffix in TIFF_SUFFIXES for suffix in colour) > 100
    assert set(drawn) | set(colour) == {*FITS_SUFFIXES, *TIFF_SUFFIXES}
