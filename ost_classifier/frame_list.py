"""Which frames a data folder holds, and what is known of them before they are read."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mesa_keras.readers.frame import find_frames
from ost_classifier.classes import UNKNOWN

FRAME_TABLE = "frames.csv"
CAMERA_COLUMNS = ("camera", "instrument")


@dataclass(frozen=True)
class ListedFrame:
    """One file of a data folder.

    Attributes:
        path: The file.
        name: Its path below the data folder, or as the table of labels has it.
        label: Class name; `None` if nobody gave one.
        night: Observing night as a table or a folder gives it; '' if neither does.
        camera: Camera likewise.
    """

    path: Path
    name: str
    label: str | None
    night: str
    camera: str


def list_frames(
    data_dir: Path, labels_csv: Path | None = None
) -> tuple[list[ListedFrame], list[str]]:
    """Lists the frames of a folder with their labels.

    The first folder below `data_dir` is the class; one between the class and the file
    is taken for the night. `frames.csv` in `data_dir` (columns `file`, `night`,
    `camera` or `instrument`) says more; `labels_csv` (columns `file`, `label`, and
    those) overrides both, and may name files that stand in no class folder.

    Args:
        data_dir: Folder of frames.
        labels_csv: Table of labels.

    Returns:
        The frames sorted by name, and what a user should know.

    Raises:
        FileNotFoundError: If folder or table do not exist.
        NotADirectoryError: If `data_dir` is a file.
        ValueError: If a table lacks a column, names a file that is not there, or gives
            a file two labels.
    """
    notes: list[str] = []
    files = find_frames(
        data_dir,
        on_error=lambda e: notes.append(f"{e.filename}: {e.strerror}, left out"),
    )
    rows = _read_table(data_dir / FRAME_TABLE, optional=True)
    labels = _read_table(labels_csv) if labels_csv is not None else {}
    frames = []
    used: set[str] = set()
    for path in files:
        name = path.relative_to(data_dir).as_posix()
        given = _row_of(labels, path, name, used)
        frames.append(_listed(path, name, rows.get(name, {}), given))
    for name in sorted(set(labels) - used):
        if not Path(name).is_file():
            raise ValueError(
                f"{labels_csv}: the file '{name}' is neither in {data_dir} nor a path."
            )
        frames.append(_listed(Path(name), name, {}, labels[name]))
    return frames, notes


def _row_of(
    labels: Mapping[str, Mapping[str, str]], path: Path, name: str, used: set[str]
) -> Mapping[str, str]:
    for key in (name, str(path), str(path.resolve())):
        if key in labels:
            used.add(key)
            return labels[key]
    return {}


def _listed(
    path: Path, name: str, row: Mapping[str, str], given: Mapping[str, str]
) -> ListedFrame:
    folders = Path(name).parts[:-1] if not Path(name).is_absolute() else ()
    known = {**row, **{key: value for key, value in given.items() if value}}
    camera = next((known[c] for c in CAMERA_COLUMNS if known.get(c)), "")
    label = given.get("label") or (folders[0] if folders else None)
    night = known.get("night") or "/".join(folders[1:])
    return ListedFrame(path, name, label, night, camera)


def _read_table(path: Path, optional: bool = False) -> dict[str, dict[str, str]]:
    """Rows of a CSV table by the column `file`."""
    if optional and not path.is_file():
        return {}
    rows: dict[str, dict[str, str]] = {}
    with path.open(newline="", encoding="utf-8-sig") as stream:
        try:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or ()
            wanted = ("file",) if optional else ("file", "label")
            for name in wanted:
                if name not in columns:
                    raise ValueError(f"{path}: the column `{name}` is missing.")
            for number, row in enumerate(reader, start=2):
                clean = {k: (v or "").strip() for k, v in row.items() if k}
                file = clean["file"]
                if rows.get(file, clean) != clean:
                    raise ValueError(
                        f"{path}: line {number} says otherwise of '{file}' than a "
                        "line before."
                    )
                rows[file] = clean
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is not a CSV table: {error}") from error
    return rows


def is_class_label(frame: ListedFrame) -> bool:
    """Whether a frame has a label that names a class."""
    return frame.label is not None and frame.label != UNKNOWN


def check_folds(listed: Sequence[ListedFrame], kfold: int) -> None:
    """Refuses before frames are decoded what can hold no cross-validation.

    Args:
        listed: The frames of a data folder.
        kfold: Number of folds.

    Raises:
        ValueError: If there are more folds than frames of the rarest class that occurs.
    """
    counts = Counter(str(frame.label) for frame in listed if is_class_label(frame))
    if not counts:
        return
    name, rarest = min(counts.items(), key=lambda item: (item[1], item[0]))
    if kfold > rarest:
        raise ValueError(
            "`kfold` must be at most the number of frames of the rarest class "
            f"('{name}', {rarest}). Received: kfold={kfold}"
        )
