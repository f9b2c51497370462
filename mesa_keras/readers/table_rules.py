"""What must hold for a candidate table as a whole."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np


def check_ids(object_id: np.ndarray, path: Path) -> None:
    """Raises `ValueError` naming both rows where an id stands twice."""
    first: dict[str, int] = {}
    for row, name in enumerate(object_id, start=1):
        if name in first:
            raise ValueError(
                f"{path}: object_id '{name}' stands in row {first[name]} and in row "
                f"{row}; ids must differ."
            )
        first[name] = row


def check_labels(
    label: np.ndarray,
    present: bool,
    allowed: Sequence[str] | None,
    required: bool,
    path: Path,
) -> None:
    """Raises `ValueError` where a label is missing, empty or not allowed.

    Args:
        label: The labels, '' where a cell is empty.
        present: Whether the file has the column at all.
        allowed: Labels allowed, `None` for any.
        required: Whether labels matter; nothing is checked without.
        path: The file, for the message.
    """
    if not required:
        return
    if not present:
        raise ValueError(
            f"{path}: the column 'label' is missing; map it from another column with "
            "label=theirs."
        )
    empty = np.flatnonzero(label == "")
    if empty.size:
        raise ValueError(f"{path}: the label of row {empty[0] + 1} is empty.")
    if allowed is None:
        return
    unknown = np.flatnonzero(~np.isin(label, list(allowed)))
    if unknown.size:
        names = sorted(set(label[unknown].tolist()))
        raise ValueError(
            f"{path}: unknown label {quoted(names)} (first in row {unknown[0] + 1}); "
            f"allowed are {quoted(list(allowed))}."
        )


def quoted(names: Sequence[str], most: int = 8) -> str:
    """Returns names in quotes, the first few of many."""
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
