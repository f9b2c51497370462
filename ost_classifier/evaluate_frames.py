"""What a model makes of labelled frames, kept for all measures."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm import tqdm

from mesa_keras.readers.frame_claim import FrameClaim, claimed_classes
from ost_classifier.data import OstData
from ost_classifier.predict import FEATURE_NAMES, FrameClassifier, FrameLogits
from ost_classifier.split import frame_groups


@dataclass(frozen=True)
class EvaluatedFrames:
    """Labelled frames and the network's outputs for them.

    Attributes:
        data: The frames; their label is the number of classes for `unknown`.
        logits: With header and from pixels alone.
        embedding: The image branch's output without any flip, `(frames, dim)`.
        features: Statistics, header values and claims, in the model's columns.
        exposure_s: Exposure time of each frame, NaN if unknown.
        claimed: Which classes the header claims, `(frames, classes)`.
        groups: What is not independent of each other: a night of a camera.
    """

    data: OstData
    logits: FrameLogits
    embedding: np.ndarray
    features: dict[str, np.ndarray]
    exposure_s: np.ndarray
    claimed: np.ndarray
    groups: np.ndarray

    def __len__(self) -> int:
        return len(self.data)

    @property
    def label(self) -> np.ndarray:
        """Class of each frame, the number of classes for `unknown`."""
        return self.data.label

    @property
    def known(self) -> np.ndarray:
        """Rows of the frames that are of a class."""
        return np.flatnonzero(self.label < self.data.unknown_id)

    def take(self, indices: ArrayLike) -> "EvaluatedFrames":
        """Returns the given frames, in the order given."""
        rows = np.asarray(indices, dtype=np.int64)
        arrays: dict[str, Any] = {
            name: getattr(self, name)[rows]
            for name in ("embedding", "exposure_s", "claimed", "groups")
        }
        return dataclasses.replace(
            self,
            data=self.data.take(rows),
            logits=FrameLogits(*(values[rows] for values in self.logits)),
            features={name: x[rows] for name, x in self.features.items()},
            **arrays,
        )


def run_model(
    classifier: FrameClassifier,
    data: OstData,
    batch_size: int = 32,
    *,
    tta: bool = False,
    progress: bool = False,
) -> EvaluatedFrames:
    """Runs a model on the frames that have a label, batch by batch.

    Args:
        classifier: The model.
        data: Frames of the model's classes, or of `unknown`.
        batch_size: Frames per pass through the network.
        tta: Whether to average over flips, and turns where the image is square.
        progress: Whether to show a progress bar.

    Raises:
        ValueError: If no frame has a label, or `batch_size` is not positive.
    """
    if batch_size < 1:
        raise ValueError(
            f"`batch_size` must be at least 1. Received: batch_size={batch_size}"
        )
    labelled = data.take(np.flatnonzero(data.label >= 0))
    if not len(labelled):
        raise ValueError(f"{data.path} holds no frame with a label.")
    found: dict[str, list[np.ndarray]] = {
        name: []
        for name in (
            *("header", "pixels", "embedding"),
            *(f"feature {name}" for name in FEATURE_NAMES),
        )
    }
    bar = tqdm(
        total=len(labelled), unit="frame", desc="evaluating", disable=not progress
    )
    with bar:
        for first in range(0, len(labelled), batch_size):
            rows = np.arange(first, min(first + batch_size, len(labelled)))
            inputs = labelled.inputs(rows)
            features = classifier.features(inputs)
            embeddings = list(classifier.embeddings(inputs["image"], tta))
            logits = classifier.mean_logits(embeddings, features)
            for name, values in logits._asdict().items():
                found[name].append(values)
            found["embedding"].append(embeddings[0])
            for name, values in features.items():
                found[f"feature {name}"].append(values)
            bar.update(len(rows))
    whole = {name: np.concatenate(parts) for name, parts in found.items()}
    exposure_s, claimed = _from_headers(labelled)
    return EvaluatedFrames(
        data=labelled,
        logits=FrameLogits(whole["header"], whole["pixels"]),
        embedding=whole["embedding"],
        features={name: whole[f"feature {name}"] for name in FEATURE_NAMES},
        exposure_s=exposure_s,
        claimed=claimed,
        groups=frame_groups(labelled, "night"),
    )


def _from_headers(data: OstData) -> tuple[np.ndarray, np.ndarray]:
    """Exposure time and claimed classes of each frame, as the cache noted them."""
    exposure_s = np.full(len(data), np.nan)
    claimed = np.zeros((len(data), len(data.class_names)), dtype=bool)
    for i, row in enumerate(data.row):
        notes = data.frames.frames[row].notes
        exposure = notes["facts"]["exposure"]
        exposure_s[i] = np.nan if exposure is None else exposure
        claimed[i] = claimed_classes(FrameClaim(**notes["claim"]), data.class_names)
    return exposure_s, claimed
