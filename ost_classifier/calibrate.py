"""Calibrates a frame model: temperature, thresholds and class rates."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation import fit_temperature
from mesa_keras.evaluation.calibration import FEWEST_FOR_TEMPERATURE
from mesa_keras.evaluation.thresholds import Objective
from mesa_keras.training import open_model, save_model
from ost_classifier.calibrate_logits import (
    CalibrationLogits,
    calibration_path,
    write_calibration,
)
from ost_classifier.model import decision_rule
from ost_classifier.operating_point import OperatingPoint
from ost_classifier.predict import FrameClassifier
from ost_classifier.threshold_fit import fit_class_thresholds
from ost_classifier.thresholds import Thresholds, save_thresholds
from ost_classifier.trained_on import write_config_of_copy

# The two profiles that are shipped: what is wanted of every class.
PRODUCTION_TARGET = 0.98
# The precise profile decides for no class that is less likely than not, however rarely
# simulated frames of other classes come as far: real ones do more often.
LEAST_PRECISE = 0.5
PRODUCTION: dict[str, Objective] = {
    "prod_precision": "target_precision",
    "prod_recall": "target_recall",
}


def fit_point_temperature(
    point: OperatingPoint, calibration: CalibrationLogits
) -> OperatingPoint:
    """Returns the operating point with the temperatures of the smallest log-loss.

    With fewer than 20 frames they stay, as `few_frames_notes` says.

    Args:
        point: Where to start from.
        calibration: Frames to fit to.
    """
    pixels, labels = calibration.pixel_logits, calibration.labels
    if len(labels) < FEWEST_FOR_TEMPERATURE:
        return point
    return dataclasses.replace(
        point,
        temperature=fit_temperature(calibration.logits, labels),
        pixel_temperature=None if pixels is None else fit_temperature(pixels, labels),
    )


def fit_point_thresholds(
    point: OperatingPoint,
    calibration: CalibrationLogits,
    objective: Objective,
    *,
    target_precision: ArrayLike | None = None,
    target_recall: ArrayLike | None = None,
    model_weights: str | None = None,
) -> OperatingPoint:
    """Returns the operating point with thresholds fitted at its temperature.

    Args:
        point: Where to start from.
        calibration: Frames to fit to.
        objective: How thresholds are chosen: see `fit_class_thresholds`.
        target_precision: Wanted precision, one for all classes or one each.
        target_recall: Wanted recall, likewise.
        model_weights: Fingerprint of the model, to know its thresholds again.

    Raises:
        ValueError: If an argument is out of range or goes with another objective.
    """
    values = fit_class_thresholds(
        point.decide(calibration.logits).probabilities,
        calibration.labels,
        objective,
        target_precision=target_precision,
        target_recall=target_recall,
    )
    targets = {"target_precision": target_precision, "target_recall": target_recall}
    described = {
        "objective": objective,
        **{
            name: np.asarray(target, float).tolist()
            for name, target in targets.items()
            if target is not None
        },
        "fitted_to": calibration.source,
        "frames": len(calibration),
        "optimistic": calibration.optimistic,
    }
    thresholds = Thresholds(
        class_names=point.thresholds.class_names,
        values=tuple(values.tolist()),
        temperature=point.temperature,
        pixel_temperature=point.pixel_temperature,
        source=f"fitted to {calibration.source}",
        model_weights=model_weights,
        described=described,
    )
    return dataclasses.replace(point, thresholds=thresholds)


def calibrate_model(
    classifier: FrameClassifier,
    point: OperatingPoint,
    calibration: CalibrationLogits | None,
    model_out: str | Path,
) -> OperatingPoint:
    """Writes a copy of a model with another operating point, and its configuration.

    Args:
        classifier: The model; its file stays as it is.
        point: Temperature, thresholds and abstaining.
        calibration: Frames that they were fitted to, which give the class rates and are
            written beside the copy; `None` keeps the rates.
        model_out: File to write, `*.keras`; its folder is made if needed.

    Returns:
        The operating point that the copy keeps: without a temperature of pixels alone
        where its `DecisionRule` has one temperature for all inputs.

    Raises:
        ValueError: If the name does not end in `.keras`.
        OSError: If the file cannot be written.
    """
    out = Path(model_out)
    if out.suffix != ".keras":
        raise ValueError(f"`model_out` must end in .keras. Received: {out}")
    out.parent.mkdir(parents=True, exist_ok=True)
    rates = None
    if calibration is not None:
        # One more of each class: a class without a frame gets a small rate, not 0.
        counts = np.bincount(calibration.labels, minlength=len(classifier.class_names))
        rates = (counts + 1) / (counts + 1).sum()
    model = open_model(classifier.path)
    rule = decision_rule(model)
    temperature: float | dict[tuple[str, ...], float] = point.temperature
    if not rule.modalities:
        point = dataclasses.replace(point, pixel_temperature=None)
    elif point.pixel_temperature is not None:
        temperature = {
            rule.modalities: point.temperature,
            ("pixels",): point.pixel_temperature,
        }
    rule.calibrate(
        temperature=temperature,
        thresholds=point.thresholds.values,
        abstain=point.abstain,
        class_rates=rates,
    )
    # Before the copy takes its name: it never stands there without.
    write_config_of_copy(
        classifier.path, out, () if calibration is None else calibration.frame_keys
    )
    save_model(model, out)
    if calibration is not None:
        write_calibration(calibration_path(out), calibration, classifier.class_names)
    return point


def write_production_profiles(
    folder: str | Path,
    classifier: FrameClassifier,
    point: OperatingPoint,
    calibration: CalibrationLogits,
    target: float = PRODUCTION_TARGET,
) -> dict[str, Path]:
    """Writes `thresholds_prod_precision.json` and `thresholds_prod_recall.json`.

    The thresholds of the first are 0.5 at least.

    Args:
        folder: Where to write, made if needed; `models` for the shipped model.
        classifier: The model.
        point: Its temperature.
        calibration: Frames to fit to.
        target: Precision and recall wanted of every class.

    Returns:
        The files by name of the profile.
    """
    files = {}
    for name, objective in PRODUCTION.items():
        wanted: dict[str, Any] = {str(objective): target}
        fitted = fit_point_thresholds(
            point,
            calibration,
            objective,
            model_weights=classifier.fingerprint(),
            **wanted,
        )
        thresholds = fitted.thresholds
        if objective == "target_precision":
            thresholds = dataclasses.replace(
                thresholds,
                values=tuple(max(x, LEAST_PRECISE) for x in thresholds.values),
                described={**thresholds.described, "at_least": LEAST_PRECISE},
            )
        files[name] = Path(folder) / f"thresholds_{name}.json"
        save_thresholds(files[name], thresholds, classifier.path.name)
    return files
