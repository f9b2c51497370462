import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.readers.archive_error import FetchError
from mesa_keras.readers.archive_file_check import (
    announced_md5,
    announced_sha256,
    check_fits,
    etag_md5,
)
from tests.readers.archive_cases import light_curve_bytes

CONTENT = light_curve_bytes(rows=300)


def write(folder, content, name="lc.fits"):
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_whole_file_passes(tmp_path):
    assert check_fits(write(tmp_path, CONTENT)) == ()
    packed = write(tmp_path, gzip.compress(CONTENT), "lc.fits.gz")
    assert check_fits(packed) == ()


def test_real_files_pass(real_data):
    paths = sorted((real_data / "raw_light_curves").glob("*.fits"))
    assert len(paths) == 2
    assert [check_fits(path) for path in paths] == [(), ()]


@given(length=st.integers(0, len(CONTENT) - 1))
def test_no_beginning_of_a_file_passes(tmp_path_factory, length):
    path = write(tmp_path_factory.getbasetemp(), CONTENT[:length])
    with pytest.raises(FetchError) as caught:
        check_fits(path)
    assert caught.value.damaged


@pytest.mark.parametrize("blocks", range(1, len(CONTENT) // 2880))
def test_no_whole_number_of_blocks_passes(tmp_path, blocks):
    with pytest.raises(FetchError, match="damaged or truncated"):
        check_fits(write(tmp_path, CONTENT[: 2880 * blocks]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no FITS file"),
        (b"<html>busy</html>", "is no FITS file"),
        (CONTENT + bytes(2880), "2880 bytes after its end|corrupted"),
        (CONTENT + b"<html>", "6 bytes after its end|corrupted"),
        (gzip.compress(CONTENT)[:-20], "damaged or truncated"),
    ],
)
def test_other_content(tmp_path, content, words):
    with pytest.raises(FetchError, match=words):
        check_fits(write(tmp_path, content))


def test_an_image_is_no_light_curve(tmp_path):
    stream = io.BytesIO()
    fits.PrimaryHDU(np.zeros((5, 5))).writeto(stream)
    with pytest.raises(FetchError, match="holds no table"):
        check_fits(write(tmp_path, stream.getvalue()))


def test_a_flipped_bit_of_a_real_file_is_odd(tmp_path, real_data):
    path = sorted((real_data / "raw_light_curves").glob("*.fits"))[0]
    flipped = bytearray(path.read_bytes())
    flipped[1_000_000] ^= 4
    odd = check_fits(write(tmp_path, bytes(flipped)))
    assert odd == ("the FITS checksum of LIGHTCURVE does not match",)


def test_a_flipped_bit_is_odd(tmp_path):
    flipped = bytearray(CONTENT)
    flipped[2880 * 4 + 5] ^= 1
    odd = check_fits(write(tmp_path, bytes(flipped)))
    assert odd == ("the FITS checksum of LIGHTCURVE does not match",)


def test_digests_in_headers():
    sha256 = "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="
    md5 = "XrY7u+Ae7tCTyyK7j1rNww=="
    assert (
        announced_sha256({"Repr-Digest": f"sha-256=:{sha256}:"}).hex()[:6] == "44aff4"
    )
    assert len(announced_sha256({"Digest": f"SHA-256={sha256}"})) == 32
    assert announced_md5({"Content-MD5": md5}).hex().startswith("5eb63b")
    assert announced_md5({"Digest": f"md5={md5}"}).hex().startswith("5eb63b")
    assert etag_md5({"ETag": f'"{"ab" * 16}"'}) == b"\xab" * 16
    for headers in ({}, {"Content-MD5": "x"}, {"Digest": "md5=x"}, {"ETag": '"1-2"'}):
        found = (announced_sha256(headers), announced_md5(headers), etag_md5(headers))
        assert found == (None, None, None)
