import socket

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.readers.archive_download import new_session
from mesa_keras.readers.archive_error import (
    FetchError,
    request_errors,
    retry_after,
    status_error,
)
from tests.readers.archive_server import http_date


def closed_address():
    """An address on this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/file"


def test_connection_refused_is_said_in_words():
    address = closed_address()
    with (
        new_session() as session,
        pytest.raises(FetchError) as caught,
        request_errors(address),
    ):
        session.get(address)
    assert caught.value.reason == (
        f"could not reach {address.removesuffix('/file')} (connection refused)"
    )
    assert caught.value.unreachable
    assert caught.value.retry


@pytest.mark.parametrize(
    ("error", "words", "unreachable", "retry"),
    [
        (requests.ConnectTimeout("timed out"), "timed out", True, True),
        (requests.ReadTimeout("Read timed out."), "broke off", False, True),
        (
            requests.exceptions.SSLError("certificate verify failed"),
            "certificate cannot be verified",
            True,
            True,
        ),
        (requests.TooManyRedirects("30"), "circle", False, False),
        (requests.exceptions.InvalidURL("x"), "no address", False, False),
    ],
)
def test_errors_of_requests(error, words, unreachable, retry):
    with pytest.raises(FetchError, match=words) as caught, request_errors("http://a/b"):
        raise error
    assert (caught.value.unreachable, caught.value.retry) == (unreachable, retry)


def test_a_break_within_the_transfer_is_not_unreachable():
    with (
        pytest.raises(FetchError, match="broke off") as caught,
        request_errors("http://a/b", connected=True),
    ):
        raise requests.ConnectionError("Read timed out.")
    assert not caught.value.unreachable


def test_other_errors_pass():
    with pytest.raises(OSError, match="disk full"), request_errors("http://a/b"):
        raise OSError("disk full")


def answer(status, **headers):
    response = requests.Response()
    response.status_code, response.url = status, "http://a/b?c"
    response.reason = "Reason"
    response.headers.update(headers)
    return response


@pytest.mark.parametrize(
    ("status", "retry"),
    [(404, False), (403, False), (410, False), (429, True), (500, True), (503, True)],
)
def test_status(status, retry):
    error = status_error(answer(status))
    assert error.reason == f"http://a answered {status} Reason"
    assert error.retry is retry


@given(seconds=st.integers(0, 10**6))
def test_retry_after_seconds(seconds):
    assert retry_after({"Retry-After": str(seconds)}) == seconds


def test_retry_after_date():
    assert retry_after({"Retry-After": http_date(40)}) == pytest.approx(40, abs=3)
    assert retry_after({"Retry-After": http_date(-40)}) == 0


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5"])
def test_retry_after_nonsense(text):
    assert retry_after({"Retry-After": text}) is None
