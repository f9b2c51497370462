import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesa_keras.readers.archive_error import FetchError
from mesa_keras.readers.archive_pacing import Pacing, RetryPolicy, workers
from tests.readers.archive_cases import FakeTime


def failing(times, error):
    """A function that raises so often, and then returns how often it was called."""
    calls = []

    def action():
        calls.append(1)
        if len(calls) <= times:
            raise error
        return len(calls)

    return action


def test_returns_at_once_what_works():
    time = FakeTime()
    assert time.pacing().call(failing(0, FetchError("no"))) == 1
    assert time.slept == []


@given(seed=st.integers(0, 10_000), longest=st.floats(1.0, 100.0))
def test_pauses_double_up_to_a_limit_and_keep_to_the_upper_half(seed, longest):
    time = FakeTime()
    policy = RetryPolicy(tries=9, longest_pause=longest)
    pacing = Pacing(policy, sleep=time.sleep, clock=time.clock, seed=seed)
    assert pacing.call(failing(8, FetchError("no"))) == 9
    assert len(time.slept) == 8
    for failure, seconds in enumerate(time.slept):
        most = min(longest, 2.0**failure)
        assert most / 2 <= seconds <= most


def test_two_clients_do_not_come_back_together():
    slept = []
    for seed in (1, 2):
        time = FakeTime()
        pacing = Pacing(sleep=time.sleep, clock=time.clock, seed=seed)
        pacing.call(failing(3, FetchError("no")))
        slept.append(time.slept)
    assert slept[0] != slept[1]


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (FetchError("busy"), 6),
        (FetchError("gone", retry=False), 1),
        (FetchError("silent", unreachable=True), 3),
    ],
)
def test_gives_up(error, calls):
    time, action = FakeTime(), failing(99, error)
    with pytest.raises(FetchError, match=error.reason):
        time.pacing().call(action)
    assert len(time.slept) == calls - 1


def test_retry_after_is_waited_for_to_the_second():
    time = FakeTime()
    begin = time.now
    time.pacing().call(failing(1, FetchError("429", wait=30.0)))
    assert time.now - begin >= 30.0
    assert time.now - begin < 31.1


def test_a_wait_that_is_too_long_is_not_begun():
    time = FakeTime()
    with pytest.raises(FetchError, match="asks to come back in 3600 s"):
        time.pacing().call(failing(1, FetchError("busy", wait=3600.0)))
    assert time.slept == []


def test_everybody_waits_where_one_was_told_to():
    time = FakeTime()
    pacing = time.pacing()
    pacing.call(failing(1, FetchError("429", wait=5.0)))
    pacing._not_before = time.now + 20.0  # as another worker was told meanwhile
    begin = time.now
    pacing.wait_turn()
    assert time.now - begin == pytest.approx(20.0)


def test_stop_ends_a_real_wait_at_once():
    pacing = Pacing(RetryPolicy(first_pause=60.0))
    timer = threading.Timer(0.05, pacing.stop, ["stopped by the test"])
    timer.start()
    with pytest.raises(FetchError, match="stopped by the test"):
        pacing.call(failing(9, FetchError("no")))
    timer.join()


def test_workers_stop_where_the_block_fails():
    pacing = Pacing(RetryPolicy(first_pause=60.0))
    futures = []

    def interrupted():
        with workers(2, pacing) as pool:
            for _ in range(5):
                action = failing(9, FetchError("no"))
                futures.append(pool.submit(pacing.call, action))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert all(future.cancelled() or future.exception() for future in futures)


def test_tries_must_be_positive():
    with pytest.raises(ValueError, match="`tries` must be 1 or more"):
        RetryPolicy(tries=0)
