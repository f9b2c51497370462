import contextlib
import importlib.util

import numpy as np
import pytest
import tifffile

from mesa_keras.readers import FrameError, read_frame
from mesa_keras.readers.tiff_frame_header import description_cards

PLANE = np.random.default_rng(0).integers(0, 120, (40, 48))
COLOUR = np.random.default_rng(1).integers(0, 65535, (40, 48, 3)).astype(np.uint16)


def frame_of(tmp_path, pixels, **kwargs):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, pixels, **kwargs)
    return read_frame(path)


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]
)
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_every_kind_of_number(tmp_path, dtype, byteorder):
    frame = frame_of(tmp_path, PLANE.astype(dtype), byteorder=byteorder)
    assert frame.pixels.dtype == np.dtype(dtype)
    assert frame.pixels.dtype.isnative
    np.testing.assert_array_equal(frame.pixels, PLANE.astype(dtype))
    assert frame.bits == (None if dtype[0] == "f" else 8 * np.dtype(dtype).itemsize)


def test_half_floats_become_floats(tmp_path):
    frame = frame_of(tmp_path, PLANE.astype(np.float16))
    assert frame.pixels.dtype == np.float32
    np.testing.assert_array_equal(frame.pixels, PLANE)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"bigtiff": True},
        {"tile": (16, 16)},
        {"rowsperstrip": 7},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": 2},
        {"compression": "lzma", "tile": (32, 32)},
        {"ome": True},
        {"imagej": True},
    ],
)
def test_layouts(tmp_path, kwargs):
    plane = PLANE.astype(np.uint16)
    np.testing.assert_array_equal(frame_of(tmp_path, plane, **kwargs).pixels, plane)


@pytest.mark.parametrize(
    ("pixels", "kwargs"),
    [
        (COLOUR, {"photometric": "rgb"}),
        (np.moveaxis(COLOUR, 2, 0), {"photometric": "rgb", "planarconfig": "separate"}),
        (
            np.concatenate([COLOUR, COLOUR[..., :1]], axis=2),
            {"photometric": "rgb", "extrasamples": ["unassalpha"]},
        ),
    ],
)
def test_colours(tmp_path, pixels, kwargs):
    np.testing.assert_array_equal(frame_of(tmp_path, pixels, **kwargs).pixels, COLOUR)


def test_palette_becomes_colours(tmp_path):
    palette = np.random.default_rng(0).integers(0, 65535, (3, 256)).astype(np.uint16)
    frame = frame_of(
        tmp_path, PLANE.astype(np.uint8), photometric="palette", colormap=palette
    )
    np.testing.assert_array_equal(frame.pixels, palette.T[PLANE])


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("u1", 255 - PLANE), ("u2", 65535 - PLANE), ("i2", -1 - PLANE)],
)
def test_inverted_greys_are_turned_back(tmp_path, dtype, expected):
    frame = frame_of(tmp_path, PLANE.astype(dtype), photometric="miniswhite")
    np.testing.assert_array_equal(frame.pixels, expected.astype(dtype))


def test_inverted_floats_keep_their_range(tmp_path):
    plane = PLANE.astype(np.float32)
    frame = frame_of(tmp_path, plane, photometric="miniswhite")
    np.testing.assert_allclose(frame.pixels, plane.max() + plane.min() - plane)


def test_inverted_floats_keep_their_range_beside_broken_pixels(tmp_path):
    plane = PLANE.astype(np.float32)
    expected = plane.max() + plane.min() - plane
    plane[0, :3] = np.nan, np.inf, -np.inf
    expected[0, :3] = np.nan, -np.inf, np.inf
    frame = frame_of(tmp_path, plane, photometric="miniswhite")
    np.testing.assert_array_equal(frame.pixels, expected)
    empty = np.full_like(plane, np.nan)
    with pytest.raises(FrameError, match="none of its pixels is a finite number"):
        frame_of(tmp_path, empty, photometric="miniswhite")


def test_first_page_is_taken_with_a_warning(tmp_path):
    pages = np.stack([PLANE, PLANE + 1, PLANE + 2]).astype(np.uint16)
    frame = frame_of(tmp_path, pages, photometric="minisblack")
    np.testing.assert_array_equal(frame.pixels, PLANE)
    assert frame.warnings == ("a.tif: the first of 3 pages was taken",)


def test_thumbnail_is_passed_over(tmp_path):
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(PLANE[::4, ::4].astype(np.uint16), subfiletype=1)
        writer.write(PLANE.astype(np.uint16))
    assert read_frame(path).pixels.shape == PLANE.shape


def test_bits_and_bilevel(tmp_path):
    frame = frame_of(tmp_path, PLANE > 60)
    assert frame.pixels.dtype == np.uint8
    assert frame.bits == 1


@pytest.mark.skipif(
    importlib.util.find_spec("imagecodecs") is not None,
    reason="with imagecodecs the compression is known",
)
def test_compression_that_needs_a_package_names_it(tmp_path):
    path = tmp_path / "a.tif"
    plane = PLANE.astype(np.uint16)
    tifffile.imwrite(path, plane)
    with tifffile.TiffFile(path) as file:
        tag = file.pages[0].tags["Compression"]
        place, order = tag.valueoffset, file.byteorder
    content = bytearray(path.read_bytes())
    lzw = np.array(5, f"{order}u2").tobytes()
    content[place : place + 2] = lzw
    path.write_bytes(content)
    with pytest.raises(FrameError, match="needs the package imagecodecs") as caught:
        read_frame(path)
    # Not damage: once it is installed, another try is not in vain.
    assert isinstance(caught.value.__cause__, ImportError)


def test_complex_numbers_are_refused(tmp_path):
    with pytest.raises(FrameError, match="no plain numbers"):
        frame_of(tmp_path, PLANE.astype(np.complex64))


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_truncated_file_is_refused(tmp_path, compression):
    path = tmp_path / "a.tif"
    noise = np.random.default_rng(0).integers(0, 65535, (60, 60)).astype(np.uint16)
    tifffile.imwrite(path, noise, compression=compression)
    content = path.read_bytes()
    for length in (4, 8, 60, len(content) // 2, len(content) - 20):
        path.write_bytes(content[:length])
        with pytest.raises(FrameError):
            read_frame(path)


def test_false_promise_is_refused(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, PLANE.astype(np.uint16))
    with tifffile.TiffFile(path) as file:
        tags = file.pages[0].tags
        places = [tags[name].valueoffset for name in ("ImageWidth", "ImageLength")]
        dtype = f"{file.byteorder}u{4 if tags['ImageWidth'].dtype == 4 else 2}"
    for size, reason in ((4000, "its tags promise"), (60000, "more than the 384 MB")):
        content = bytearray(path.read_bytes())
        for place in places:
            value = np.array(size, dtype).tobytes()
            content[place : place + len(value)] = value
        path.write_bytes(content)
        with pytest.raises(FrameError, match=reason):
            read_frame(path)


def test_random_damage_never_crashes(tmp_path):
    generator = np.random.default_rng(3)
    path = tmp_path / "a.tif"
    sources = []
    for compression in (None, "zlib"):
        tifffile.imwrite(path, PLANE.astype(np.uint16), compression=compression)
        sources.append(path.read_bytes())
    for number in range(200):
        content = bytearray(sources[number % 2])
        for place in generator.integers(0, min(len(content), 600), 4):
            content[place] = generator.integers(0, 256)
        path.write_bytes(content)
        with contextlib.suppress(FrameError):
            assert read_frame(path).pixels.ndim in (2, 3)


def test_tags_under_the_names_of_fits_headers(tmp_path):
    frame = frame_of(
        tmp_path,
        PLANE.astype(np.uint16),
        software="SomeProgram 3",
        datetime="2021:03:04 22:05:06",
        extratags=[
            (272, 2, 0, "Camera 5", False),
            (33434, 5, 1, (1, 60), False),
            (33421, 3, 2, (2, 2), False),
            (33422, 1, 4, (1, 0, 2, 1), False),
        ],
    )
    assert frame.header["INSTRUME"] == "Camera 5"
    assert frame.header["SWCREATE"] == "SomeProgram 3"
    assert frame.header["DATE-LOC"] == "2021-03-04T22:05:06"
    assert frame.header["EXPTIME"] == pytest.approx(1 / 60)
    assert frame.bayer == "GRBG"


def test_fits_cards_in_the_description(tmp_path):
    cards = (
        "SIMPLE  =                    T / header\n"
        "EXPTIME =                  30. / seconds\n"
        "IMAGETYP= 'Light Frame'\n"
        "CCD-TEMP= -10,0\n"
        "NAXIS1  = 48\n"
        "END\n"
    )
    header = frame_of(tmp_path, PLANE.astype(np.uint16), description=cards).header
    assert header["SIMPLE"] is True
    assert header["EXPTIME"] == 30.0
    assert header["IMAGETYP"] == "Light Frame"
    assert header["CCD-TEMP"] == "-10,0"
    assert header["NAXIS1"] == 48


def test_cards_of_eighty_letters():
    text = "EXPTIME =  2.5".ljust(80) + "OBJECT  = 'M 31'".ljust(80) + "END".ljust(80)
    assert description_cards(text) == {"EXPTIME": 2.5, "OBJECT": "M 31"}
    assert description_cards("made by hand") == {}
