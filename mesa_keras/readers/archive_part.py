"""The part of a file that has come so far, and what is needed to go on with it."""

import json
from pathlib import Path
from typing import Any

from mesa_keras.json_file import write_json


class PartFile:
    """A file beside `path` that grows until it is whole.

    What the server said of the file (its ETag, date and length) stands beside it, so
    that a later call never glues the end of a new version to the start of an old one.

    Args:
        path: Where the whole file will stand.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.part")
        self._facts_path = path.with_name(f"{path.name}.part.json")
        self._target = path
        self._facts = self._read_facts()

    def _read_facts(self) -> dict[str, Any]:
        try:
            facts = json.loads(self._facts_path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def total(self) -> int | None:
        """Bytes of the whole, where the server said so."""
        total = self._facts.get("total")
        return total if isinstance(total, int) else None

    def resume_headers(self) -> dict[str, str]:
        """Headers that ask for the rest; none where there is nothing to go on with.

        `If-Range` lets a server send the whole where it has a new version. A weak ETag
        may not stand there (RFC 9110, section 13.1.5), so the date does.
        """
        if not self.size or not self._facts:
            return {}
        headers = {"Range": f"bytes={self.size}-"}
        etag = str(self._facts.get("etag") or "")
        validator = etag if etag.startswith('"') else self._facts.get("modified")
        if validator:
            headers["If-Range"] = str(validator)
        return headers

    def same_version(self, etag: str | None, total: int | None) -> bool:
        """Whether an answer is of the file that the part was begun from."""
        return (self._facts.get("etag"), self._facts.get("total")) == (etag, total)

    def begin(self, etag: str | None, modified: str | None, total: int | None) -> None:
        """Notes what a new part belongs to; without any of it, none is resumed."""
        facts = {"etag": etag, "modified": modified, "total": total}
        if any(value is not None for value in facts.values()):
            write_json(self._facts_path, facts)
            self._facts = facts

    def discard(self) -> None:
        """Forgets what has come."""
        self._facts = {}
        self.path.unlink(missing_ok=True)
        self._facts_path.unlink(missing_ok=True)

    def finish(self) -> None:
        """Puts the whole file in its place."""
        self.path.replace(self._target)
        self._facts_path.unlink(missing_ok=True)
