"""Decodes frames in parallel while the network works on those before."""

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.available_cores import available_cores
from mesa_keras.pipelines.frame_cache_decode import Outcome, decode_file, decode_files
from mesa_keras.pipelines.frame_cache_shard import FileKey
from mesa_keras.readers.frame import read_frame
from mesa_keras.readers.frame_claim import FrameClaim, read_claim
from mesa_keras.readers.frame_claim_kinds import stated_type
from mesa_keras.readers.frame_header import (
    camera_name,
    filter_name,
    header_values,
    moment_text,
    named,
    observing_night,
)
from ost_classifier.features import (
    FrameInputs,
    FrameSettings,
    frame_inputs,
    record_dtype,
)

# What a night log tells of a frame besides what was decided.
_NUMBERS = ("exposure", "ccd_temp", "binning_x", "airmass")
_OBJECT_KEYS = ("OBJECT", "OBJNAME", "TARGNAME")


@dataclass(frozen=True)
class StreamedFrame:
    """One file, decoded or not.

    Attributes:
        path: The file as it was named.
        key: Path, size and time of change when it was read; `None` if there was none.
        inputs: Arrays for the network; `None` where the file holds no frame.
        claim: What the header claims.
        facts: What else the header says, JSON-able: `night`, `camera`, `time`,
            `object`, `filter`, `type` (keyword and text), `format` and a few numbers.
        warnings: What the reader noticed.
        fault: Why there are no inputs, '' where there are.
        lasting: Whether the fault is one of the content, and another try is in vain.
    """

    path: str
    key: FileKey | None
    inputs: FrameInputs | None = None
    claim: FrameClaim | None = None
    facts: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    fault: str = ""
    lasting: bool = False


def stream_frames(
    paths: Sequence[str | os.PathLike[str]],
    settings: FrameSettings,
    *,
    workers: int | None = None,
    processes: bool = False,
) -> Iterator[StreamedFrame]:
    """Decodes files, each as it becomes ready; memory does not grow with their number.

    Args:
        paths: Files.
        settings: Size and type of the image.
        workers: Files decoded at a time; `None` takes one per core.
        processes: Whether workers are processes and not threads. They start within two
            seconds each, use all cores however small the frames are, and survive a
            library that crashes over a file. The program that starts them must be
            guarded by `if __name__ == "__main__"`.

    Yields:
        As many frames as paths, in any order; a file named twice is decoded once.

    Raises:
        ValueError: If `workers` is not positive.
    """
    count = available_cores() if workers is None else workers
    if count < 1:
        raise ValueError(f"`workers` must be at least 1. Received: workers={workers}")
    dtype = record_dtype(settings)
    decode = partial(decode_frame, settings=settings)
    names: dict[FileKey, list[str]] = {}
    for path in paths:
        try:
            key = FileKey.of(path)
        except OSError as error:
            fault = error.strerror or str(error)
            yield StreamedFrame(os.fspath(path), None, fault=fault)
            continue
        names.setdefault(key, []).append(os.fspath(path))
    keys = list(names)
    if processes:
        outcomes = decode_files(keys, decode, dtype, count)
    else:
        outcomes = _decode_in_threads(keys, decode, dtype, count)
    for key, outcome in outcomes:
        for name in names[key]:
            yield _streamed(name, key, outcome, dtype)


def decode_frame(
    path: str, settings: FrameSettings
) -> tuple[FrameInputs, dict[str, Any]]:
    """Reads a file; returns the model's inputs, and what else is known of the frame.

    Args:
        path: FITS or TIFF file.
        settings: Size and type of the image.

    Raises:
        FrameError: If the file holds no frame.
        OSError: If it cannot be read.
    """
    frame = read_frame(path)
    header = frame.header
    values = header_values(header)
    numbers = {name: values[name] for name in _NUMBERS}
    # The file is named beside what is said of it, and need not be in it.
    own = f"{frame.path.name}: "
    notes = {
        "claim": asdict(read_claim(header)),
        "warnings": [text.removeprefix(own) for text in frame.warnings],
        "facts": {
            "night": observing_night(header),
            "camera": camera_name(header),
            "time": moment_text(header),
            "object": named(header, _OBJECT_KEYS),
            "filter": filter_name(header),
            "type": list(stated_type(header)),
            "format": "TIFF" if _is_tiff(Path(path)) else "FITS",
            **{k: None if np.isnan(v) else float(v) for k, v in numbers.items()},
        },
    }
    return frame_inputs(frame, settings), notes


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) in (b"II", b"MM")


def _decode_in_threads(
    keys: Sequence[FileKey], decode: Any, dtype: np.dtype, workers: int
) -> Iterator[tuple[FileKey, Outcome]]:
    """Decodes in this process; a few files wait ready for the network."""
    waiting = iter(keys)
    running: dict[Future[Outcome], FileKey] = {}
    # Readers silence libraries with `warnings.catch_warnings`, which threads share: the
    # outermost one puts back what they may leave behind.
    with warnings.catch_warnings(), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore")
        try:
            while True:
                while len(running) < 4 * workers:
                    key = next(waiting, None)
                    if key is None:
                        break
                    running[pool.submit(decode_file, key, decode, dtype)] = key
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            for future in running:
                future.cancel()


def _streamed(
    name: str, key: FileKey, outcome: Outcome, dtype: np.dtype
) -> StreamedFrame:
    if outcome.record is None:
        fault = outcome.fault.rstrip(".")
        return StreamedFrame(name, key, fault=fault, lasting=outcome.lasting)
    record = np.frombuffer(outcome.record, dtype)[0]
    notes = outcome.notes
    return StreamedFrame(
        name,
        key,
        inputs={field: np.asarray(record[field]) for field in dtype.names or ()},
        claim=FrameClaim(**notes["claim"]),
        facts=notes["facts"],
        warnings=tuple(notes["warnings"]),
    )
