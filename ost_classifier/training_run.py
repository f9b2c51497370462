"""All that is known at the end of a training run."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np

from ost_classifier.config import OstConfig
from ost_classifier.data import OstData
from ost_classifier.held_out import HeldOut


@dataclass(frozen=True)
class Run:
    """What is written of a training run.

    Attributes:
        model: The calibrated model.
        config: Its configuration.
        data: All frames that were read.
        parts: Frames by part of the split.
        history: Values per epoch by name.
        best_epoch: Epoch of the weights that were kept, from 0.
        metrics: Values by name, by verdict and part.
        calibration: Frames that temperature and thresholds were fitted to.
        held_out: Their logits.
        features: Statistics and header values of training frames, by input.
        tables: Further measures: of folds, or against the number of labels.
        notes: What a user should know.
        pretrained_path: Model that weights were taken from.
        pretrained_keys: Keys of the frames that it has seen.
    """

    model: keras.Model
    config: OstConfig
    data: OstData
    parts: Mapping[str, OstData]
    history: Mapping[str, list[float]]
    best_epoch: int
    metrics: Mapping[str, Mapping[str, Mapping[str, float]]]
    calibration: OstData
    held_out: HeldOut
    features: Mapping[str, np.ndarray]
    tables: Mapping[str, list[dict[str, float]]]
    notes: tuple[str, ...]
    pretrained_path: str | None = None
    pretrained_keys: frozenset[str] = frozenset()
