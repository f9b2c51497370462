"""Decoded frames on disk: each file is decoded once, memory stays as it is."""

import errno
import hashlib
import json
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mesa_keras.available_cores import available_cores
from mesa_keras.pipelines.frame_cache_decode import Decode, decode_files
from mesa_keras.pipelines.frame_cache_shard import (
    CachedFrame,
    FileKey,
    ShardWriter,
    read_index,
)

# A temporary file of this age is of a process that was killed.
_STALE_SECONDS = 3600.0
_OPEN_SHARDS = 128


class FrameCache:
    """Fixed-size records of decoded files, in shards.

    A file is known by path, size and time of change; one that changed is decoded again.
    Another type of record or other settings are another cache in the same folder.
    Several processes may use a cache at a time.

    Args:
        folder: Folder of the cache, made if needed.
        dtype: Structured type of a record, a field per array of a frame.
        settings: All that determines how a file is decoded, JSON-able.

    Raises:
        OSError: If the folder cannot be made.

    Example:
        >>> cache = FrameCache("cache", dtype, {"height": 128})  # doctest: +SKIP
        >>> frames = cache.build(paths, decode)  # doctest: +SKIP
        >>> frames.read([0, 5])["image"].shape  # doctest: +SKIP
        (2, 128, 128, 1)
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        dtype: np.dtype,
        settings: Mapping[str, Any],
    ) -> None:
        description = json.dumps(
            {"settings": dict(settings), "dtype": np.lib.format.dtype_to_descr(dtype)},
            sort_keys=True,
        )
        digest = hashlib.blake2b(description.encode(), digest_size=8).hexdigest()
        self.folder = Path(folder) / digest
        self.dtype = dtype
        self.folder.mkdir(parents=True, exist_ok=True)

    def build(
        self,
        paths: Sequence[str | os.PathLike[str]],
        decode: Decode,
        *,
        workers: int | None = None,
        progress: bool = False,
    ) -> "CachedFrames":
        """Decodes the files that are not in the cache yet.

        Args:
            paths: Files.
            decode: Function of a path that returns the arrays of a record by field and
                notes that JSON can hold. `ValueError` says that a file holds no frame,
                which is remembered; `OSError` that it cannot be read now.
            workers: Processes; `None` takes one per core.
            progress: Whether to show a progress bar.

        Returns:
            The frames in the order of `paths`.

        Raises:
            ValueError: If `workers` is not positive.
            OSError: If the cache cannot be written, or the disk has no room for it.
        """
        if workers is not None and workers < 1:
            raise ValueError(
                f"`workers` must be at least 1. Received: workers={workers}"
            )
        found: list[CachedFrame | None] = []
        keys: list[FileKey | None] = []
        known = self._known()
        for path in paths:
            try:
                key = FileKey.of(path)
            except OSError as error:
                keys.append(None)
                found.append(CachedFrame(fault=error.strerror or str(error)))
                continue
            keys.append(key)
            found.append(known.get(key))
        wanted = {key for key, frame in zip(keys, found, strict=True) if frame is None}
        missing = [key for key in dict.fromkeys(keys) if key in wanted and key]
        if missing:
            self._check_space(len(missing))
            fresh = self._decode(missing, decode, workers, progress)
            known = self._known()
            found = [
                frame or fresh.get(key) or known[key]  # type: ignore[index, arg-type]
                for key, frame in zip(keys, found, strict=True)
            ]
        return CachedFrames([frame for frame in found if frame], self.dtype)

    def _known(self) -> dict[FileKey, CachedFrame]:
        """All frames of whole shards."""
        return {
            key: frame
            for index in sorted(self.folder.glob("*.json"))
            for key, frame in read_index(index, self.dtype)
        }

    def _decode(
        self,
        keys: Sequence[FileKey],
        decode: Decode,
        workers: int | None,
        progress: bool,
    ) -> dict[FileKey, CachedFrame]:
        """Decodes and stores; returns what is not worth storing: passing faults."""
        self._remove_remains()
        count = available_cores() if workers is None else workers
        writer = ShardWriter(self.folder, self.dtype)
        passing: dict[FileKey, CachedFrame] = {}
        bar = tqdm(total=len(keys), unit="frame", desc="decoding", disable=not progress)
        outcomes = decode_files(keys, decode, self.dtype, count)
        try:
            for key, outcome in outcomes:
                if outcome.record is not None:
                    writer.add(key, outcome.record, outcome.notes)
                elif outcome.lasting:
                    writer.add_fault(key, outcome.fault)
                else:
                    passing[key] = CachedFrame(fault=outcome.fault)
                bar.update()
            writer.flush()
        except KeyboardInterrupt:
            writer.flush()
            raise
        finally:
            outcomes.close()  # type: ignore[attr-defined]
            bar.close()
        return passing

    def _check_space(self, count: int) -> None:
        needed = count * self.dtype.itemsize
        free = shutil.disk_usage(self.folder).free
        if needed > free:
            raise OSError(
                errno.ENOSPC,
                f"the cache of {count:,} frames needs {needed / 1e9:.2f} GB, and "
                f"{free / 1e9:.2f} GB are free",
                str(self.folder),
            )

    def _remove_remains(self) -> None:
        """Removes what killed processes left half-written."""
        for path in self.folder.glob(".*"):
            try:
                age = time.time() - path.stat().st_mtime
            except FileNotFoundError:
                continue  # another process has just finished it
            if age > _STALE_SECONDS:
                path.unlink(missing_ok=True)


class CachedFrames:
    """Frames of a cache, read record by record.

    Nothing is mapped into memory: a batch takes its own size, however many frames there
    are. Reading is safe from several threads.

    Args:
        frames: Places of the frames.
        dtype: Type of a record.
    """

    def __init__(self, frames: Sequence[CachedFrame], dtype: np.dtype) -> None:
        self.frames = tuple(frames)
        self.dtype = dtype
        self._open: OrderedDict[Path, int] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.frames)

    def __del__(self) -> None:
        for handle in getattr(self, "_open", {}).values():
            os.close(handle)

    def read(self, rows: Sequence[int] | np.ndarray) -> dict[str, np.ndarray]:
        """Returns the records of the given frames, arrays by field.

        Args:
            rows: Positions in `frames`.

        Raises:
            ValueError: If a frame has no record, or its file is no longer whole.
        """
        batch = np.empty(len(rows), self.dtype)
        size = self.dtype.itemsize
        into = batch.view(np.uint8).reshape(len(rows), size)
        with self._lock:
            for place, row in enumerate(rows):
                frame = self.frames[row]
                if frame.shard is None:
                    raise ValueError(f"frame {row} is not in the cache: {frame.fault}")
                handle = self._handle(frame.shard)
                if os.preadv(handle, [into[place].data], frame.offset) != size:
                    raise ValueError(f"{frame.shard} is damaged: delete it")
        return {name: batch[name] for name in self.dtype.names or ()}

    def _handle(self, shard: Path) -> int:
        if shard in self._open:
            self._open.move_to_end(shard)
            return self._open[shard]
        if len(self._open) >= _OPEN_SHARDS:
            os.close(self._open.popitem(last=False)[1])
        self._open[shard] = os.open(shard, os.O_RDONLY)
        return self._open[shard]
