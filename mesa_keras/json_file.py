"""JSON files that are whole or absent, and that every reader of JSON takes."""

import json
import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file


def write_json(path: str | os.PathLike[str], content: Any) -> None:
    """Writes a JSON file.

    Args:
        path: File to write; its folder must exist.
        content: Mappings, sequences, text, numbers and NumPy's numbers. Those that JSON
            does not know (NaN and infinity) become null.

    Raises:
        OSError: If the file cannot be written.
        TypeError: If something is none of these.
    """
    text = json_text(content)
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="ascii")


def json_text(content: Any) -> str:
    """Returns what `write_json` writes, for files that appear with others at once.

    Raises:
        TypeError: If something is none of what `write_json` takes.
    """
    # ASCII only: names of files may hold bytes that are no text.
    return json.dumps(_plain(content), indent=2, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
