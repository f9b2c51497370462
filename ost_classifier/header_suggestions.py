"""Header corrections that a person may review. No frame is ever touched."""

import csv
import os
from collections.abc import Mapping, Sequence
from typing import Any

from mesa_keras.atomic_file import atomic_file
from mesa_keras.readers.frame_claim import COMPATIBLE_KINDS, class_meaning
from mesa_keras.readers.frame_claim_kinds import kind_of_type
from mesa_keras.readers.frame_claim_words import TYPE_KEYS
from ost_classifier.agreement import CERTAIN, HEADER_SUSPECT, NO_CLAIM
from ost_classifier.service_results import Entry

SUGGESTION_COLUMNS = (
    *("file", "keyword", "action", "now", "suggested", "because", "class", "score"),
    "accept",
)
# The words of the capture programs that write IMAGETYP; spectra are light frames there.
IMAGE_TYPES = {
    "bias": "Bias Frame",
    "dark": "Dark Frame",
    "flat": "Flat Field",
    "light": "Light Frame",
    "arc": "Comparison Lamp",
    "spectrum": "Spectrum",
    "solar": "Solar Spectrum",
}


def header_suggestions(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Returns the corrections of FITS headers that pixels are certain of.

    A wrong type is replaced where the header is suspect, a missing one added where
    pixels alone and all evidence together say the same class. Whether a frame without
    light is a bias or a dark, only the exposure time tells; where the header gives none
    that fits, nothing is suggested.

    Args:
        entries: What a service said of each file.

    Returns:
        Rows of `SUGGESTION_COLUMNS`; `accept` is left for the reviewer.
    """
    rows = (_suggestion(entry) for entry in entries if "result" in entry)
    return [row for row in rows if row is not None]


def write_header_suggestions(
    path: str | os.PathLike[str], entries: Sequence[Entry]
) -> int:
    """Writes the corrections as a CSV table and returns their number.

    Args:
        path: CSV file to write; its folder must exist.
        entries: What a service said of each file.

    Raises:
        OSError: If the file cannot be written.
    """
    rows = header_suggestions(entries)
    with (
        atomic_file(path) as temporary,
        temporary.open(
            "w", newline="", encoding="utf-8", errors="surrogateescape"
        ) as stream,
    ):
        writer = csv.DictWriter(stream, SUGGESTION_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _suggestion(entry: Entry) -> dict[str, Any] | None:
    result, facts = entry["result"], entry["facts"]
    pixels = result["pixel_verdict"]
    sure = not pixels["abstained"] and (pixels["score"] or 0) >= CERTAIN
    verdict = result["agreement"]
    if verdict == NO_CLAIM:
        sure = sure and pixels["class"] == result["class"]
    if verdict not in (HEADER_SUSPECT, NO_CLAIM) or not sure:
        return None
    if facts.get("format") != "FITS":
        return None
    kind = class_meaning(pixels["class"])[0]
    if kind not in IMAGE_TYPES or not _exposure_fits(kind, facts.get("exposure")):
        return None
    claim = result["header_claim"]
    keyword, now = _stated(claim["text"] if claim else "", facts)
    if kind in COMPATIBLE_KINDS.get(kind_of_type(now) or "", ()):
        # Another keyword is wrong: the object's name, or the instrument.
        return None
    return {
        "file": entry["path"],
        "keyword": keyword,
        "action": "replace" if now else "add",
        "now": now,
        "suggested": IMAGE_TYPES[kind],
        "because": f"{verdict}: pixels alone say {pixels['class']}",
        "class": pixels["class"],
        "score": pixels["score"],
        "accept": "",
    }


def _exposure_fits(kind: str, exposure_s: float | None) -> bool:
    """Whether the exposure time settles what pixels without light cannot."""
    if kind == "bias":
        return exposure_s == 0
    if kind == "dark":
        return exposure_s is not None and exposure_s > 0
    return True


def _stated(text: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The keyword of the frame's type that made the claim, and what it says.

    Where the claim came from elsewhere, or there is none, the one that is there.
    """
    keyword, _, value = text.split(";", 1)[0].partition("=")
    if keyword in TYPE_KEYS and value:
        return keyword, value
    keyword, value = facts.get("type") or ("", "")
    return keyword or "IMAGETYP", value
