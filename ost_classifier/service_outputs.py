"""The files in which the results of a folder of frames go."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesa_keras.atomic_file import check_writable
from mesa_keras.json_file import write_json
from mesa_keras.readers.frame import (
    FITS_MAGIC,
    GZIP_MAGIC,
    TIFF_MAGICS,
    is_frame_name,
)
from ost_classifier.header_suggestions import write_header_suggestions
from ost_classifier.night_log import write_log, write_night_log
from ost_classifier.service_results import Entry


@dataclass(frozen=True, kw_only=True)
class FolderOutputs:
    """Where the results of a folder go; only the first must be named.

    Attributes:
        output_json: Everything, as `ClassifierService.predict_paths` returns it. The
            journal of what is done stands beside it, `<name>.journal`.
        defect_log: Files that could not be read, and why.
        warn_log: What is odd about files that could.
        night_log: CSV table with a row per frame.
        suggest_headers: CSV table of header corrections for review.
    """

    output_json: Path
    defect_log: Path | None = None
    warn_log: Path | None = None
    night_log: Path | None = None
    suggest_headers: Path | None = None

    def all(self) -> dict[str, Path]:
        """The files by what they hold."""
        return {name: path for name, path in vars(self).items() if path is not None}

    @property
    def journal(self) -> Path:
        """What is done, beside the output."""
        return self.output_json.with_suffix(".journal")

    def check(self) -> None:
        """Makes the folders, and sure that the files can be written in the end.

        Raises:
            ValueError: If one would overwrite another, the journal, or a frame.
            OSError: If one cannot be written.
        """
        for name, path in self.all().items():
            check_writable(name, path)
        if self.journal.is_dir():
            raise OSError(
                "`output_json` must be a file beside which its journal can be written: "
                f"{self.journal} is a folder. Received: {self.output_json}"
            )
        taken: dict[Path, str] = {}
        named = {f"`{name}`": path for name, path in self.all().items()}
        for name, path in (named | {"the journal": self.journal}).items():
            check_no_frame(name, path)
            target = path.resolve()
            if target in taken:
                raise ValueError(
                    f"{taken[target]} and {name} must be different files. "
                    f"Received: {path} for both"
                )
            taken[target] = name
        for path in self.all().values():
            path.parent.mkdir(parents=True, exist_ok=True)

    def write(
        self, results: dict[str, Any], entries: Sequence[Entry], folder: Path
    ) -> int | None:
        """Writes all files, each whole or not at all.

        Args:
            results: What `collected` made of the entries.
            entries: What a service said of each file.
            folder: Folder of the frames.

        Returns:
            Number of header corrections suggested, `None` if not asked for.

        Raises:
            OSError: If a file cannot be written.
        """
        write_json(self.output_json, results)
        if self.defect_log:
            lines = [(row["path"], row["reason"]) for row in results["defects"]]
            write_log(self.defect_log, lines)
        if self.warn_log:
            lines = [(row["path"], row["warning"]) for row in results["warnings"]]
            write_log(self.warn_log, lines)
        if self.night_log:
            write_night_log(self.night_log, entries, folder)
        if self.suggest_headers:
            return write_header_suggestions(self.suggest_headers, entries)
        return None


def check_no_frame(name: str, path: Path) -> None:
    """Makes sure that a result does not take the place of a frame.

    Args:
        name: What the result is called.
        path: The result.

    Raises:
        ValueError: If it is a frame, or named like one.
    """
    target = path.resolve()
    if is_frame_name(path) or is_frame_name(target) or _holds_frame(target):
        raise ValueError(
            f"{name} must not be a frame, nor be named like one. Received: {path}"
        )


def _holds_frame(path: Path) -> bool:
    """Whether a file begins as a frame does, whatever its name is."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        start = stream.read(len(FITS_MAGIC))
    return start.startswith((FITS_MAGIC, GZIP_MAGIC, *TIFF_MAGICS))
