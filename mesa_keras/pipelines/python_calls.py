"""Python that a dataset calls from its own threads, and the end of the process.

An iterator that is alive when the interpreter ends may have a thread that waits for the
interpreter's lock, which it never gets again, while the end waits for the thread: the
process hangs. So calls that begin at the end are refused, and the end waits for those
that run.
"""

import atexit
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")

# Without a call for so long, no thread of a dataset wants to call any more.
_QUIET_SECONDS = 0.1
_LONGEST_WAIT = 10.0


class _Calls:
    """The calls that run, and whether new ones may begin."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._latest = -_QUIET_SECONDS
        self._ending = False

    def __enter__(self) -> None:
        with self._lock:
            self._latest = time.monotonic()
            if self._ending:
                raise RuntimeError("the process is ending, and reads no more batches")
            self._running += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._running -= 1

    def settle(self) -> None:
        """Refuses new calls and waits for those that run."""
        end = time.monotonic() + _LONGEST_WAIT
        while (now := time.monotonic()) < end:
            with self._lock:
                self._ending = True
                if not self._running and now - self._latest > _QUIET_SECONDS:
                    return
            time.sleep(0.01)


_CALLS = _Calls()
atexit.register(_CALLS.settle)


def python_call(function: Callable[..., Result]) -> Callable[..., Result]:
    """Makes a function fit to be called by `tf.numpy_function` in a dataset.

    Args:
        function: Function of arrays.

    Returns:
        The same function, which refuses to begin when the process ends.
    """

    def call(*arguments: Any) -> Result:
        with _CALLS:
            return function(*arguments)

    return call
