"""Calibrates a frame model: temperature, thresholds and class rates."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.atomic_file import atomic_file
from mesa_keras.evaluation import fit_temperature, fit_thresholds
from mesa_keras.evaluation.thresholds import Objective
from mesa_keras.training import open_model, save_model
from ost_classifier.model import decision_rule
from ost_classifier.operating_point import OperatingPoint
from ost_classifier.predict import FrameClassifier
from ost_classifier.thresholds import Thresholds, save_thresholds

# The two profiles that are shipped: what is wanted of every class.
PRODUCTION_TARGET = 0.98
PRODUCTION: dict[str, Objective] = {
    "prod_precision": "target_precision",
    "prod_recall": "target_recall",
}


@dataclass(frozen=True)
class CalibrationLogits:
    """Logits of labelled frames that the model was not trained on.

    Attributes:
        logits: Shape `(frames, classes)`.
        labels: Class indices, shape `(frames,)`.
        source: Where they come from, for people to read.
        optimistic: Whether the same frames are scored afterwards.
    """

    logits: np.ndarray
    labels: np.ndarray
    source: str
    optimistic: bool = False

    def __len__(self) -> int:
        return len(self.labels)


def calibration_path(model_path: str | Path) -> Path:
    """File of the calibration logits that belongs to a model."""
    path = Path(model_path)
    return path.with_name(f"{path.stem}_calibration.npz")


def saved_calibration(classifier: FrameClassifier) -> CalibrationLogits | None:
    """Reads the logits of the calibration split that training saved.

    Args:
        classifier: The model.

    Returns:
        The logits, `None` where the model has no such file.

    Raises:
        ValueError: If the file is damaged or of other classes.
    """
    path = calibration_path(classifier.path)
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            logits = np.asarray(stored["logits"], dtype=np.float64)
            labels = np.asarray(stored["labels"])
            names = tuple(map(str, stored["class_names"]))
    except (KeyError, ValueError, OSError, EOFError) as error:
        raise ValueError(f"{path} holds no calibration logits: {error}.") from error
    shape = (len(labels), len(classifier.class_names))
    if names != classifier.class_names or logits.shape != shape:
        raise ValueError(
            f"{path} is of other classes than {classifier.path.name}: "
            f"{', '.join(names)}."
        )
    known = (labels >= 0) & (labels < shape[1]) & np.isfinite(logits).all(axis=1)
    if not known.any():
        raise ValueError(f"{path} holds no labelled frame.")
    return CalibrationLogits(
        logits[known], labels[known].astype(np.int64), f"{path.name}"
    )


def fit_operating_point(
    point: OperatingPoint,
    calibration: CalibrationLogits,
    *,
    temperature: bool = True,
    objective: Objective = "none",
    target_precision: ArrayLike | None = None,
    target_recall: ArrayLike | None = None,
    model_weights: str | None = None,
) -> OperatingPoint:
    """Returns the operating point that fits labelled frames best.

    Args:
        point: Where to start from; says whether to abstain.
        calibration: Frames to fit to.
        temperature: Whether to fit the temperature; otherwise that of `point` stays.
        objective: How thresholds are chosen: see `fit_thresholds`.
        target_precision: Wanted precision, one for all classes or one each.
        target_recall: Wanted recall, likewise.
        model_weights: Fingerprint of the model, to know its thresholds again.

    Raises:
        ValueError: If an argument is out of range or goes with another objective.
    """
    if temperature:
        fitted = fit_temperature(calibration.logits, calibration.labels)
        point = dataclasses.replace(point, temperature=fitted)
    values = fit_thresholds(
        point.decide(calibration.logits).probabilities,
        calibration.labels,
        objective,
        target_precision=target_precision,
        target_recall=target_recall,
    )
    targets = {"target_precision": target_precision, "target_recall": target_recall}
    thresholds = Thresholds(
        class_names=point.thresholds.class_names,
        values=tuple(values.tolist()),
        temperature=point.temperature,
        source=f"fitted to {calibration.source}",
        model_weights=model_weights,
        described={
            "objective": objective,
            **{
                name: np.asarray(target, float).tolist()
                for name, target in targets.items()
                if target is not None
            },
            "fitted_to": calibration.source,
            "frames": len(calibration),
            "optimistic": calibration.optimistic,
        },
    )
    return dataclasses.replace(point, thresholds=thresholds)


def write_calibration(
    path: str | Path, calibration: CalibrationLogits, class_names: tuple[str, ...]
) -> None:
    """Writes calibration logits in the form that `saved_calibration` reads.

    Args:
        path: File to write, `*_calibration.npz`; its folder must exist.
        calibration: The logits.
        class_names: Classes in order.
    """
    with atomic_file(path) as temporary:
        np.savez(
            temporary,
            logits=calibration.logits.astype(np.float32),
            labels=calibration.labels,
            class_names=np.array(class_names),
        )


def calibrate_model(
    classifier: FrameClassifier,
    point: OperatingPoint,
    calibration: CalibrationLogits | None,
    model_out: str | Path,
) -> None:
    """Writes a copy of a model with another operating point in it.

    Args:
        classifier: The model; its file stays as it is.
        point: Temperature, thresholds and abstaining.
        calibration: Frames that they were fitted to, which give the class rates and are
            written beside the copy; `None` keeps the rates.
        model_out: File to write, `*.keras`; its folder is made if needed.

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
    decision_rule(model).calibrate(
        temperature=point.temperature,
        thresholds=point.thresholds.values,
        abstain=point.abstain,
        class_rates=rates,
    )
    save_model(model, out)
    if calibration is not None:
        write_calibration(calibration_path(out), calibration, classifier.class_names)


def write_production_profiles(
    folder: str | Path,
    classifier: FrameClassifier,
    calibration: CalibrationLogits,
    target: float = PRODUCTION_TARGET,
) -> Mapping[str, Path]:
    """Writes `thresholds_prod_precision.json` and `thresholds_prod_recall.json`.

    Args:
        folder: Where to write, made if needed; `models` for the shipped model.
        classifier: The model.
        calibration: Frames to fit to.
        target: Precision and recall wanted of every class.

    Returns:
        The files by name of the profile.
    """
    files = {}
    for name, objective in PRODUCTION.items():
        wanted: dict[str, Any] = {str(objective): target}
        fitted = fit_operating_point(
            classifier.operating_point(),
            calibration,
            temperature=False,
            objective=objective,
            model_weights=classifier.fingerprint(),
            **wanted,
        )
        files[name] = Path(folder) / f"thresholds_{name}.json"
        save_thresholds(files[name], fitted.thresholds, classifier.path.name)
    return files
