"""Frames in, decisions out: for programs that run an observatory's archive."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras._version import __version__
from mesa_keras.evaluation.class_prior import ClassPrior
from ost_classifier.frame_stream import StreamedFrame, stream_frames
from ost_classifier.operating_point import NEVER_UNKNOWN, operating_point
from ost_classifier.predict import FrameClassifier
from ost_classifier.service_results import (
    Entry,
    checked_unknown_id,
    classified_entries,
    collected,
    defect_entry,
)
from ost_classifier.thresholds import ThresholdsLike


class ClassifierService:
    """Classifies frame files.

    Args:
        model_path: Model file; by default the one that is shipped.
        thresholds: Thresholds in any form that `read_thresholds` takes, such as
            "prod_precision"; by default those of the model.
        temperature: Temperature; by default the one the thresholds were fitted at, or
            the model's.
        abstain_unknown: Whether a frame below all thresholds is unknown; by default as
            the model does.
        class_prior: Rates of the classes among the frames at hand, in the model's order
            or by name; by default those that the model was calibrated on.
        unknown_id: `class_id` of unknown; by default the number of classes.
        tta: Whether to average over flips, and turns where the image is square.
        include_probs: Whether results have all probabilities.
        workers: Files decoded at a time; `None` takes one per core.
        processes: Whether to decode in processes: see `stream_frames`.

    Attributes:
        classifier: The opened model.
        operating_point: Temperature, thresholds and abstaining in use.
        unknown_id: `class_id` of unknown.
        notes: What a user should know about model and thresholds.

    Raises:
        FileNotFoundError: If model or thresholds do not exist.
        ValueError: If they are damaged or do not fit each other.

    Example:
        >>> service = ClassifierService()  # doctest: +SKIP
        >>> found = service.predict_paths(["night/0001.fits"])  # doctest: +SKIP
        >>> found["results"][0]["class"]  # doctest: +SKIP
        'flats'
    """

    def __init__(
        self,
        model_path: str | Path | None = None,
        *,
        thresholds: ThresholdsLike | None = None,
        temperature: float | None = None,
        abstain_unknown: bool | None = None,
        class_prior: ClassPrior | None = None,
        unknown_id: int | None = None,
        tta: bool = False,
        include_probs: bool = False,
        workers: int | None = None,
        processes: bool = False,
    ) -> None:
        self.classifier = FrameClassifier(model_path)
        self.operating_point = operating_point(
            self.classifier, thresholds, temperature, abstain_unknown, class_prior
        )
        self.unknown_id = checked_unknown_id(
            unknown_id, len(self.classifier.class_names)
        )
        self.tta, self.include_probs = tta, include_probs
        self._workers, self._processes = workers, processes
        self._fingerprint = self.classifier.fingerprint()
        fitted_for = self.operating_point.thresholds.model_weights
        self.notes = self.classifier.notes
        if fitted_for not in (None, self._fingerprint):
            self.notes += (
                f"{self.operating_point.thresholds.source} was fitted for another "
                f"model than {self.classifier.path.name}",
            )
        if self.operating_point.never_abstains:
            self.notes += (NEVER_UNKNOWN,)
        if self.operating_point.thresholds.optimistic:
            self.notes += (
                f"{self.operating_point.thresholds.source} was fitted to the frames "
                "that it was scored on, or to others of their nights: expect less",
            )

    def predict_paths(
        self, paths: Sequence[str | os.PathLike[str]], batch_size: int = 32
    ) -> dict[str, Any]:
        """Classifies files.

        A file that cannot be read does not stop the rest.

        Args:
            paths: FITS and TIFF files.
            batch_size: Frames per pass through the network.

        Returns:
            `meta`: the model and how it was run. `results`, in the order of the paths:
            `path`, `class` (a name, or "unknown"), `class_id`, `score` (probability of
            the class decided), `abstained`, `pixel_verdict` (the same four from pixels
            alone), `header_claim` (`kind`, `class` if it is stated, `classes` that it
            allows, `spectrograph`, `text`; or `None`), `agreement` (see `agreement`),
            and `probabilities` if asked for. `defects`: `path` and `reason` of what
            could not be read. `warnings`: `path` and `warning` of what is odd about a
            file.

        Raises:
            TypeError: If `paths` is a single path.
            ValueError: If `batch_size` is not positive.
        """
        if isinstance(paths, (str, bytes, os.PathLike)):
            # Its letters would be taken for paths.
            raise TypeError(f"`paths` must be a list of files. Received: {paths!r}")
        started = time.perf_counter()
        names = [os.fspath(path) for path in paths]
        found: dict[str, Entry] = {}
        for entries in self.classify(list(dict.fromkeys(names)), batch_size):
            found |= {entry["path"]: entry for entry in entries}
        seconds = time.perf_counter() - started
        return collected(self.meta(), [found[name] for name in names], seconds)

    def meta(self) -> dict[str, Any]:
        """What was run: model, thresholds and options."""
        settings = asdict(self.classifier.settings)
        return {
            "model": {
                "file": self.classifier.path.name,
                "weights": self._fingerprint,
                "frame": settings,
            },
            "classes": list(self.classifier.class_names),
            "unknown_id": self.unknown_id,
            **self.operating_point.described(),
            "tta": self.tta,
            "notes": list(self.notes),
            "version": __version__,
        }

    def classify(
        self, paths: Sequence[str | os.PathLike[str]], batch_size: int = 32
    ) -> Iterator[list[Entry]]:
        """Classifies files, batch by batch as they become ready.

        Args:
            paths: FITS and TIFF files.
            batch_size: Frames per pass through the network.

        Yields:
            Entries, each of one file: `path`, `key` (what tells whether it changed),
            `result` or `defect`, `lasting` (whether another try is in vain),
            `warnings`, and `facts` of the header.
        """
        if batch_size < 1:
            raise ValueError(
                f"`batch_size` must be at least 1. Received: batch_size={batch_size}"
            )
        ready: list[StreamedFrame] = []
        for frame in stream_frames(
            paths,
            self.classifier.settings,
            workers=self._workers,
            processes=self._processes,
        ):
            if frame.inputs is None:
                yield [defect_entry(frame)]
                continue
            ready.append(frame)
            if len(ready) == batch_size:
                yield self._decided(ready)
                ready = []
        if ready:
            yield self._decided(ready)

    def _decided(self, frames: Sequence[StreamedFrame]) -> list[Entry]:
        inputs = {
            name: np.stack([frame.inputs[name] for frame in frames if frame.inputs])
            for name in ("image", "statistics", "header", "claim")
        }
        logits = self.classifier.logits(inputs, self.tta)
        return classified_entries(
            frames,
            self.operating_point.decide(logits.header),
            self.operating_point.decide(logits.pixels, pixels_alone=True),
            self.classifier.class_names,
            self.unknown_id,
            self.include_probs,
        )
