"""Shards of a frame cache: records of equal size in a `.npy` file, and their index."""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file


@dataclass(frozen=True)
class FileKey:
    """What tells whether a file is still the one that was decoded.

    Attributes:
        path: Absolute path.
        size: Bytes.
        mtime_ns: Time of the last change [ns].
    """

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> "FileKey":
        """The key of a file as it is now.

        Raises:
            OSError: If there is no such file.
        """
        found = os.stat(path)  # noqa: PTH116  (a Path per frame costs more than the call)
        return cls(os.path.abspath(path), found.st_size, found.st_mtime_ns)  # noqa: PTH100


@dataclass(frozen=True)
class CachedFrame:
    """Where a frame lies in the cache, or why it is not there.

    Attributes:
        shard: File of the shard; `None` for a frame that cannot be decoded.
        offset: Place of the record in that file [bytes].
        notes: What else is known of the frame, JSON-able.
        fault: Why there is no record, '' where there is one.
    """

    shard: Path | None = None
    offset: int = 0
    notes: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""


class ShardWriter:
    """Collects decoded frames and writes them in shards.

    A shard counts once its index is there, which is written last: a kill leaves whole
    shards or none, and costs what was decoded since the last one.

    Args:
        folder: Existing folder of the shards.
        dtype: Type of a record.
        max_bytes: Size of a shard.
        max_seconds: Time after which a shard is written though it is small.
    """

    def __init__(
        self,
        folder: Path,
        dtype: np.dtype,
        max_bytes: int = 2**26,
        max_seconds: float = 10.0,
    ) -> None:
        self._folder, self._dtype = folder, dtype
        self._max_rows = max(max_bytes // dtype.itemsize, 1)
        self._max_seconds = max_seconds
        self._entries: list[dict[str, Any]] = []
        self._records: list[bytes] = []
        self._since = time.monotonic()

    def add(self, key: FileKey, record: bytes, notes: Mapping[str, Any]) -> None:
        """Adds a decoded frame."""
        entry = {"key": asdict(key), "row": len(self._records), "notes": dict(notes)}
        self._entries.append(entry)
        self._records.append(record)
        self._write_if_due()

    def add_fault(self, key: FileKey, fault: str) -> None:
        """Notes that a file holds no frame, so that it is not read again."""
        self._entries.append({"key": asdict(key), "fault": fault})
        self._write_if_due()

    def flush(self) -> None:
        """Writes what was collected.

        Raises:
            OSError: If the disk is full or not writable.
        """
        if not self._entries:
            return
        text = json.dumps([entry["key"] for entry in self._entries])
        name = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
        records = np.frombuffer(b"".join(self._records), self._dtype)
        with atomic_file(self._folder / f"{name}.npy") as temporary:
            np.save(temporary, records)
        with atomic_file(self._folder / f"{name}.json") as temporary:
            temporary.write_text(json.dumps(self._entries))
        self._entries, self._records = [], []
        self._since = time.monotonic()

    def _write_if_due(self) -> None:
        late = time.monotonic() - self._since > self._max_seconds
        if late or len(self._records) >= self._max_rows:
            self.flush()


def read_index(index: Path, dtype: np.dtype) -> list[tuple[FileKey, CachedFrame]]:
    """Returns the frames of one shard; none if the shard is not whole.

    Args:
        index: File of the index.
        dtype: Type of a record.
    """
    shard = index.with_suffix(".npy")
    try:
        entries = json.loads(index.read_text())
        start = _start_of_records(shard, dtype)
        return [
            (FileKey(**entry["key"]), _cached(entry, shard, start, dtype.itemsize))
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError):
        # A damaged shard is as good as none: its frames are decoded again.
        return []


def _cached(entry: dict[str, Any], shard: Path, start: int, size: int) -> CachedFrame:
    if "fault" in entry:
        return CachedFrame(fault=str(entry["fault"]))
    return CachedFrame(shard, start + int(entry["row"]) * size, entry["notes"])


def _start_of_records(shard: Path, dtype: np.dtype) -> int:
    """Place of the first record.

    Raises:
        ValueError: If the records are of another type or not all there.
    """
    with shard.open("rb") as stream:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"{shard} is not of this cache")
        shape, _, found = np.lib.format.read_array_header_1_0(stream)
        start = stream.tell()
        whole = start + shape[0] * dtype.itemsize
        if found != dtype or os.fstat(stream.fileno()).st_size != whole:
            raise ValueError(f"{shard} holds other records, or not all")
    return start
