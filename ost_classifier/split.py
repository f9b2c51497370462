"""Splits of frames that keep a night, or a camera, together."""

from collections.abc import Mapping

import numpy as np

from mesa_keras.pipelines.split import split_by_group
from ost_classifier.config import OstConfig
from ost_classifier.data import OstData

PARTS = ("train", "validation", "calibration")


def labelled(data: OstData) -> OstData:
    """The frames of a class: those of `unknown` or without a label are left out."""
    return data.take(np.flatnonzero((data.label >= 0) & (data.label < data.unknown_id)))


def frame_groups(data: OstData, split_by: str) -> np.ndarray:
    """What must not be divided between two parts, by name, shape `(frames,)`.

    Args:
        data: Frames.
        split_by: "night" for a night of a camera, "camera", or "file" for each frame on
            its own. A frame of which neither is known is on its own too.
    """
    alone = np.char.add("file ", data.file)
    if split_by == "file":
        return alone
    if split_by == "camera":
        known = data.camera != ""
        named = np.char.add("camera ", data.camera)
    else:
        known = (data.night != "") | (data.camera != "")
        named = np.char.add(np.char.add(data.camera, " night "), data.night)
    return np.where(known, named, alone)


def split_frames(
    data: OstData, config: OstConfig
) -> tuple[dict[str, OstData], list[str]]:
    """Divides labelled frames into training, validation and calibration.

    Where there are too few nights or cameras to divide, frames are divided instead, and
    a note says so. A class that would be missing from training is moved there.

    Args:
        data: Labelled frames.
        config: Shares, what is kept together, and the seed.

    Returns:
        Frames by part, and notes.

    Raises:
        ValueError: If there are fewer than three frames, or training would hold fewer
            than two classes.
    """
    held = config.validation_fraction + config.calibration_fraction
    fractions = {
        "train": 1 - held,
        "validation": config.validation_fraction,
        "calibration": config.calibration_fraction,
    }
    groups, notes = enough_groups(data, config.split_by, len(fractions))
    rows = split_by_group(groups, fractions, labels=data.label, seed=config.seed)
    rows = _evened(rows, groups, fractions, config.seed)
    rows = _with_all_classes(rows, data.label, groups)
    parts = {name: data.take(index) for name, index in rows.items()}
    for name in PARTS[1:]:
        if not len(parts[name]):
            raise ValueError(
                f"{data.path} holds too few frames ({len(data)}) for a {name} part."
            )
    classes = np.unique(parts["train"].label)
    if len(classes) < 2:
        raise ValueError(f"{data.path}: training needs two classes or more.")
    notes += _rare(data)
    return parts, notes


def split_folds(
    data: OstData, config: OstConfig, folds: int
) -> tuple[list[np.ndarray], list[str]]:
    """Divides labelled frames into parts of equal size.

    Args:
        data: Labelled frames.
        config: What is kept together, and the seed.
        folds: Number of parts, at least 2.

    Returns:
        Row numbers by part, and notes.

    Raises:
        ValueError: If there are fewer frames than parts.
    """
    groups, notes = enough_groups(data, config.split_by, folds)
    if len(np.unique(groups)) < folds:
        raise ValueError(
            f"`kfold` must be at most the number of frames. Received: kfold={folds}, "
            f"frames={len(data)}"
        )
    fractions = {str(number): 1 / folds for number in range(folds)}
    rows = split_by_group(groups, fractions, labels=data.label, seed=config.seed)
    return list(rows.values()), notes


def enough_groups(
    data: OstData, split_by: str, parts: int
) -> tuple[np.ndarray, list[str]]:
    """Groups of frames, each frame on its own where there are too few groups."""
    groups = frame_groups(data, split_by)
    count = len(np.unique(groups))
    if split_by == "file" or count >= 2 * parts:
        return groups, []
    note = (
        f"{count} different {split_by}s are too few for {parts} parts: frames are "
        "divided one by one, and the measures are better than on new nights"
    )
    return frame_groups(data, "file"), [note]


def _evened(
    rows: dict[str, np.ndarray],
    groups: np.ndarray,
    fractions: Mapping[str, float],
    seed: int,
) -> dict[str, np.ndarray]:
    """Divides the held-out frames anew where a part got less than half of its share.

    Of few groups of each class, the one that is held out falls into the same part every
    time, and only all classes together can be divided.
    """
    names = PARTS[1:]
    held = np.sort(np.concatenate([rows[name] for name in names]))
    total = sum(fractions[name] for name in names)
    shares = {name: fractions[name] / total for name in names}
    uneven = any(len(rows[n]) < shares[n] * len(held) / 2 for n in names)
    if not uneven or len(np.unique(groups[held])) < len(names):
        return rows
    again = split_by_group(groups[held], shares, seed=seed)
    return {**rows, **{name: held[index] for name, index in again.items()}}


def _with_all_classes(
    rows: Mapping[str, np.ndarray], label: np.ndarray, groups: np.ndarray
) -> dict[str, np.ndarray]:
    """Moves groups to training that hold a class that training would lack."""
    in_train = np.zeros(len(label), dtype=bool)
    in_train[rows["train"]] = True
    for wanted in np.setdiff1d(np.unique(label), np.unique(label[in_train])):
        first = groups[np.flatnonzero(label == wanted)[0]]
        in_train[groups == first] = True
    return {
        name: np.flatnonzero(in_train) if name == "train" else index[~in_train[index]]
        for name, index in rows.items()
    }


def _rare(data: OstData) -> list[str]:
    few = [
        f"{name} ({count})"
        for name, count in data.counts().items()
        if 0 < count < 10 and name in data.class_names
    ]
    if not few:
        return []
    return [f"too few frames to learn from or to be measured: {', '.join(few)}"]
