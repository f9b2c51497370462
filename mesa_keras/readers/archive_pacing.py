"""When to ask an archive again: growing pauses, kept by all workers alike."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from mesa_keras.readers.archive_error import FetchError

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently to try.

    Attributes:
        tries: Tries in a row without a new byte before a thing is given up.
        unreachable_tries: The same where no server answers at all.
        first_pause: Seconds after the first failure; they double with each further one.
        longest_pause: Seconds that a pause grows to at most.
        longest_wait: Seconds that a server may ask to wait; for more, it is given up.
    """

    tries: int = 6
    unreachable_tries: int = 3
    first_pause: float = 1.0
    longest_pause: float = 60.0
    longest_wait: float = 900.0

    def __post_init__(self) -> None:
        if self.tries < 1:
            raise ValueError(f"`tries` must be 1 or more. Received: {self.tries}")


class Pacing:
    """Pauses, retries and the end of all transfers of one call.

    A server that says 429 to one worker means all of them: `Retry-After` holds each
    back. Pauses are drawn from the upper half of their range, so that clients which
    failed together do not return together.

    Args:
        policy: How often and how patiently.
        sleep: What waits; for tests. Default waits until `stop` is called.
        clock: Seconds that only go forward.
        seed: Seed of the jitter.
    """

    def __init__(
        self,
        policy: RetryPolicy | None = None,
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        seed: int | None = None,
    ) -> None:
        self.policy = policy or RetryPolicy()
        self._stopped = threading.Event()
        self._stop_reason = ""
        self._sleep = sleep or self._stopped.wait
        self._clock = clock
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._not_before = 0.0

    def stop(self, reason: str) -> None:
        """Ends every transfer at its next step; what has come so far is kept."""
        self._stop_reason = reason
        self._stopped.set()

    def check(self) -> None:
        """Raises `FetchError` if all was stopped."""
        if self._stopped.is_set():
            raise FetchError(self._stop_reason, retry=False)

    def wait_turn(self) -> None:
        """Waits as long as a server has asked everybody to.

        Raises:
            FetchError: If all was stopped.
        """
        while True:
            self.check()
            with self._lock:
                left = self._not_before - self._clock()
            if left <= 0:
                return
            self._sleep(left)

    def pause(self, error: FetchError, failures: int) -> None:
        """Waits before the next try, or gives up.

        Args:
            error: What happened.
            failures: How often in a row, this one included.

        Raises:
            FetchError: `error`, if there is to be no further try.
        """
        policy = self.policy
        tries = policy.unreachable_tries if error.unreachable else policy.tries
        if not error.retry or failures >= min(tries, policy.tries):
            raise error
        if (error.wait or 0.0) > policy.longest_wait:
            raise FetchError(
                f"{error.reason} and asks to come back in {error.wait:.0f} s",
                retry=False,
            )
        range_ = min(policy.longest_pause, policy.first_pause * 2 ** (failures - 1))
        seconds = range_ * (0.5 + 0.5 * self._random.random())
        if error.wait is not None:
            with self._lock:
                until = self._clock() + error.wait
                self._not_before = max(self._not_before, until)
            seconds = max(0.0, seconds - error.wait)
        self._sleep(seconds)
        self.wait_turn()

    def call(self, action: Callable[[], Result]) -> Result:
        """Returns what `action` returns, tried again while it raises `FetchError`.

        Raises:
            FetchError: The last one.
        """
        failures = 0
        while True:
            self.wait_turn()
            try:
                return action()
            except FetchError as error:
                failures += 1
                self.pause(error, failures)


@contextmanager
def workers(number: int, pacing: Pacing) -> Iterator[ThreadPoolExecutor]:
    """Gives threads that end soon where the user or an error ends the block.

    Args:
        number: How many.
        pacing: What they wait by.
    """
    with ThreadPoolExecutor(number) as pool:
        try:
            yield pool
        except BaseException:
            pacing.stop("interrupted")
            pool.shutdown(wait=False, cancel_futures=True)
            raise
