"""Decodes many files in parallel; a file that fails does not stop the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from mesa_keras.pipelines.frame_cache_shard import FileKey
from mesa_keras.worker_pool import worker_pool

Decoded: TypeAlias = tuple[Mapping[str, np.ndarray], Mapping[str, Any]]
Decode: TypeAlias = Callable[[str], Decoded]

# Below this, starting processes takes longer than decoding.
_FEW_FILES = 16


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes:
        record: The record as bytes; `None` where there is a fault.
        notes: What else is known of the frame.
        fault: Why there is no record.
        lasting: Whether the fault is one of the content, and another try is in vain.
    """

    record: bytes | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    lasting: bool = False


def decode_files(
    keys: Sequence[FileKey], decode: Decode, dtype: np.dtype, workers: int
) -> Iterator[tuple[FileKey, Outcome]]:
    """Decodes files, each as it becomes ready.

    Args:
        keys: The files.
        decode: Function of a path, importable by name where there are several workers,
            that returns the fields of a record and notes.
        dtype: Type of a record.
        workers: Processes; 1 decodes in this one.

    Yields:
        File and outcome, in any order.
    """
    if workers <= 1 or len(keys) < _FEW_FILES:
        for key in keys:
            yield key, decode_file(key, decode, dtype)
        return
    left = yield from _decode_in_pool(keys, decode, dtype, workers)
    # A process died over one of these files; alone, only the guilty one dies again.
    for key in left:
        dead = yield from _decode_in_pool([key], decode, dtype, 1)
        if dead:
            fault = "the process that read it died (out of memory, or a damaged file)"
            yield key, Outcome(fault=fault)


def decode_file(key: FileKey, decode: Decode, dtype: np.dtype) -> Outcome:
    """Decodes one file; what goes wrong becomes the outcome's fault."""
    try:
        fields, notes = decode(key.path)
        if FileKey.of(key.path) != key:
            return Outcome(fault="the file changed while it was read")
    except ValueError as error:
        # A reader may say in its own words that a file cannot be opened now. Libraries
        # raise errors without a number over damaged content, which stays damaged.
        # A package that is not installed may be tomorrow.
        cause = error.__cause__
        passing = (
            isinstance(cause, ImportError) or getattr(cause, "errno", None) is not None
        )
        # Whoever shows an outcome names its file.
        fault = _sentence(error).removeprefix(f"{key.path}: ")
        return Outcome(fault=fault, lasting=not passing)
    except OSError as error:
        return Outcome(fault=error.strerror or _sentence(error))
    except MemoryError:
        return Outcome(fault="not enough memory to read it")
    except Exception as error:
        # One file must not end the work on thousands; the reason is reported with it.
        return Outcome(fault=f"{type(error).__name__}: {_sentence(error)}")
    record = np.zeros((), dtype)
    for name in dtype.names or ():
        record[name] = fields[name]
    return Outcome(record=record.tobytes(), notes=notes)


def _decode_in_pool(
    keys: Sequence[FileKey], decode: Decode, dtype: np.dtype, workers: int
) -> Any:
    """Yields outcomes; returns the files that were under way when a process died."""
    waiting = iter(keys)
    running: dict[Future[Outcome], FileKey] = {}
    left: list[FileKey] = []
    with worker_pool(workers) as pool:
        while True:
            while len(running) < 4 * workers:
                key = next(waiting, None)
                if key is None:
                    break
                try:
                    running[pool.submit(decode_file, key, decode, dtype)] = key
                except BrokenProcessPool:
                    left.append(key)
                    break
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                key = running.pop(future)
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    left.append(key)
                    continue
                yield key, outcome
            if left and not running:
                break
    return [*left, *waiting]


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
