"""What was fetched into a folder and what was not, a line of JSON for each.

`manifest.jsonl` only ever grows, so that a killed run loses nothing; of several lines
on one product the last counts. Its fields:

    id        the star or table, as `TIC 261136679`
    product   name of the file at the archive; '' for what is about the star as a whole
    path      where it is, relative to the folder
    size      bytes
    sha256    fingerprint in hexadecimal
    time      when the line was written, UTC
    status    whole, failed, none (the archive has no such product), or, of a star as
              a whole, listed (it has lines of its own for its products)
    reason    why it failed, or what is odd about it

and, for light curves, `mission`, `author`, `cadence` and `sequence` (quarter, campaign
or sector).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

MANIFEST = "manifest.jsonl"
WHOLE, FAILED, NONE, LISTED = "whole", "failed", "none", "listed"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the manifest; the fields are those of the module's list."""

    id: str
    product: str = ""
    path: str = ""
    size: int | None = None
    sha256: str = ""
    time: str = ""
    status: str = WHOLE
    reason: str = ""
    mission: str = ""
    author: str = ""
    cadence: str = ""
    sequence: int | None = None


class Manifest:
    """The manifest of a folder, open for one run at a time.

    Attributes:
        path: The file.
        warnings: What a user should know about it.
    """

    def __init__(self, folder: Path, stream: TextIO) -> None:
        self.path = folder / MANIFEST
        self.warnings: tuple[str, ...] = ()
        self._folder = folder
        self._stream = stream
        self._entries, torn = _read_entries(self.path)
        if torn:
            self.warnings = (f"{self.path}: {torn} unreadable lines are left out",)

    def get(self, id_: str, product: str = "") -> Entry | None:
        """Returns the last line on a product, `None` if there is none."""
        return self._entries.get((id_, product))

    def of(self, id_: str) -> list[Entry]:
        """Returns the last line on each product of a star."""
        return [entry for (owner, _), entry in self._entries.items() if owner == id_]

    def products(self) -> set[str]:
        """Returns the names of all products that stand in it."""
        return {product for _, product in self._entries}

    def file(self, entry: Entry) -> Path:
        """Returns where the file of a line is."""
        return self._folder / entry.path

    def record(self, entry: Entry) -> None:
        """Appends a line, unless it would say what the last one on it says."""
        last = self._entries.get((entry.id, entry.product))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        if last is not None and replace(entry, time=last.time) == last:
            return
        line = asdict(entry) | {"time": now}
        self._entries[entry.id, entry.product] = Entry(**line)
        # In one write, so that a kill leaves a whole line or a torn last one.
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()


def _read_entries(path: Path) -> tuple[dict[tuple[str, str], Entry], int]:
    """Returns the last line on each product, and how many lines cannot be read."""
    known = {field.name for field in fields(Entry)}
    entries: dict[tuple[str, str], Entry] = {}
    torn = 0
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            facts: dict[str, Any] = json.loads(line)
            entry = Entry(**{k: v for k, v in facts.items() if k in known})
            entries[entry.id, entry.product] = entry
        except (ValueError, TypeError, AttributeError):
            torn += bool(line.strip())
    return entries, torn


@contextmanager
def open_manifest(folder: Path) -> Iterator[Manifest]:
    """Opens the manifest of a folder, which is made if need be.

    Raises:
        OSError: If it cannot be written.
        ValueError: If another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / MANIFEST
    with path.open("a+", encoding="utf-8", errors="replace") as stream:
        _lock(stream, folder)
        stream.seek(0, 2)
        if stream.tell():
            stream.seek(stream.tell() - 1)
            if stream.read(1) != "\n":
                stream.write("\n")
        yield Manifest(folder, stream)


def _lock(stream: TextIO, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:
        # Not on Windows; two runs at a time into one folder are the user's care there.
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ValueError(f"{folder}: another run is fetching into this folder.") from (
            error
        )
