import base64
import hashlib

import pytest

from mesa_keras.readers.archive_error import FetchError
from tests.readers.archive_answers import Fault
from tests.readers.archive_cases import DownloadCase
from tests.readers.archive_server import running_archive

NAME, CONTENT = DownloadCase.name, DownloadCase.content
MD5 = hashlib.md5(CONTENT)
SHA256 = hashlib.sha256(CONTENT)


@pytest.fixture
def case(tmp_path):
    with running_archive() as archive:
        yield DownloadCase(archive, tmp_path)


@pytest.mark.parametrize("cut", [None, 60_000])
def test_a_length_that_is_too_long(case, cut):
    # The body is shorter than announced, whether the server stops or breaks off.
    case.faults(Fault(announce=len(CONTENT) + 2880, cut=cut))
    case.fetch()
    assert case.is_whole()


def test_a_length_that_is_too_short(case):
    # The client reads no more than was announced; what is cut off shows in the file.
    case.faults(Fault(announce=len(CONTENT) - 2880))
    case.fetch()
    assert case.is_whole()


def test_without_a_length_the_file_itself_tells(case):
    case.faults(Fault(chunked=True, cut=70_000), Fault(chunked=True))
    case.fetch()
    assert case.is_whole()
    # There is nothing that a later answer could be known by.
    assert case.ranges() == [None, None]


def test_a_short_body_that_ends_properly(case):
    case.faults(Fault(body=CONTENT[:-2880]), Fault(body=CONTENT[: 2880 * 5]))
    case.fetch()
    assert case.is_whole()


def digest_headers(md5, sha256):
    text = base64.b64encode
    return [
        {"Content-MD5": text(md5).decode()},
        {"Digest": f"MD5={text(md5).decode()}"},
        {"Repr-Digest": f"sha-256=:{text(sha256).decode()}:"},
    ]


@pytest.mark.parametrize("headers", digest_headers(MD5.digest(), SHA256.digest()))
def test_a_digest_that_fits(case, headers):
    case.archive.always[NAME] = Fault(headers=headers)
    case.fetch()
    assert case.is_whole()
    assert len(case.ranges()) == 1


@pytest.mark.parametrize("headers", digest_headers(bytes(16), bytes(32)))
def test_a_digest_that_never_fits(case, headers):
    case.archive.always[NAME] = Fault(headers=headers)
    with pytest.raises(FetchError, match="3 times with the same bytes, and its "):
        case.fetch()
    assert list(case.path.parent.iterdir()) == []


def test_a_flipped_bit_is_fetched_again(case):
    flipped = bytearray(CONTENT)
    flipped[90_000] ^= 8
    case.faults(Fault(body=bytes(flipped)))
    assert case.fetch().notes == ()
    assert case.is_whole()
    assert len(case.ranges()) == 2


def test_what_the_archive_has_twice_is_the_archives_own(case):
    flipped = bytearray(CONTENT)
    flipped[90_000] ^= 8
    case.archive.files[NAME] = bytes(flipped)
    received = case.fetch()
    assert received.notes == ("the FITS checksum of LIGHTCURVE does not match",)
    assert len(case.ranges()) == 2


@pytest.mark.parametrize(
    ("etag", "fetches"),
    [(MD5.hexdigest(), 1), ("0" * 32, 2), ("1f-5e2", 1)],
    # The file holds the time of its making: its digest must not name a test.
    ids=["of the file", "of another", "of something else"],
)
def test_an_etag_that_looks_like_an_md5(case, etag, fetches):
    case.archive.always[NAME] = Fault(headers={"ETag": f'"{etag}"'})
    received = case.fetch()
    assert case.is_whole()
    assert len(case.ranges()) == fetches
    assert received.notes == (() if fetches == 1 else ("the ETag is not its MD5",))


@pytest.mark.parametrize(("chunked", "fetches"), [(False, 1), (True, 2)])
def test_the_list_of_the_archive_may_err(case, chunked, fetches):
    case.archive.always[NAME] = Fault(chunked=chunked, etag=False)
    received = case.fetch(listed_size=1234)
    assert case.is_whole()
    assert received.notes == ("the archive's list says 1,234 bytes",)
    assert len(case.ranges()) == fetches


def test_a_page_of_words_is_no_light_curve(case):
    page = Fault(body=b"<html>The archive is being serviced</html>")
    case.faults(page, page)
    case.fetch()
    assert case.is_whole()
    case.archive.always[NAME] = page
    with pytest.raises(FetchError, match=r"is no FITS file \(it begins with b'<html>'"):
        case.fetch()
