"""The data of the OST classifier: a folder of frames as labelled, cached inputs."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.pipelines.frame_cache import CachedFrames, FrameCache
from mesa_keras.pipelines.frame_cache_shard import CachedFrame, FileKey
from ost_classifier.classes import UNKNOWN, class_list, in_order
from ost_classifier.features import (
    CLAIM_NAMES,
    HEADER_VALUE_NAMES,
    STATISTIC_NAMES,
    FrameInputs,
    FrameSettings,
    record_dtype,
)
from ost_classifier.frame_list import (
    ListedFrame,
    check_folds,
    is_class_label,
    list_frames,
)
from ost_classifier.frame_stream import decode_frame

# Another number makes all caches be built anew: when a feature changes its meaning.
FEATURE_VERSION = 5


@dataclass(frozen=True)
class OstData:
    """Frames that could be read, in the order of their names.

    Attributes:
        path: The folder.
        file: Name of each frame below it, shape `(frames,)`.
        label: Index into `class_names`, int32 `(frames,)`; the number of classes for a
            frame of none of them (`unknown`), -1 where nobody gave a label.
        class_names: Names of the classes in order.
        night: Observing night of each frame, '' where unknown.
        camera: Camera of each frame, '' where unknown.
        row: Place of each frame in `frames`.
        frames: The cache that inputs are read from.
        faults: Why a file could not be read, by its name.
        warnings: What a user should know about the folder.
        fingerprint: SHA-256 over files, labels, nights and cameras.
    """

    path: Path
    file: np.ndarray
    label: np.ndarray
    class_names: tuple[str, ...]
    night: np.ndarray
    camera: np.ndarray
    row: np.ndarray
    frames: CachedFrames
    faults: Mapping[str, str]
    warnings: tuple[str, ...]
    fingerprint: str

    def __len__(self) -> int:
        return len(self.file)

    def take(self, indices: ArrayLike) -> "OstData":
        """Returns the given frames, in the order given."""
        rows = np.asarray(indices, dtype=np.int64)
        arrays: dict[str, Any] = {
            name: getattr(self, name)[rows]
            for name in ("file", "label", "night", "camera", "row")
        }
        return dataclasses.replace(self, **arrays)

    def inputs(self, indices: ArrayLike | None = None) -> FrameInputs:
        """Reads the model inputs of the given frames, of all by default."""
        rows = self.row if indices is None else self.row[np.asarray(indices)]
        return self.frames.read(rows)

    def counts(self) -> dict[str, int]:
        """Number of frames by class name."""
        found = np.bincount(self.label[self.label >= 0], minlength=self.unknown_id + 1)
        return dict(zip((*self.class_names, UNKNOWN), found.tolist(), strict=True))

    @property
    def unknown_id(self) -> int:
        """Label of frames of no class."""
        return len(self.class_names)


def load_data(
    data_dir: str | os.PathLike[str],
    settings: FrameSettings,
    *,
    cache_dir: str | os.PathLike[str],
    classes: str | os.PathLike[str] | Sequence[str] | None = None,
    labels_csv: str | os.PathLike[str] | None = None,
    kfold: int = 0,
    workers: int | None = None,
    progress: bool = False,
) -> OstData:
    """Finds, decodes and caches the frames of a folder.

    Args:
        data_dir: Folder with a subfolder per class; see `list_frames`.
        settings: Size and type of the images.
        cache_dir: Folder of the cache.
        classes: Class names, a file of them or a folder of class folders; by default
            the labels that occur, the observatory's first and in its order.
        labels_csv: Table of labels that overrides the folders.
        kfold: Folds that the frames will be divided into; 0 for none.
        workers: Processes that decode; `None` takes one per core.
        progress: Whether to show a progress bar.

    Returns:
        The frames that could be read; a file that could not is in `faults`.

    Raises:
        FileNotFoundError: If folder or table do not exist.
        ValueError: If there is no frame, a label is no class, there are more folds than
            frames of a class, or no file can be read.
        OSError: If the cache cannot be written.
    """
    # As of a shell variable that is not set; its path would be where one stands.
    if not os.fspath(data_dir):
        raise FileNotFoundError("`data_dir` must be a folder. Received: ''")
    root = Path(data_dir)
    listed, notes = list_frames(root, None if labels_csv is None else Path(labels_csv))
    if not listed:
        raise ValueError(
            f"{root} holds no frame: it needs a subfolder per class with FITS or TIFF "
            "files."
        )
    class_names = _class_names(listed, classes, root)
    _check_labels(listed, class_names, root)
    check_folds(listed, kfold)
    cache = FrameCache(
        cache_dir,
        record_dtype(settings),
        {
            **dataclasses.asdict(settings),
            "statistics": STATISTIC_NAMES,
            "header": HEADER_VALUE_NAMES,
            "claim": CLAIM_NAMES,
            "version": FEATURE_VERSION,
        },
    )
    frames = cache.build(
        [frame.path for frame in listed],
        partial(decode_frame, settings=settings),
        workers=workers,
        progress=progress,
    )
    return _data(root, listed, frames, class_names, notes)


def _class_names(
    listed: Sequence[ListedFrame],
    classes: str | os.PathLike[str] | Sequence[str] | None,
    root: Path,
) -> tuple[str, ...]:
    if classes is not None:
        return class_list(classes)
    found = in_order({str(f.label) for f in listed if is_class_label(f)})
    if len(found) < 2:
        raise ValueError(
            f"{root} must hold frames of two classes or more, each in a subfolder of "
            f"its name. Received: {', '.join(found) or 'none'}"
        )
    return tuple(found)


def _check_labels(
    listed: Sequence[ListedFrame], class_names: Sequence[str], root: Path
) -> None:
    for frame in listed:
        if is_class_label(frame) and frame.label not in class_names:
            raise ValueError(
                f"{root}: the label '{frame.label}' (of {frame.name}) is no class. "
                f"The classes are {', '.join(class_names)}."
            )


def _data(
    root: Path,
    listed: Sequence[ListedFrame],
    frames: CachedFrames,
    class_names: tuple[str, ...],
    notes: list[str],
) -> OstData:
    found = list(zip(listed, frames.frames, strict=True))
    faults = {f.name: c.fault for f, c in found if c.shard is None}
    places = [i for i, (_, cached) in enumerate(found) if cached.shard is not None]
    if not places:
        name, fault = next(iter(faults.items()))
        raise ValueError(f"{root}: no file can be read; {name}: {fault}")
    index = {name: i for i, name in enumerate((*class_names, UNKNOWN))}
    kept = [found[i] for i in places]
    origin = [_origin(frame, cached) for frame, cached in kept]
    loose = sum(frame.label is None for frame, _ in kept)
    if loose:
        notes.append(f"{loose} frames stand in no class folder and have no label")
    label = np.array([index.get(f.label or "", -1) for f, _ in kept], np.int32)
    for number, name in enumerate(class_names):
        if not (label == number).any():
            notes.append(f"class {name} has no frame that can be read")
    return OstData(
        path=root,
        file=np.array([frame.name for frame, _ in kept]),
        label=label,
        class_names=class_names,
        night=np.array([night for night, _ in origin]),
        camera=np.array([camera for _, camera in origin]),
        row=np.array(places, np.int64),
        frames=frames,
        faults=faults,
        warnings=tuple(notes),
        fingerprint=_fingerprint([f for f, _ in kept], origin),
    )


def _origin(frame: ListedFrame, cached: CachedFrame) -> tuple[str, str]:
    """Night and camera: from tables and folders, else from the header."""
    facts = cached.notes.get("facts", {})
    night = frame.night or facts.get("night") or ""
    return str(night), str(frame.camera or facts.get("camera") or "")


def _fingerprint(
    frames: Sequence[ListedFrame], origin: Sequence[tuple[str, str]]
) -> str:
    digest = hashlib.sha256()
    for frame, known in zip(frames, origin, strict=True):
        key = FileKey.of(frame.path)
        entry = [frame.name, frame.label, *known, key.size, key.mtime_ns]
        digest.update(json.dumps(entry).encode())
    return digest.hexdigest()
