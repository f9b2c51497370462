"""A pool of processes that end with the one that started them."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any


@contextlib.contextmanager
def worker_pool(
    workers: int,
    initializer: Callable[..., object] | None = None,
    initargs: tuple[Any, ...] = (),
) -> Iterator[ProcessPoolExecutor]:
    """Opens a pool of processes that leaves nothing running behind.

    On leaving, also by an interrupt, what is under way is finished and what is queued
    is dropped. If the process that opened the pool is killed, its workers end.

    Args:
        workers: Number of processes.
        initializer: Function called once in each process, importable by name.
        initargs: Its arguments.

    Yields:
        The pool. `BrokenProcessPool` from a result says that a process was killed,
        most often for want of memory.
    """
    # Forking a process that runs TensorFlow's threads can hang.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=_start_worker,
        initargs=(initializer, initargs),
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(
    initializer: Callable[..., object] | None, initargs: tuple[Any, ...]
) -> None:
    # Ctrl-C reaches every process of a terminal. The one that opened the pool ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    if initializer is not None:
        initializer(*initargs)


def _end_with_parent() -> None:
    """Ends this process as soon as the one that started it is gone.

    A worker of a killed process would wait for its next task forever.
    """
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
