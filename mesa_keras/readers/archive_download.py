"""One file from an HTTP server: resumed, tried again, and checked before it counts.

A file appears under its name only when it is whole: what comes is written beside it and
renamed after the checks. A transfer that breaks off goes on where it stopped, in the
same call or in a later one, where the server offers ranges.

Binding checks, which no file fails and stays: the length that the server announced
(`Content-Length`, `Content-Range`), a digest that it gives (`Repr-Digest`, `Digest`,
`Content-MD5`), and `check`, which opens the file. What only speaks against a file (an
ETag that looks like an MD5 and is another, a FITS checksum, and the length in the
archive's list where the server gives none) has it fetched once more; the same bytes
then are the archive's own, and are kept with a note.

References:
    RFC 9110 (HTTP semantics), sections 8.8.3, 10.2.3, 13.1.5 and 14; RFC 9530.
"""

import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesa_keras._version import __version__
from mesa_keras.readers.archive_error import (
    FetchError,
    import_requests,
)
from mesa_keras.readers.archive_file_check import (
    announced_md5,
    announced_sha256,
    etag_md5,
)
from mesa_keras.readers.archive_pacing import Pacing
from mesa_keras.readers.archive_transfer import Transfer
from mesa_keras.readers.table_file import file_sha256

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
# Fetches of the same damaged bytes after which they are the archive's own.
SAME_BYTES = 3
Check = Callable[[Path], tuple[str, ...]]


@dataclass(frozen=True)
class Received:
    """A file that came whole.

    Attributes:
        size: Bytes.
        sha256: Fingerprint in hexadecimal.
        resumed_from: Bytes that stood there from an earlier call.
        notes: What is odd about it.
    """

    size: int
    sha256: str
    resumed_from: int
    notes: tuple[str, ...]


def new_session(
    timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
) -> Any:
    """Returns a `requests.Session` that never waits for ever.

    Args:
        timeout: Seconds to wait for a connection, and between two pieces of an answer.

    Raises:
        ImportError: If requests is not installed.
    """
    session = import_requests().Session()
    session.headers["User-Agent"] = (
        f"mesa_keras/{__version__} Python/{platform.python_version()}"
    )
    limit_time(session, timeout)
    return session


def limit_time(
    session: Any, timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS)
) -> None:
    """Gives a session a time limit for requests that have none of their own.

    astroquery and pyvo set none, so that an archive which falls silent stops them for
    ever.
    """
    from requests.adapters import HTTPAdapter

    class Limited(HTTPAdapter):
        def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
            options["timeout"] = options.get("timeout") or timeout
            return super().send(request, **options)

    session.mount("https://", Limited())
    session.mount("http://", Limited())


def download(
    address: str,
    path: Path,
    *,
    session: Any,
    pacing: Pacing,
    check: Check,
    params: Mapping[str, str] | None = None,
    listed_size: int | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> Received:
    """Fetches one file.

    Args:
        address: Where it is.
        path: Where to put it; its folder is made.
        session: What `new_session` returns.
        pacing: How often to try, and how long to wait.
        check: Function of the file as it came. It returns what speaks against it, and
            raises `FetchError` if the file cannot be what was asked for.
        params: Query to append to the address.
        listed_size: Bytes by the archive's list, which may err.
        on_bytes: Called with the bytes that came; negative if they are thrown away.

    Raises:
        FetchError: If it could not be fetched; what has come is kept for the next call.
        OSError: If it cannot be written here.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    transfer = Transfer(address, path, session, pacing, params, on_bytes)
    part = transfer.part
    most, failures, refused = part.size, 0, Counter[str]()
    while True:
        pacing.wait_turn()
        try:
            headers = transfer.run()
            sha256, odd = _examine(part.path, headers, check, listed_size, refused)
        except FetchError as error:
            grown = part.size > most
            most = max(most, part.size)
            if error.damaged:
                transfer.discard()
            failures = 1 if grown else failures + 1
            pacing.pause(error, failures)
            continue
        size = part.size
        part.finish()
        return Received(size, sha256, transfer.resumed_from, odd)


def _examine(
    path: Path,
    headers: Mapping[str, str],
    check: Check,
    listed_size: int | None,
    refused: Counter[str],
) -> tuple[str, tuple[str, ...]]:
    """Checks a file that came to its announced end; counts what it refuses."""
    sha256 = file_sha256(path)
    try:
        _check_digests(path, headers)
        doubts = check(path)
        remarks: tuple[str, ...] = ()
        etag = etag_md5(headers)
        if etag is not None and etag != _digest(path, "md5"):
            doubts += ("the ETag is not its MD5",)
        if listed_size is not None and listed_size != path.stat().st_size:
            remarks = (f"the archive's list says {listed_size:,} bytes",)
            doubts += () if _is_certain(headers) else remarks
        if doubts and not refused[sha256]:
            raise FetchError(", ".join(doubts), damaged=True)
    except FetchError as error:
        refused[sha256] += 1
        if error.retry and refused[sha256] == SAME_BYTES:
            raise FetchError(
                f"came {SAME_BYTES} times with the same bytes, and {error.reason}",
                retry=False,
                damaged=True,
            ) from error
        raise
    return sha256, tuple(dict.fromkeys((*doubts, *remarks)))


def _check_digests(path: Path, headers: Mapping[str, str]) -> None:
    # Content-MD5 is that of the answer, which may be the rest of the file only.
    md5 = None if "Content-Range" in headers else announced_md5(headers)
    for name, announced in (("sha256", announced_sha256(headers)), ("md5", md5)):
        if announced is not None and announced != _digest(path, name):
            raise FetchError(
                f"its {name} is not the one that the server gives", damaged=True
            )


def _is_certain(headers: Mapping[str, str]) -> bool:
    """Whether the server said enough to know that all has come as it was sent."""
    digests = announced_sha256(headers), announced_md5(headers)
    told = "Content-Length" in headers or "Content-Range" in headers
    return told or any(digest is not None for digest in digests)


def _digest(path: Path, name: str) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, name).digest()
