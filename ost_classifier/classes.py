"""The classes of frames: the observatory's own, or those of a folder or a file."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

OST_CLASSES = (
    "bias",
    "darks",
    "flats",
    "deep_sky",
    "flat_dados",
    "spectrum_dados",
    "wavelength_calibration_dados",
    "flat_baches",
    "spectrum_baches",
    "wavelength_calibration_baches",
    "einsteinturm",
)
# What abstaining decides for. A folder of this name holds frames of no class.
UNKNOWN = "unknown"
# Classes whose frames have an orientation or a brightness that must not be changed.
CONSERVATIVE_CLASSES = (
    "flat_dados",
    "darks",
    "flats",
    "spectrum_dados",
    "wavelength_calibration_dados",
    "wavelength_calibration_baches",
)


def class_list(source: str | os.PathLike[str] | Sequence[str]) -> tuple[str, ...]:
    """Returns class names in order, from wherever they are given.

    Args:
        source: Names as a sequence or separated by commas; a file with a JSON list or
            a name per line; or a data folder, whose subfolders are the classes, those
            of the observatory first and in its order, others by name.

    Returns:
        At least two different names, without `unknown`.

    Raises:
        FileNotFoundError: If a path is given that does not exist.
        ValueError: If there are fewer than two names or one stands twice.

    Example:
        >>> class_list("flats,bias")
        ('flats', 'bias')
    """
    if not isinstance(source, (str, os.PathLike)):
        return _checked(source, "`classes`")
    path = Path(source)
    if os.fspath(source) and path.is_dir():
        return _checked(in_order(class_folders(path)), f"{path}")
    if path.is_file():
        return _checked(_names_in(path), f"{path}")
    if isinstance(source, str) and "," in source:
        return _checked(source.split(","), "`classes`")
    raise FileNotFoundError(
        "`classes` must be two or more names separated by commas, or a file or folder "
        f"that exists. Received: classes={source}"
    )


def class_folders(data_dir: Path) -> list[str]:
    """Names of the subfolders that stand for a class, sorted; none is hidden."""
    return sorted(
        entry.name
        for entry in data_dir.iterdir()
        if entry.is_dir() and not entry.name.startswith(".") and entry.name != UNKNOWN
    )


def in_order(names: Iterable[str]) -> list[str]:
    """Puts the observatory's classes first, in its order; the others follow by name."""
    given = set(names)
    known = [name for name in OST_CLASSES if name in given]
    return known + sorted(given - set(known))


def _names_in(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() != ".json":
        return text.splitlines()
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(found, list) or not all(isinstance(x, str) for x in found):
        raise ValueError(f"{path} must hold a list of class names.")
    return found


def _checked(names: Iterable[str], where: str) -> tuple[str, ...]:
    found = [name.strip() for name in names if name.strip()]
    classes = tuple(name for name in found if name != UNKNOWN)
    if len(classes) < 2 or len(set(classes)) < len(classes):
        raise ValueError(
            f"{where} must give at least two different classes. "
            f"Received: {', '.join(classes) or 'none'}"
        )
    return classes
