"""Classifies what is new in a folder, night by night, and keeps the output current."""

import errno
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mesa_keras.pipelines.frame_cache_shard import FileKey
from mesa_keras.readers.frame import find_frames
from ost_classifier.service import ClassifierService
from ost_classifier.service_journal import Journal
from ost_classifier.service_outputs import FolderOutputs
from ost_classifier.service_results import (
    Entry,
    closed_folder_entry,
    collected,
    renamed,
)


@dataclass(frozen=True)
class FolderResult:
    """What one look at a folder brought.

    Attributes:
        found: Frames in the folder that are recent enough.
        new: Files that were decided or refused for good now.
        waiting: Files that are still being written, left for the next look.
        results: Everything so far, as written to the JSON file.
        suggestions: Number of header corrections suggested, `None` if not asked for.
    """

    found: int
    new: int
    waiting: int
    results: dict[str, Any]
    suggestions: int | None = None

    def counts(self, field: str) -> dict[str, int]:
        """How many results have which value of `class` or `agreement`."""
        values = Counter(result[field] for result in self.results["results"])
        return dict(values.most_common())


class FolderRun:
    """Classifies a folder, now and again.

    Files that are done are skipped, nothing is written beside the frames, and a run
    that was killed goes on with the next file. The result of a frame that is gone
    stays, for archives move; a defect that is gone is told no more.

    Args:
        service: Service that decides.
        input_dir: Folder with frames, in subfolders too.
        outputs: Where the results go; folders are made if needed.
        since: Frames changed before this time are left out.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If an output would overwrite another, the journal, or a frame.
        OSError: If the outputs cannot be written.
    """

    def __init__(
        self,
        service: ClassifierService,
        input_dir: str | os.PathLike[str],
        outputs: FolderOutputs,
        since: datetime | None = None,
    ) -> None:
        self.service, self.outputs, self.since = service, outputs, since
        self.folder = Path(input_dir)
        if not os.fspath(input_dir) or not self.folder.is_dir():
            raise FileNotFoundError(f"{input_dir or repr('')} is not a folder.")
        outputs.check()
        settings = {**service.meta(), "include_probs": service.include_probs}
        for name in ("thresholds_source", "notes", "version"):
            del settings[name]  # They decide nothing.
        # A look that finds what was last written writes nothing.
        self._published: tuple[list[Entry], dict[str, Any], int | None] | None = None
        self._last: FolderResult | None = None
        # Files that were left for the next look, as they were.
        self._left: dict[Path, FileKey] = {}
        self.journal = Journal(outputs.journal, settings)

    def look(
        self, batch_size: int = 32, *, settle_s: float = 0.0, progress: bool = False
    ) -> FolderResult:
        """Classifies what is new and writes all outputs.

        Args:
            batch_size: Frames per pass through the network.
            settle_s: A file that changed within so many seconds is still being written
                and left for the next look.
            progress: Whether to show a progress bar.

        Raises:
            ValueError: If there is no frame in the folder at all.
            OSError: If an output cannot be written.
        """
        begin = time.perf_counter()
        passing: list[Entry] = []
        every = self._found(lambda e: passing.append(closed_folder_entry(e)))
        if not every and not passing and self.since is None and not settle_s:
            self.journal.discard()
            raise ValueError(f"{self.folder} holds no FITS or TIFF file.")
        recent = [path for path in every if self._is_recent(path)]
        todo = [path for path in recent if not self._is_done(path)]
        ready = self._settled(todo, settle_s) if settle_s else todo
        new = 0
        hidden = not (progress and ready)
        bar = tqdm(total=len(ready), unit="frame", desc="classifying", disable=hidden)

        def published() -> FolderResult:
            results, suggestions = self._publish(passing, new, begin)
            waiting = len(todo) - len(ready)
            return FolderResult(len(recent), new, waiting, results, suggestions)

        with bar:
            try:
                for entries in self.service.classify(ready, batch_size):
                    self.journal.add(entries)
                    passing += [entry for entry in entries if not entry["lasting"]]
                    new += sum(entry["lasting"] for entry in entries)
                    bar.update(len(entries))
            except KeyboardInterrupt:
                self._last = published()
                raise
        self._last = published()
        return self._last

    def watch(
        self,
        seconds: float,
        batch_size: int = 32,
        *,
        progress: bool = False,
        on_look: Callable[[FolderResult], None] = lambda result: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> FolderResult:
        """Looks again every few seconds until it is interrupted.

        Args:
            seconds: Time between two looks.
            batch_size: Frames per pass through the network.
            progress: Whether to show a progress bar.
            on_look: Called after a look that found something new.
            sleep: Waits; a test may interrupt it.

        Returns:
            The last look, as far as it came when the user interrupted.

        Raises:
            OSError: If an output cannot be written.
        """
        try:
            while True:
                result = self.look(
                    batch_size, settle_s=min(seconds, 5.0), progress=progress
                )
                if result.new:
                    on_look(result)
                sleep(seconds)
        except KeyboardInterrupt:
            if self._last is None:
                raise
            return self._last

    def _publish(
        self, passing: Sequence[Entry], new: int, begin: float
    ) -> tuple[dict[str, Any], int | None]:
        """Writes the outputs anew from the journal and what was not kept in it."""
        if not new and self._published and self._published[0] == list(passing):
            return self._published[1:]
        root = os.path.abspath(self.folder) + os.sep  # noqa: PTH100  (links stay links)
        anew = {os.path.abspath(entry["path"]) for entry in passing}  # noqa: PTH100
        kept = [
            renamed(entry, os.path.join(self.folder, path[len(root) :]))  # noqa: PTH118
            for entry in self.journal.entries()
            if (path := entry["key"]["path"]).startswith(root)
            and path not in anew
            and ("result" in entry or os.path.lexists(path))
        ]
        entries = [*kept, *passing]
        meta = {
            **self.service.meta(),
            "input_dir": str(self.folder),
            "since": self.since.isoformat() if self.since else None,
            "new": new,
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        results = collected(meta, entries, time.perf_counter() - begin)
        suggestions = self.outputs.write(results, entries, self.folder)
        self._published = (list(passing), results, suggestions)
        return results, suggestions

    def _settled(self, paths: Sequence[Path], settle_s: float) -> list[Path]:
        """The files that nobody writes to any more.

        By a camera's clock that is ahead no file is ever old: it is settled once it is
        the same in two looks.
        """
        now, left, settled = time.time(), self._left, []
        self._left = {}
        for path in paths:
            try:
                key = FileKey.of(path)
            except OSError:
                # Tried, so that what is wrong with it is told.
                settled.append(path)
                continue
            changed = key.mtime_ns / 1e9
            if changed < now - settle_s or (changed > now and left.get(path) == key):
                settled.append(path)
            else:
                self._left[path] = key
        return settled

    def _found(self, on_error: Callable[[OSError], None]) -> list[Path]:
        """The frames there are; none while the folder is not mounted."""
        try:
            return find_frames(self.folder, on_error)
        except FileNotFoundError:
            reason = os.strerror(errno.ENOENT)
            on_error(FileNotFoundError(errno.ENOENT, reason, str(self.folder)))
            return []

    def _is_recent(self, path: Path) -> bool:
        return self.since is None or _changed(path) >= self.since.timestamp()

    def _is_done(self, path: Path) -> bool:
        try:
            return self.journal.is_done(path)
        except OSError:
            return False


def _changed(path: Path) -> float:
    """Time of the last change; now for a file that cannot be asked, to be tried."""
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
