import gzip
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mesa_keras.readers.archive_download import new_session
from mesa_keras.readers.archive_error import FetchError
from tests.readers.archive_answers import Fault
from tests.readers.archive_cases import DownloadCase, light_curve_bytes
from tests.readers.archive_server import http_date, running_archive

NAME, CONTENT = DownloadCase.name, DownloadCase.content
SHA256 = hashlib.sha256(CONTENT)


@pytest.fixture
def case(tmp_path):
    with running_archive() as archive:
        yield DownloadCase(archive, tmp_path)


def test_a_good_file(case):
    received = case.fetch(listed_size=len(CONTENT))
    assert case.is_whole()
    assert received.size == len(CONTENT)
    assert received.sha256 == SHA256.hexdigest()
    assert (received.resumed_from, received.notes) == (0, ())
    assert case.time.slept == []
    assert sum(case.told) == len(CONTENT)
    sent = case.archive.requests(NAME)[0]
    assert sent["Accept-Encoding"] == "identity"
    assert sent["User-Agent"].startswith("mesa_keras/")


def test_a_slow_file(case):
    case.faults(Fault(pause=0.03))
    case.fetch()
    assert case.is_whole()
    assert len(case.told) > 3


def test_a_server_that_falls_silent_is_asked_again(case):
    case.faults(Fault(pause=0.4))
    case.fetch(timeout=(1.0, 0.15))
    assert case.is_whole()
    assert len(case.time.slept) == 1


@pytest.mark.parametrize(
    ("modified", "etag", "condition"),
    [
        (True, True, f'"v1-{len(CONTENT):x}"'),
        (True, False, "Wed, 01 Jul 2026 00:00:00 GMT"),
        (False, False, None),
    ],
)
def test_a_broken_transfer_goes_on_where_it_stopped(case, modified, etag, condition):
    kind = {"modified": modified, "etag": etag}
    case.faults(Fault(cut=70_000, **kind), Fault(**kind))
    assert case.fetch().notes == ()
    assert case.is_whole()
    first, second = case.archive.requests(NAME)
    assert "Range" not in first
    # What stands in the buffer when the connection breaks is lost.
    assert 40_000 < int(second["Range"][6:-1]) <= 70_000
    assert second.get("If-Range") == condition
    assert sum(case.told) == len(CONTENT)
    assert min(case.told) >= 0


def test_a_weak_etag_is_no_condition(case):
    weak = {"headers": {"ETag": 'W/"1"'}}
    case.faults(Fault(cut=70_000, **weak), Fault(**weak))
    case.fetch()
    assert case.is_whole()
    assert case.archive.requests(NAME)[1]["If-Range"].endswith("GMT")


def test_a_server_without_ranges_sends_all_again(case):
    case.faults(Fault(cut=70_000, ranges=False), Fault(ranges=False))
    case.fetch()
    assert case.is_whole()
    assert sum(case.told) == len(CONTENT)


def test_a_new_version_is_not_glued_to_the_old_one(case):
    old = light_curve_bytes(tic=5, rows=6000)
    case.faults(Fault(body=old, cut=70_000, version=1), Fault(version=2))
    case.fetch()
    assert case.is_whole()


def test_nor_where_the_server_does_not_know_if_range(case):
    old = light_curve_bytes(tic=5, rows=6000)
    # Sends the rest of version 2 although asked for that of version 1.
    careless = Fault(
        status=206,
        body=CONTENT[65_536:],
        headers={
            "Content-Range": f"bytes 65536-{len(CONTENT) - 1}/{len(CONTENT)}",
            "ETag": '"v2"',
        },
    )
    case.faults(Fault(body=old, cut=70_000), careless, Fault())
    case.fetch()
    assert case.is_whole()
    assert case.ranges()[2] is None


def test_a_call_goes_on_where_a_killed_one_stopped(case):
    case.faults(*[Fault(cut=70_000), *[Fault(status=500)] * 9])
    with pytest.raises(FetchError, match="answered 500"):
        case.fetch()
    assert not case.path.exists()
    came = case.part.stat().st_size
    assert came > 40_000
    case.faults()
    case.told.clear()
    received = case.fetch()
    assert case.is_whole()
    assert received.resumed_from == came
    assert case.told[0] == came
    assert sum(case.told) == len(CONTENT)
    assert case.ranges()[-1] == f"bytes={came}-"


def test_a_part_without_a_memory_is_begun_anew(case):
    case.part.write_bytes(b"something")
    case.fetch()
    assert case.is_whole()
    assert case.ranges() == [None]


def test_a_whole_part_needs_its_name_only(case):
    case.faults(Fault(cut=70_000), *[Fault(status=500)] * 9)
    with pytest.raises(FetchError):
        case.fetch()
    case.part.write_bytes(CONTENT)
    case.faults()
    received = case.fetch()
    assert case.is_whole()
    assert received.resumed_from == len(CONTENT)


def test_a_part_that_is_too_long_is_begun_anew(case):
    case.faults(Fault(cut=70_000), *[Fault(status=500)] * 9)
    with pytest.raises(FetchError):
        case.fetch()
    case.part.write_bytes(CONTENT + b"more")
    case.faults()
    case.fetch()
    assert case.is_whole()


def test_each_piece_of_progress_renews_the_tries(case):
    case.faults(*[Fault(cut=20_000)] * 9)
    case.fetch(tries=2)
    assert case.is_whole()


def test_no_progress_ends(case):
    case.archive.always[NAME] = Fault(cut=0)
    with pytest.raises(FetchError, match=r"broke off \(the connection ended early\)"):
        case.fetch(tries=4)
    assert len(case.ranges()) == 4
    assert not case.path.exists()


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_server_that_fails_and_recovers(case, status):
    case.faults(Fault(status=status, body=b"oops"), Fault(hang_up=True))
    case.fetch()
    assert case.is_whole()
    assert len(case.time.slept) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_an_answer_that_will_not_change(case, status):
    case.faults(Fault(status=status, body=b"no"))
    with pytest.raises(FetchError, match=f"answered {status}"):
        case.fetch()
    assert case.time.slept == []


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(case, status):
    case.faults(Fault(status=status, body=b"slow down", headers={"Retry-After": "17"}))
    begin = case.time.now
    case.fetch()
    assert case.is_whole()
    assert 17 <= case.time.now - begin < 19


def test_retry_after_as_a_date(case):
    headers = {"Retry-After": http_date(30)}
    case.faults(Fault(status=429, body=b"slow down", headers=headers))
    begin = case.time.now
    case.fetch()
    assert 26 <= case.time.now - begin < 32


def test_connection_refused(case):
    with pytest.raises(FetchError, match=r"could not reach .* \(connection refused\)"):
        case.fetch(address="http://127.0.0.1:9/file")
    assert len(case.time.slept) == 2


def test_a_packed_answer_is_unpacked(case):
    packed = gzip.compress(CONTENT)
    case.faults(
        Fault(body=packed, cut=50_000, headers={"Content-Encoding": "gzip"}),
        Fault(body=packed, headers={"Content-Encoding": "gzip"}),
    )
    case.fetch()
    assert case.is_whole()


def test_a_full_disk_is_no_fault_of_the_archive(case):
    case.path.parent.joinpath(f"{NAME}.part").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        case.fetch()


def test_the_old_file_stays_until_the_new_one_is_whole(case):
    case.path.write_bytes(b"old")
    case.archive.always[NAME] = Fault(cut=70_000, ranges=False)
    with pytest.raises(FetchError):
        case.fetch(tries=2)
    assert case.path.read_bytes() == b"old"


def test_a_real_file(case, real_data):
    path = sorted((real_data / "raw_light_curves").glob("*.fits"))[0]
    content = path.read_bytes()
    case.archive.files[NAME] = content
    case.faults(*[Fault(cut=600_000)] * 3)
    received = case.fetch()
    assert case.path.read_bytes() == content
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert received.notes == ()


def test_a_limit_of_time_holds_for_astroquery_too():
    begin = time.perf_counter()
    with running_archive() as archive, new_session((1.0, 0.1)) as session:
        archive.files[NAME] = CONTENT
        archive.always[NAME] = Fault(pause=0.5)
        address = f"{archive.address}/api/v0.1/Download/file?uri=a/{NAME}"
        with ThreadPoolExecutor(1) as pool:
            error = pool.submit(session.get, address).exception(timeout=5)
    assert "timed out" in str(error)
    assert time.perf_counter() - begin < 3
