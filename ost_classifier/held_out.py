"""Logits and measures of frames that the model was not trained on."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import keras
import numpy as np

from mesa_keras.evaluation import (
    classification_metrics,
    decide,
    fit_temperature,
    softmax,
)
from mesa_keras.evaluation.calibration import FEWEST_FOR_TEMPERATURE
from mesa_keras.evaluation.thresholds import Objective
from ost_classifier.data import OstData
from ost_classifier.features import without_header
from ost_classifier.model import decision_rule
from ost_classifier.threshold_fit import MAJORITY, fit_class_thresholds

WITH_HEADER, PIXELS_ALONE = "with header", "pixels alone"


class HeldOut(NamedTuple):
    """Logits of the same frames, shape `(frames, classes)` each.

    Attributes:
        header: From pixels and header.
        pixels: From pixels alone.
    """

    header: np.ndarray
    pixels: np.ndarray


def predict_logits(model: keras.Model, data: OstData, batch_size: int = 64) -> HeldOut:
    """Returns the logits of frames, read from the cache batch by batch.

    Args:
        model: Model of `build_model`.
        data: Frames.
        batch_size: Frames at a time.
    """
    logits = keras.Model(model.input, model.output["logits"])
    found: dict[str, list[np.ndarray]] = {"header": [], "pixels": []}
    for first in range(0, len(data), batch_size):
        count = min(batch_size, len(data) - first)
        # A last batch of another size would be traced anew.
        rows = np.minimum(np.arange(first, first + batch_size), len(data) - 1)
        inputs = data.inputs(rows)
        for name, x in (("header", inputs), ("pixels", without_header(inputs))):
            found[name].append(np.asarray(logits.predict_on_batch(x))[:count])
    return HeldOut(*(np.concatenate(found[name]) for name in HeldOut._fields))


def set_decision_rule(
    model: keras.Model, logits: np.ndarray, labels: np.ndarray, thresholds: str
) -> None:
    """Sets temperature, thresholds and class rates from held-out logits.

    The temperature is that of the smallest log-loss, and stays as it is with fewer than
    20 frames, as `few_frames_notes` says; class rates have one more frame counted in
    each class, so that none is 0.

    Args:
        model: Model of `build_model`; its `DecisionRule` is changed.
        logits: Shape `(frames, classes)`.
        labels: Class indices, shape `(frames,)`.
        thresholds: Objective of `fit_class_thresholds`.
    """
    rule = decision_rule(model)
    temperature = float(rule.temperature)
    if len(labels) >= FEWEST_FOR_TEMPERATURE:
        temperature = fit_temperature(logits, labels)
    counts = np.bincount(labels, minlength=len(rule.class_names)) + 1
    rule.calibrate(
        temperature=temperature,
        thresholds=fit_class_thresholds(
            softmax(logits, temperature), labels, cast(Objective, thresholds)
        ),
        class_rates=counts / counts.sum(),
    )


def few_frames_notes(temperature: float, count: int) -> list[str]:
    """Says that `count` frames are too few to set a temperature, if they are.

    Args:
        temperature: The one that stays.
        count: Labelled frames to calibrate on.
    """
    if count >= FEWEST_FOR_TEMPERATURE:
        return []
    frames = f"only {count} frames" if count != 1 else "only a single frame"
    return [
        f"{frames} to calibrate on, fewer than {FEWEST_FOR_TEMPERATURE}: the "
        f"temperature stays {temperature:.4g}"
    ]


def absent_classes_notes(labels: np.ndarray, class_names: Sequence[str]) -> list[str]:
    """Says which classes have no frame to fit their threshold to, if there are any.

    Args:
        labels: Class indices of the frames to calibrate on.
        class_names: Names of the classes in order.
    """
    absent = [n for k, n in enumerate(class_names) if not (labels == k).any()]
    if not absent:
        return []
    return [
        f"no frame of {', '.join(absent)} to calibrate on: the threshold is {MAJORITY}"
    ]


def measure(
    model: keras.Model, held_out: HeldOut, labels: np.ndarray
) -> dict[str, dict[str, float]]:
    """Figures of merit with header and from pixels alone, as the model decides now."""
    rule = decision_rule(model)
    temperature = float(rule.temperature)
    limits = np.asarray(rule.thresholds, dtype=np.float64)
    result = {}
    for name, logits in zip((WITH_HEADER, PIXELS_ALONE), held_out, strict=True):
        probabilities = softmax(logits, temperature)
        decision, _ = decide(probabilities, limits, float(rule.abstain) > 0.5)
        result[name] = classification_metrics(labels, probabilities, decision)
    return result
