"""What a service says about each file, as JSON takes it."""

import math
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from mesa_keras.readers.frame_claim import claimed_classes
from ost_classifier.agreement import agreement
from ost_classifier.classes import UNKNOWN
from ost_classifier.frame_stream import StreamedFrame
from ost_classifier.operating_point import Decisions

# What was decided for one file and what is known of it, JSON-able.
Entry = dict[str, Any]


def classified_entries(
    frames: Sequence[StreamedFrame],
    both: Decisions,
    pixels: Decisions,
    class_names: Sequence[str],
    unknown_id: int,
    include_probs: bool = False,
) -> list[Entry]:
    """Returns the entries of frames that were decided.

    Args:
        frames: Decoded frames.
        both: Decisions from pixels and header.
        pixels: Decisions from pixels alone.
        class_names: Classes in order.
        unknown_id: `class_id` of unknown.
        include_probs: Whether results have all probabilities.
    """
    entries = []
    for row, frame in enumerate(frames):
        result = {
            "path": frame.path,
            **_verdict(both, row, class_names, unknown_id),
            "pixel_verdict": _verdict(pixels, row, class_names, unknown_id),
            **_compared(frame, pixels.probabilities[row], class_names),
        }
        if include_probs:
            result["probabilities"] = {
                name: _number(value)
                for name, value in zip(
                    class_names, both.probabilities[row], strict=True
                )
            }
        entries.append(
            {
                "path": frame.path,
                "key": asdict(frame.key) if frame.key else None,
                "result": result,
                "lasting": True,
                "warnings": list(frame.warnings),
                "facts": dict(frame.facts or {}),
            }
        )
    return entries


def defect_entry(frame: StreamedFrame) -> Entry:
    """Returns the entry of a file that could not be read."""
    return {
        "path": frame.path,
        "key": asdict(frame.key) if frame.key else None,
        "defect": frame.fault,
        "lasting": frame.lasting,
        "warnings": [],
        "facts": {},
    }


def closed_folder_entry(error: OSError) -> Entry:
    """Returns the entry of a folder that cannot be listed."""
    return {
        "path": os.fspath(error.filename or "?"),
        "key": None,
        "defect": error.strerror or str(error),
        "lasting": False,
        "warnings": [],
        "facts": {},
    }


def renamed(entry: Entry, path: str) -> Entry:
    """Returns the entry under another name of its file.

    Args:
        entry: What was said of a file.
        path: How the file is named now.
    """
    if entry["path"] == path:
        return entry
    named = {**entry, "path": path}
    if "result" in entry:
        named["result"] = {**entry["result"], "path": path}
    return named


def collected(
    meta: dict[str, Any], entries: Sequence[Entry], seconds: float
) -> dict[str, Any]:
    """Puts entries of files together to what `predict_paths` returns."""
    results = [entry["result"] for entry in entries if "result" in entry]
    defects = [
        {"path": entry["path"], "reason": entry["defect"]}
        for entry in entries
        if "defect" in entry
    ]
    return {
        "meta": {
            **meta,
            "frames": len(results),
            "defects": len(defects),
            "seconds": round(seconds, 3),
        },
        "results": results,
        "defects": defects,
        "warnings": [
            {"path": entry["path"], "warning": warning}
            for entry in entries
            for warning in entry["warnings"]
        ],
    }


def checked_unknown_id(unknown_id: int | None, num_classes: int) -> int:
    """The `class_id` of unknown.

    Raises:
        ValueError: If it is that of a class.
    """
    if unknown_id is None:
        return num_classes
    if 0 <= unknown_id < num_classes:
        raise ValueError(
            f"`unknown_id` must be none of the classes' numbers 0 to {num_classes - 1}."
            f" Received: unknown_id={unknown_id}"
        )
    return unknown_id


def _verdict(
    decisions: Decisions, row: int, class_names: Sequence[str], unknown_id: int
) -> dict[str, Any]:
    chosen = int(decisions.decision[row])
    abstained = chosen == len(class_names)
    return {
        "class": UNKNOWN if abstained else class_names[chosen],
        "class_id": unknown_id if abstained else chosen,
        "score": _number(decisions.score[row]),
        "abstained": abstained,
    }


def _compared(
    frame: StreamedFrame, pixel_probabilities: np.ndarray, class_names: Sequence[str]
) -> dict[str, Any]:
    """What the header claims, and whether the pixels bear it out."""
    claim = frame.claim
    claimed = np.zeros(len(class_names), dtype=bool)
    if claim is not None:
        claimed = claimed_classes(claim, class_names)
    exposure = (frame.facts or {}).get("exposure")
    return {
        "header_claim": {
            "kind": claim.kind,
            "class": claim.class_name,
            "classes": [
                name
                for name, allowed in zip(class_names, claimed, strict=True)
                if allowed
            ],
            "spectrograph": claim.spectrograph,
            "text": claim.text,
        }
        if claim is not None and claimed.any()
        else None,
        "agreement": agreement(
            claimed,
            pixel_probabilities,
            class_names,
            math.nan if exposure is None else exposure,
        ),
    }


def _number(value: float) -> float | None:
    """A number as JSON holds it; `None` for NaN."""
    return None if math.isnan(value) else round(float(value), 6)
