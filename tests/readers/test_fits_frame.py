import contextlib
import gzip
import tracemalloc

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mesa_keras.readers import FrameError, fits_frame, read_frame

SHAPE = (16, 20)


def pixels(dtype=np.uint16, shape=SHAPE):
    values = np.random.default_rng(0).integers(0, 120, shape)
    return values.astype(dtype)


def written(path, *hdus):
    hdus = [hdu if hasattr(hdu, "header") else fits.PrimaryHDU(hdu) for hdu in hdus]
    fits.HDUList(hdus).writeto(path)
    return path


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]
)
def test_every_kind_of_number_comes_back_unchanged(tmp_path, dtype):
    image = pixels(dtype)
    frame = read_frame(written(tmp_path / "a.fits", image))
    np.testing.assert_array_equal(frame.pixels, image)
    assert frame.pixels.dtype == np.dtype(dtype)
    assert frame.pixels.dtype.isnative
    assert frame.bits == (None if dtype[0] == "f" else 8 * np.dtype(dtype).itemsize)


@given(
    image=hnp.arrays(np.uint16, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)),
    packed=st.booleans(),
)
def test_unsigned_numbers_survive(tmp_path_factory, image, packed):
    path = tmp_path_factory.mktemp("u") / ("a.fits.gz" if packed else "a.fits")
    written(path, image)
    found = read_frame(path).pixels
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, image)


def test_large_image_is_read_in_pieces(tmp_path):
    image = np.arange(1100 * 1300, dtype=np.uint32).reshape(1100, 1300)
    found = read_frame(written(tmp_path / "a.fits", image.astype(np.uint16))).pixels
    np.testing.assert_array_equal(found, image.astype(np.uint16))


def test_scaled_integers_become_floats(tmp_path):
    hdu = fits.PrimaryHDU(pixels(np.int16))
    hdu.header["BZERO"], hdu.header["BSCALE"] = 100.5, 0.25
    frame = read_frame(written(tmp_path / "a.fits", hdu))
    assert frame.pixels.dtype == np.float32
    np.testing.assert_allclose(frame.pixels, pixels(np.float32) * 0.25 + 100.5)


def test_blank_pixels_become_nan(tmp_path):
    image = pixels(np.int16)
    image[3, 4] = -32768
    hdu = fits.PrimaryHDU(image)
    hdu.header["BLANK"] = -32768
    found = read_frame(written(tmp_path / "a.fits", hdu)).pixels
    assert np.isnan(found[3, 4])
    assert np.isnan(found).sum() == 1


def test_blank_that_does_not_occur_keeps_integers(tmp_path):
    hdu = fits.PrimaryHDU(pixels(np.int16))
    hdu.header["BLANK"] = -32768
    assert read_frame(written(tmp_path / "a.fits", hdu)).pixels.dtype == np.int16


@pytest.mark.parametrize("method", ["RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"])
@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_tile_compressed(tmp_path, method, dtype):
    image = pixels(dtype, (40, 44))
    hdu = fits.CompImageHDU(image, compression_type=method)
    frame = read_frame(written(tmp_path / "a.fits.fz", fits.PrimaryHDU(), hdu))
    assert frame.pixels.dtype == dtype
    np.testing.assert_allclose(
        frame.pixels, image, atol=3 if dtype == np.float32 else 0
    )


def test_first_image_of_two_dimensions_is_taken(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column("A", "E", array=[1.0])])
    path = written(
        tmp_path / "a.fits",
        fits.PrimaryHDU(),
        table,
        fits.ImageHDU(np.ones(50)),
        fits.ImageHDU(pixels(), name="SCI"),
        fits.ImageHDU(pixels() * 0, name="ERR"),
    )
    np.testing.assert_array_equal(read_frame(path).pixels, pixels())


@pytest.mark.parametrize("dtype", ["i2", "f4"])
def test_scaling_of_the_primary_header_is_not_that_of_the_image(tmp_path, dtype):
    path = written(tmp_path / "a.fits", fits.PrimaryHDU(), fits.ImageHDU(pixels(dtype)))
    primary = fits.Header([("SIMPLE", True), ("BITPIX", 16), ("NAXIS", 0)])
    primary.extend([("EXTEND", True), ("BZERO", 32768.0), ("BLANK", 3)])
    rest = path.read_bytes()[2880:]
    path.write_bytes(primary.tostring(padding=True).encode() + rest)
    np.testing.assert_array_equal(read_frame(path).pixels, pixels(dtype))


def test_header_is_completed_with_the_primary_one(tmp_path):
    primary = fits.PrimaryHDU()
    primary.header["OBJECT"], primary.header["EXPTIME"] = "M31", 1.0
    primary.header["HIERARCH ESO DPR TYPE"] = "FLAT,LAMP"
    image = fits.ImageHDU(pixels())
    image.header["EXPTIME"] = 30.0
    image.header["comment"] = "free text"
    header = read_frame(written(tmp_path / "a.fits", primary, image)).header
    assert header["OBJECT"] == "M31"
    assert header["EXPTIME"] == 30.0
    assert header["ESO DPR TYPE"] == "FLAT,LAMP"
    assert "COMMENT" not in header


@pytest.mark.parametrize(
    ("card", "value"),
    [
        ("EXPTIME = '6,4E-05 '           / Total Exposure Time (s)", "6,4E-05"),
        ("EXPTIME =              6,4E-05 / Total Exposure Time (s)", "6,4E-05"),
        ("EXPTIME = 0.5 s", "0.5 s"),
        ("EXPTIME =", None),
    ],
)
def test_cards_that_break_the_rules_are_kept_as_text(tmp_path, card, value):
    path = written(tmp_path / "a.fits", fits.PrimaryHDU(pixels()))
    content = path.read_bytes()
    end = content.index(b"END" + b" " * 77)
    path.write_bytes(content[:end] + card.ljust(80).encode() + content[end + 80 :])
    content = path.read_bytes()
    path.write_bytes(content[: end + 80] + b"END".ljust(80) + content[end + 160 :])
    assert read_frame(path).header.get("EXPTIME") == value


def test_cube_gives_its_first_plane_and_a_warning(tmp_path):
    cube = pixels(shape=(5, *SHAPE))
    frame = read_frame(written(tmp_path / "a.fits", cube))
    np.testing.assert_array_equal(frame.pixels, cube[0])
    assert "the first of 5 planes was taken" in frame.warnings[0]
    single = read_frame(written(tmp_path / "b.fits", cube[None, :1]))
    assert single.warnings == ()
    packed = fits.CompImageHDU(cube)
    frame = read_frame(written(tmp_path / "c.fits.fz", fits.PrimaryHDU(), packed))
    np.testing.assert_array_equal(frame.pixels, cube[0])


@pytest.mark.parametrize("axis", [0, 2])
def test_colours_in_both_orders(tmp_path, axis):
    colour = pixels(shape=(*SHAPE, 3))
    path = written(tmp_path / "a.fits", np.moveaxis(colour, 2, axis))
    frame = read_frame(path)
    np.testing.assert_array_equal(frame.pixels, colour)
    assert frame.plane().shape == SHAPE


@pytest.mark.parametrize("shape", [(1, *SHAPE), (*SHAPE, 1), (1, 1, *SHAPE)])
def test_axes_of_length_one_do_not_matter(tmp_path, shape):
    frame = read_frame(written(tmp_path / "a.fits", pixels().reshape(shape)))
    np.testing.assert_array_equal(frame.pixels, pixels())
    assert frame.warnings == ()


def test_mosaic_is_named(tmp_path):
    hdu = fits.PrimaryHDU(pixels())
    hdu.header["BAYERPAT"] = "GRBG"
    assert read_frame(written(tmp_path / "a.fits", hdu)).bayer == "GRBG"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_truncated_file_is_refused(tmp_path, packed, kept):
    path = written(tmp_path / "a.fits", pixels(np.float64, (60, 60)))
    content = path.read_bytes()[: 2880 + int(kept * 8 * 3600)]
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(FrameError, match="promises 28800 bytes of pixels"):
        read_frame(path)


def test_truncated_gzip_stream_is_refused(tmp_path):
    path = written(
        tmp_path / "a.fits.gz", np.random.default_rng(0).normal(size=(60, 60))
    )
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(FrameError):
        read_frame(path)


def test_truncated_tiles_are_refused(tmp_path):
    hdu = fits.CompImageHDU(pixels(shape=(200, 200)), compression_type="GZIP_1")
    path = written(tmp_path / "a.fits.fz", fits.PrimaryHDU(), hdu)
    path.write_bytes(path.read_bytes()[:-8000])
    with pytest.raises(FrameError):
        read_frame(path)


def promise(path, width, height, bitpix=16):
    header = fits.Header()
    header["SIMPLE"], header["BITPIX"], header["NAXIS"] = True, bitpix, 2
    header["NAXIS1"], header["NAXIS2"] = width, height
    text = header.tostring()
    path.write_bytes(text.encode() + b"\0" * 2880)
    return path


@pytest.mark.parametrize("size", [10_000, 1_000_000, 777_777_701])
@pytest.mark.parametrize("packed", [False, True])
def test_false_promise_takes_no_memory(tmp_path, size, packed):
    path = promise(tmp_path / "a.fits", size, size, -64)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    read_once_for_imports = written(tmp_path / "b.fits", pixels())
    read_frame(read_once_for_imports)
    tracemalloc.start()
    with pytest.raises(FrameError, match=r"promises|damaged"):
        read_frame(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_too_large_image_is_refused(tmp_path):
    path = promise(tmp_path / "a.fits", 40_000, 40_000, 8)
    with path.open("r+b") as stream:
        # A file with a hole: it has the length, and takes no space.
        stream.truncate(2880 + 40_000**2)
    with pytest.raises(FrameError, match="takes 1525 MB, more than the 384 MB"):
        read_frame(path)


def test_gzip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(fits_frame, "MAX_FRAME_BYTES", 2 << 20)
    monkeypatch.setattr(fits_frame, "EXTRA_BYTES", 1 << 20)
    path = tmp_path / "a.fits.gz"
    path.write_bytes(gzip.compress(b"\0" * (16 << 20)))
    with pytest.raises(FrameError, match="unpacks to more than 3 MB"):
        read_frame(path)


def test_concatenated_gzip_members_and_padding(tmp_path):
    content = written(tmp_path / "a.fits", pixels()).read_bytes()
    path = tmp_path / "b.fits.gz"
    path.write_bytes(
        gzip.compress(content[:4000]) + gzip.compress(content[4000:]) + b"\0" * 100
    )
    np.testing.assert_array_equal(read_frame(path).pixels, pixels())


def test_only_a_table(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column("A", "E", array=[1.0])])
    path = written(tmp_path / "a.fits", fits.PrimaryHDU(), table)
    with pytest.raises(FrameError, match="holds no image of two dimensions"):
        read_frame(path)


def test_random_damage_never_crashes(tmp_path):
    generator = np.random.default_rng(5)
    hdu = fits.CompImageHDU(pixels(shape=(40, 40)))
    sources = [
        written(tmp_path / "a.fits", pixels(shape=(40, 40))).read_bytes(),
        written(tmp_path / "b.fits.fz", fits.PrimaryHDU(), hdu).read_bytes(),
    ]
    path = tmp_path / "damaged.fits"
    for number in range(120):
        content = bytearray(sources[number % 2])
        for place in generator.integers(0, len(content), 6):
            content[place] = generator.integers(0, 256)
        path.write_bytes(content)
        with contextlib.suppress(FrameError):
            assert read_frame(path).pixels.ndim in (2, 3)
