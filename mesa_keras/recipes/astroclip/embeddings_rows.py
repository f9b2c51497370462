"""What can be said of each row of embeddings: is it there, is it valid, and why not."""

from typing import Any

import numpy as np

from mesa_keras.evaluation import pair_validity

_FIRST_COLUMNS = (
    "row",
    "object_id",
    "split",
    "redshift",
    "image_valid",
    "spectrum_valid",
    "valid",
    "reason",
    "source_id",
)


def missing_rows(array: np.ndarray, name: str, block_size: int = 65536) -> np.ndarray:
    """Returns which rows are NaN; raises if another row is no unit vector.

    Args:
        array: Vectors, shape `(n, dim)`, read in blocks.
        name: What the array is called in the message.
        block_size: Rows read at a time.

    Raises:
        ValueError: If a row is NaN in part, or its length differs from 1.
    """
    missing = np.zeros(len(array), dtype=bool)
    for start in range(0, len(array), block_size):
        block = np.asarray(array[start : start + block_size], dtype=np.float64)
        missing[start : start + block_size] = np.isnan(block).all(axis=1)
        length = np.linalg.norm(block, axis=1)
        wrong = ~(np.abs(length - 1) < 1e-3) & ~np.isnan(block).all(axis=1)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(
                f"{name}: every row must be a unit vector, or NaN throughout. "
                f"Received: row {start + row} of length {length[row]:.6g}"
            )
    return missing


def mark_rows(
    table: Any, missing: dict[str, np.ndarray], redshift_range: tuple[float, float]
) -> Any:
    """Returns the table as it is written: columns in order, validity and reason a row.

    Args:
        table: `pandas.DataFrame`, a row per embedding; see `finish_embeddings`.
        missing: Rows without a vector, bool `(n,)`, by the reason to give.
        redshift_range: Lowest and highest redshift of a valid row, inclusive.
    """
    frame = table.reset_index(drop=True).copy()
    if "valid" in frame:
        valid = np.asarray(frame["valid"], dtype=bool)
        reasons = [str(text) for text in frame.get("reason", [""] * len(frame))]
    else:
        valid, reasons = pair_validity(frame, redshift_range)
    for reason, rows in missing.items():
        for row in np.flatnonzero(valid & rows):
            reasons[row] = f"{reasons[row]}; {reason}" if reasons[row] else reason
    frame["valid"] = valid & ~np.logical_or.reduce(list(missing.values()))
    frame["reason"] = reasons
    frame["row"] = np.arange(len(frame), dtype=np.int64)
    if "split" not in frame:
        frame["split"] = ""
    first = [name for name in _FIRST_COLUMNS if name in frame]
    return frame[[*first, *(name for name in frame if name not in first)]]
