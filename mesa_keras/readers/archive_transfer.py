"""The requests for one file, and the part of it that has come."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mesa_keras.readers.archive_error import (
    FetchError,
    request_errors,
    status_error,
)
from mesa_keras.readers.archive_pacing import Pacing
from mesa_keras.readers.archive_part import PartFile

# Small, since what stands in the buffer is lost where a connection breaks.
CHUNK_BYTES = 1 << 14


class Transfer:
    """Brings a file nearer to its end with each `run`.

    Args:
        address: Where it is.
        path: Where the whole file will stand.
        session: A `requests.Session`.
        pacing: Tells when to stop.
        params: Query to append to the address.
        on_bytes: Called with the bytes that came; negative if they are thrown away.

    Attributes:
        part: What has come.
        resumed_from: Bytes of it that an earlier call left.
    """

    def __init__(
        self,
        address: str,
        path: Path,
        session: Any,
        pacing: Pacing,
        params: Mapping[str, str] | None,
        on_bytes: Callable[[int], None] | None,
    ) -> None:
        self.part = PartFile(path)
        self.tell = on_bytes or (lambda count: None)
        self._address = address
        self._session = session
        self._pacing = pacing
        self._params = params
        self.resumed_from = self.part.size
        self.tell(self.part.size)

    def discard(self) -> None:
        """Throws away what has come."""
        self.tell(-self.part.size)
        self.resumed_from = 0
        self.part.discard()

    def run(self) -> Mapping[str, str]:
        """Asks once for what is missing, and writes it.

        Returns:
            The headers of the answer that brought the end.

        Raises:
            FetchError: If the end did not come.
            OSError: If the part cannot be written.
        """
        wanted = self.part.resume_headers()
        if not wanted:
            self.discard()
        # Bytes as they are on the server, so that lengths and ranges are those of the
        # file.
        wanted["Accept-Encoding"] = "identity"
        with request_errors(self._address):
            response = self._session.get(
                self._address, params=self._params, headers=wanted, stream=True
            )
        with response:
            if response.status_code == 416:
                return self._nothing_missing(response)
            if response.status_code >= 400:
                raise status_error(response)
            total = self._begin(response)
            self._receive(response)
            self._check_length(response, total)
            return response.headers  # type: ignore[no-any-return]

    def _nothing_missing(self, response: Any) -> Mapping[str, str]:
        """Takes "range not satisfiable", which is what a whole part gets."""
        found = re.search(r"\*/(\d+)", response.headers.get("Content-Range", ""))
        if found is not None and int(found[1]) == self.part.size:
            return response.headers  # type: ignore[no-any-return]
        self.discard()
        raise FetchError("the server has another version of the file")

    def _begin(self, response: Any) -> int | None:
        """Decides whether the answer goes on or starts anew; returns the length."""
        headers = response.headers
        etag = headers.get("ETag")
        if response.status_code == 206:
            found = re.match(
                r"bytes (\d+)-\d+/(\d+|\*)", headers.get("Content-Range", "")
            )
            total = int(found[2]) if found and found[2] != "*" else None
            fits = found is not None and int(found[1]) == self.part.size
            if not fits or not self.part.same_version(etag, total):
                self.discard()
                raise FetchError("the server has another version of the file")
            return total
        self.discard()
        length = headers.get("Content-Length", "")
        encoded = headers.get("Content-Encoding", "identity") != "identity"
        if encoded or not length.isdigit():
            # Of another length than the file, or of none: nothing to go on from.
            self.part.begin(None, None, None)
            return None
        self.part.begin(etag, headers.get("Last-Modified"), int(length))
        return int(length)

    def _receive(self, response: Any) -> None:
        chunks = response.iter_content(CHUNK_BYTES)
        with self.part.path.open("ab") as stream:
            while True:
                self._pacing.check()
                with request_errors(self._address, connected=True):
                    chunk = next(chunks, b"")
                if not chunk:
                    return
                stream.write(chunk)
                self.tell(len(chunk))

    def _check_length(self, response: Any, total: int | None) -> None:
        size = self.part.size
        if total is None or size == total:
            return
        if size > total:
            self.discard()
            raise FetchError(f"{size:,} bytes came of {total:,}")
        raise FetchError(f"only {size:,} of {total:,} bytes came")
