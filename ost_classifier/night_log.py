"""The log of a night: a row per frame, as an observer would have written it."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mesa_keras.atomic_file import atomic_file
from ost_classifier.service_results import Entry

NIGHT_LOG_COLUMNS = (
    *("night", "time", "camera", "file", "class", "score", "abstained"),
    *("pixel_class", "pixel_score", "header_says", "agreement", "object", "filter"),
    *("exposure_s", "ccd_temp_c", "binning", "airmass", "note"),
)


def write_night_log(
    path: str | os.PathLike[str],
    entries: Sequence[Entry],
    folder: str | os.PathLike[str] | None = None,
) -> None:
    """Writes a CSV table with a row per file, by night and time.

    Files that could not be read have a row too, with the reason as their note. Cells of
    which nothing is known are empty.

    Args:
        path: CSV file to write; its folder must exist.
        entries: What a service said of each file.
        folder: Folder of the frames: files are named by their paths below it; `None`
            takes their names alone.

    Raises:
        OSError: If the file cannot be written.
    """
    rows = sorted(
        ({"file": _below(entry, folder), **_row(entry)} for entry in entries),
        key=lambda row: (row["night"], row["time"], row["file"]),
    )
    with (
        atomic_file(path) as temporary,
        # Names of files may hold bytes that are no text.
        temporary.open(
            "w", newline="", encoding="utf-8", errors="surrogateescape"
        ) as stream,
    ):
        writer = csv.DictWriter(stream, NIGHT_LOG_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def write_log(path: str | os.PathLike[str], lines: Sequence[tuple[str, str]]) -> None:
    """Writes a file name and a sentence per line, with a tab between them.

    Args:
        path: Text file to write; its folder must exist.
        lines: File and what there is to say of it.

    Raises:
        OSError: If the file cannot be written.
    """
    text = "".join(f"{_one_line(name)}\t{_one_line(said)}\n" for name, said in lines)
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="surrogateescape")


def _row(entry: Entry) -> dict[str, Any]:
    facts = entry["facts"]
    row = {
        "night": facts.get("night") or "",
        "time": facts.get("time") or "",
        "camera": facts.get("camera"),
        "object": facts.get("object"),
        "filter": facts.get("filter"),
        "exposure_s": facts.get("exposure"),
        "ccd_temp_c": facts.get("ccd_temp"),
        "binning": facts.get("binning_x"),
        "airmass": facts.get("airmass"),
        "note": "; ".join([*entry["warnings"], *_defect(entry)]),
    }
    if "result" in entry:
        result = entry["result"]
        claim = result["header_claim"]
        row |= {
            "class": result["class"],
            "score": result["score"],
            "abstained": "yes" if result["abstained"] else "no",
            "pixel_class": result["pixel_verdict"]["class"],
            "pixel_score": result["pixel_verdict"]["score"],
            "header_says": claim["text"] if claim else None,
            "agreement": result["agreement"],
        }
    return {name: _cell(value) for name, value in row.items()}


def _below(entry: Entry, folder: str | os.PathLike[str] | None) -> str:
    """The path of a file below a folder, whichever way both were named."""
    if folder is None:
        return _one_line(Path(entry["path"]).name)
    path = entry["key"]["path"] if entry["key"] else entry["path"]
    return _one_line(os.path.relpath(path, folder))


def _defect(entry: Entry) -> list[str]:
    return [f"not read: {entry['defect']}"] if "defect" in entry else []


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return _one_line(str(value))


def _one_line(text: str) -> str:
    return " ".join(text.split())
