"""From prepared frames to logits: with their header, from pixels alone, over flips."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from mesa_keras.inference import Predictor
from ost_classifier.features import (
    CLAIM_NAMES,
    HEADER_VALUE_NAMES,
    STATISTIC_NAMES,
    FrameSettings,
)
from ost_classifier.operating_point import OperatingPoint
from ost_classifier.thresholds import (
    MODELS_DIR,
    Thresholds,
)

SHIPPED_MODEL = MODELS_DIR / "ost_frames.keras"
FEATURE_NAMES = {
    "statistics": STATISTIC_NAMES,
    "header": HEADER_VALUE_NAMES,
    "claim": CLAIM_NAMES,
}


class FrameLogits(NamedTuple):
    """Logits of frames, shape `(frames, classes)` each.

    Attributes:
        header: From pixels and header.
        pixels: From pixels alone, as if no frame had a header.
    """

    header: np.ndarray
    pixels: np.ndarray


class FrameClassifier:
    """A frame model, ready to give logits.

    The network is cut behind its image branch: the verdict with header, the one from
    pixels alone, and all that asks what single features do, share one pass over the
    image.

    Args:
        model_path: Model file; by default the one that is shipped.

    Attributes:
        predictor: The opened model.
        settings: What a frame is turned into.
        class_names: Names of the classes in order.
        feature_names: Columns per input, as the model was trained on.
        image_encoder: The image branch.
        head_model: All that follows, with the other branches.
        notes: What a user should know about the model.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no frame classifier of this library.
    """

    def __init__(self, model_path: str | Path | None = None) -> None:
        self.predictor = Predictor(SHIPPED_MODEL if model_path is None else model_path)
        self.path = self.predictor.path
        schema = self.predictor.schema
        if schema.get("recipe") != "ost" or "frame" not in schema:
            raise ValueError(f"{self.path} is no classifier of frames.")
        self.settings = FrameSettings(**schema["frame"])
        self.class_names = self.predictor.class_names
        self.unknown_id = self.predictor.unknown_id
        self.feature_names = {
            name: tuple(map(str, schema[name])) for name in FEATURE_NAMES
        }
        self._places = {
            name: _places(self.feature_names[name], ours)
            for name, ours in FEATURE_NAMES.items()
        }
        absent = [
            column
            for name, columns in self.feature_names.items()
            for column in columns
            if column not in FEATURE_NAMES[name]
        ]
        self.notes: tuple[str, ...] = (
            (
                f"{self.path.name} wants {len(absent)} features that this version does "
                f"not compute, taken as missing: {', '.join(absent)}",
            )
            if absent
            else ()
        )
        self.image_encoder, self.head_model = _cut(self.predictor.model)

    def operating_point(self) -> OperatingPoint:
        """Temperature, thresholds and abstaining as the model file says."""
        rule = self.predictor.rule
        by_modality = rule.temperatures()
        return OperatingPoint(
            thresholds=Thresholds(
                class_names=self.class_names,
                values=tuple(np.asarray(rule.thresholds, float).tolist()),
                source="the model",
            ),
            temperature=float(rule.temperature),
            abstain=float(rule.abstain) > 0.5,
            pixel_temperature=by_modality.get(("pixels",)),
            class_rates=tuple(np.asarray(rule.class_rates, float).tolist()),
        )

    def fingerprint(self) -> str:
        """Identifies what was trained; calibrating a model does not change it."""
        digest = hashlib.blake2b(digest_size=16)
        rule = {id(weight) for weight in self.predictor.rule.weights}
        for weight in self.predictor.model.weights:
            if id(weight) not in rule:
                digest.update(np.ascontiguousarray(weight, dtype=np.float32).tobytes())
        return digest.hexdigest()

    def logits(
        self, inputs: Mapping[str, np.ndarray], tta: bool = False
    ) -> FrameLogits:
        """Returns logits with header and from pixels alone.

        Args:
            inputs: Arrays of `frame_inputs`, stacked.
            tta: Whether to average over flips, and turns where the image is square.
        """
        return self.mean_logits(
            self.embeddings(inputs["image"], tta), self.features(inputs)
        )

    def mean_logits(
        self, embeddings: Iterable[np.ndarray], features: Mapping[str, np.ndarray]
    ) -> FrameLogits:
        """Returns logits averaged over orientations of the images.

        Args:
            embeddings: The image branch's output per orientation.
            features: What `features` returns.
        """
        hidden = {
            name: np.full_like(values, np.nan) if name != "statistics" else values
            for name, values in features.items()
        }
        both: list[np.ndarray] = []
        alone: list[np.ndarray] = []
        for embedding in embeddings:
            both.append(self.head(embedding, features))
            alone.append(self.head(embedding, hidden))
        return FrameLogits(np.mean(both, axis=0), np.mean(alone, axis=0))

    def features(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Statistics, header values and claims in the columns of the model."""
        return {
            name: _columns(inputs[name], places)
            for name, places in self._places.items()
        }

    def embeddings(self, image: np.ndarray, tta: bool = False) -> Iterator[np.ndarray]:
        """Yields the image branch's output per orientation, `(frames, dim)`."""
        for turned in _orientations(image) if tta else (image,):
            yield np.asarray(self.image_encoder.predict_on_batch(turned))

    def head(
        self, embedding: np.ndarray, features: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        """Logits from the image branch's output and the model's features."""
        found = self.head_model.predict_on_batch(
            [embedding, *(features[name] for name in FEATURE_NAMES)]
        )
        return np.asarray(found, dtype=np.float32)


def _cut(model: keras.Model) -> tuple[keras.Model, keras.Model]:
    """The image branch, and all that follows with the other branches.

    Keras does not save a model any more once another one starts inside it: whoever
    wants to save opens the file anew.
    """
    joined = model.get_layer("embedding").input
    image = joined[0]
    features = [model.input[name] for name in FEATURE_NAMES]
    return (
        keras.Model(model.input["image"], image, name="image_encoder"),
        keras.Model([image, *features], model.output["logits"], name="head"),
    )


def _orientations(image: np.ndarray) -> Iterator[np.ndarray]:
    """The images `(frames, height, width, channels)`, flipped, and turned if square."""
    square = image.shape[1] == image.shape[2]
    for turned in (image, image.swapaxes(1, 2)) if square else (image,):
        yield turned
        yield turned[:, ::-1]
        yield turned[:, :, ::-1]
        yield turned[:, ::-1, ::-1]


def _places(wanted: tuple[str, ...], ours: tuple[str, ...]) -> np.ndarray:
    """Where each column of the model stands in ours, -1 where it does not."""
    place = {name: k for k, name in enumerate(ours)}
    return np.array([place.get(name, -1) for name in wanted], dtype=np.int64)


def _columns(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    chosen = values[:, places].astype(np.float32)
    chosen[:, places < 0] = np.nan
    return chosen
