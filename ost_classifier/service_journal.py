"""What was decided so far, kept so that a kill loses nothing."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mesa_keras.pipelines.frame_cache_shard import FileKey
from ost_classifier.service_results import Entry


class Journal:
    """A line of JSON per file, appended batch by batch.

    A file is known by path, size and time of change: one that changed is classified
    again. So is every file under another model or other settings; what was found
    before stays in the journal, and counts again when they come back. A line that a
    kill cut short is as good as none.

    Args:
        path: File of the journal, in the place of the output.
        settings: All that determines a decision, JSON-able.

    Raises:
        OSError: If it can be neither read nor made.
    """

    def __init__(
        self, path: str | os.PathLike[str], settings: Mapping[str, Any]
    ) -> None:
        self.path = Path(path)
        text = json.dumps(dict(settings), sort_keys=True)
        self.run = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        self._entries: dict[str, Entry] = {}
        self._made = not self.path.exists()
        # Opening for appending says now, not after hours, that nothing can be written.
        with self.path.open("ab"):
            pass
        self._whole = True
        for entry in self._read():
            self._entries[entry["key"]["path"]] = entry

    def __len__(self) -> int:
        return len(self._entries)

    def discard(self) -> None:
        """Removes the file if it was made here and holds nothing: a refused call."""
        if self._made and not self.path.stat().st_size:
            self.path.unlink()

    def entries(self) -> list[Entry]:
        """The newest entry of each file, by path."""
        return [self._entries[path] for path in sorted(self._entries)]

    def is_done(self, path: str | os.PathLike[str]) -> bool:
        """Whether the file as it is now has an entry.

        Raises:
            OSError: If there is no such file.
        """
        key = FileKey.of(path)
        entry = self._entries.get(key.path)
        return entry is not None and entry["key"] == asdict(key)

    def add(self, entries: Sequence[Entry]) -> None:
        """Writes entries; those whose fault may pass are left out, to be tried again.

        Raises:
            OSError: If they cannot be written, as on a full disk.
        """
        kept = [entry for entry in entries if entry["lasting"] and entry["key"]]
        if not kept:
            return
        lines = [json.dumps({**e, "run": self.run}, allow_nan=False) for e in kept]
        # After a line that was cut short, the next one starts afresh.
        text = ("" if self._whole else "\n") + "\n".join(lines) + "\n"
        self._whole = False
        with self.path.open("ab", buffering=0) as stream:
            data = memoryview(text.encode())
            while data:
                data = data[stream.write(data) :]
            os.fsync(stream.fileno())
        self._whole = True
        for entry in kept:
            self._entries[entry["key"]["path"]] = entry

    def _read(self) -> Iterator[Entry]:
        with self.path.open("rb") as stream:
            for line in stream:
                self._whole = line.endswith(b"\n")
                with contextlib.suppress(ValueError):
                    entry = json.loads(line)
                    if self._is_ours(entry):
                        yield entry

    def _is_ours(self, entry: Any) -> bool:
        return (
            isinstance(entry, dict)
            and entry.get("run") == self.run
            and isinstance(entry.get("key"), dict)
            and ("result" in entry or "defect" in entry)
        )
