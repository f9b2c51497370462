"""Why something could not be fetched from an archive, and whether to try again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from mesa_keras.missing_extra import missing_extra

TOO_MANY_REQUESTS = 429
# Answers that another try may change: time-out, too early, overload and server errors.
PASSING_STATUS = {408, 425, TOO_MANY_REQUESTS, 500, 502, 503, 504}


class FetchError(Exception):
    """One thing could not be fetched.

    Attributes:
        reason: Why, as part of a sentence.
        retry: Whether another try may succeed.
        unreachable: Whether no server answered at all.
        damaged: Whether all bytes came, and are not what they should be.
        wait: Seconds that the server asked to wait, `None` where it did not.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry: bool = True,
        unreachable: bool = False,
        damaged: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry
        self.unreachable = unreachable
        self.damaged = damaged
        self.wait = wait


def host(address: str) -> str:
    """Returns the part of an address that a user knows: `https://mast.stsci.edu`."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def request_errors(address: str, *, connected: bool = False) -> Iterator[None]:
    """Turns what `requests` raises into a `FetchError`.

    Args:
        address: Who is asked, for the message.
        connected: Whether a server has answered already, so that what breaks now is
            the transfer.

    Raises:
        FetchError: In place of any `requests.RequestException`.
    """
    requests = import_requests()
    try:
        yield
    except requests.RequestException as error:
        raise _request_error(error, address, connected) from error


def import_requests() -> Any:
    """Returns the package `requests`.

    Raises:
        ImportError: If it is not installed; the message names what to install.
    """
    try:
        import requests
    except ImportError as error:
        raise missing_extra(
            "fetching from an archive needs requests", "lightcurves"
        ) from error
    return requests


def _request_error(error: Any, address: str, connected: bool) -> FetchError:
    requests = import_requests()
    if error.response is not None and isinstance(error, requests.HTTPError):
        return status_error(error.response)
    if isinstance(
        error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema
    ):
        return FetchError(f"{address} is no address of a server", retry=False)
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return FetchError(f"{host(address)} answered with no JSON")
    if isinstance(error, requests.TooManyRedirects):
        return FetchError(f"{host(address)} redirects in a circle", retry=False)
    # A connection that a server closes early was one: the server can be reached.
    cut = "ProtocolError" in type(next(iter(error.args), None)).__name__
    unreachable = (
        isinstance(error, requests.ConnectionError) and not connected and not cut
    )
    if unreachable:
        return FetchError(
            f"could not reach {host(address)} ({why(error)})", unreachable=True
        )
    return FetchError(f"the transfer from {host(address)} broke off ({why(error)})")


def status_error(response: Any) -> FetchError:
    """Says what an HTTP status of 400 or more means."""
    status = int(response.status_code)
    reason = f"{host(response.url)} answered {status} {response.reason or ''}".strip()
    return FetchError(
        reason, retry=status in PASSING_STATUS, wait=retry_after(response.headers)
    )


def retry_after(headers: Any) -> float | None:
    """Reads the header `Retry-After`, a number of seconds or a date.

    References:
        RFC 9110, section 10.2.3.
    """
    text = str(headers.get("Retry-After", "")).strip()
    if text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def why(error: BaseException) -> str:
    """Returns the core of a network error in a few words."""
    text = str(error)
    number = re.search(r"\[Errno -?\d+\] ([^'\")\]]+)", text)
    if number is not None:
        return number[1].strip().lower()
    if re.search(r"timed? ?out", text, re.IGNORECASE):
        return "timed out"
    if "certificate" in text.lower():
        return "its certificate cannot be verified"
    if "proxy" in text.lower():
        return "the proxy refuses"
    if "RemoteDisconnected" in text or "Connection reset" in text:
        return "the server closed the connection"
    if "IncompleteRead" in text or "ended prematurely" in text:
        return "the connection ended early"
    return (" ".join(text.split()) or type(error).__name__)[:120]
