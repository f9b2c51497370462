"""Calibrates a frame model from files to files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.atomic_file import check_writable
from mesa_keras.evaluation import classification_metrics
from mesa_keras.evaluation.thresholds import CALIBRATION_OBJECTIVES, checked_targets
from ost_classifier.calibrate import (
    calibrate_model,
    fit_point_temperature,
    fit_point_thresholds,
    write_production_profiles,
)
from ost_classifier.calibrate_logits import (
    CalibrationLogits,
    calibration_path,
    saved_calibration,
)
from ost_classifier.data import load_data
from ost_classifier.evaluate_fit import check_unseen
from ost_classifier.evaluate_frames import run_model
from ost_classifier.frame_keys import frame_keys
from ost_classifier.held_out import absent_classes_notes, few_frames_notes
from ost_classifier.operating_point import OperatingPoint, operating_point
from ost_classifier.predict import FrameClassifier
from ost_classifier.thresholds import PROFILES, ThresholdsLike
from ost_classifier.trained_on import config_path


@dataclass(frozen=True)
class CalibrateResult:
    """What a calibration changed.

    Attributes:
        before: Figures of merit before it.
        after: The same afterwards, on the same frames: these were fitted to.
        point: New temperature, thresholds and abstaining.
        counts: Frames by class name.
        source: Which frames were fitted to.
        faults: Why a file could not be read, by its name.
        files: Paths written, by what they hold.
        warnings: What a user should know.
    """

    before: dict[str, float]
    after: dict[str, float]
    point: OperatingPoint
    counts: dict[str, int]
    source: str
    faults: dict[str, str]
    files: dict[str, Path]
    warnings: tuple[str, ...]


def calibrate(
    model_path: str | Path | None,
    model_out: str | Path | None,
    *,
    data_dir: str | Path | None = None,
    thresholds: ThresholdsLike = "none",
    target_precision: ArrayLike | None = None,
    temperature: float | None = None,
    abstain: bool | None = None,
    profiles_dir: str | Path | None = None,
    cache_dir: str | Path | None = None,
    progress: bool = False,
) -> CalibrateResult:
    """Sets temperature and thresholds of a copy of a model.

    Args:
        model_path: Model file; `None` for the one that is shipped.
        model_out: Copy to write, `None` for none. The logits fitted to, and which
            frames model and copy have seen, are written beside it.
        data_dir: Folder of labelled frames that the model never saw; `None` for the
            frames that training kept back.
        thresholds: One of `CALIBRATION_OBJECTIVES`, or thresholds in any form
            that `read_thresholds` takes.
        target_precision: Wanted precision, one for all classes or one each.
        temperature: A fixed temperature; `None` fits it.
        abstain: Whether a frame below all thresholds is unknown, or as the model does.
        profiles_dir: Folder to write `thresholds_prod_*.json` to.
        cache_dir: Folder of decoded frames; by default `frame_cache` beside the copy.
        progress: Whether to show progress bars.

    Raises:
        FileNotFoundError: If a file named does not exist.
        ValueError: If nothing is to be written, there are no frames to fit to, the
            model was trained on them, or an argument is out of range.
        OSError: If a file cannot be written.
    """
    _check_outputs(model_out, profiles_dir)
    classifier = FrameClassifier(model_path)
    old = classifier.operating_point()
    fits = isinstance(thresholds, str) and thresholds in CALIBRATION_OBJECTIVES
    objective: Any = thresholds if fits else "none"
    checked_targets(objective, len(classifier.class_names), target_precision)
    point = _point(classifier, None if fits else thresholds, temperature, abstain)
    cache = cache_dir or Path(model_out or profiles_dir or "").parent / "frame_cache"
    calibration, faults, warnings = _frames(classifier, data_dir, cache, progress)
    if len(np.unique(calibration.labels)) < 2:
        raise ValueError(
            f"{calibration.source}: calibration needs two classes or more."
        )
    if temperature is None:
        point = fit_point_temperature(point, calibration)
        few = few_frames_notes(point.temperature, len(calibration))
        warnings = (*warnings, *few)
    weights = classifier.fingerprint()
    if fits:
        point = fit_point_thresholds(
            point,
            calibration,
            objective,
            target_precision=target_precision,
            model_weights=weights,
        )
    if objective != "none" or profiles_dir is not None:
        absent = absent_classes_notes(calibration.labels, classifier.class_names)
        warnings = (*warnings, *absent)
    files = {}
    if model_out is not None:
        kept = calibrate_model(classifier, point, calibration, model_out)
        if kept.pixel_temperature != point.pixel_temperature:
            warnings += (
                f"{model_out} takes its temperature for pixels alone, too: the "
                f"{point.pixel_temperature:.4f} fitted to them is kept by files of "
                "thresholds only (`--profiles_dir`)",
            )
        files = {
            "model": Path(model_out),
            "logits": calibration_path(model_out),
            "config": config_path(model_out),
        }
    if profiles_dir is not None:
        files |= write_production_profiles(profiles_dir, classifier, point, calibration)
    counts = np.bincount(calibration.labels, minlength=len(classifier.class_names))
    return CalibrateResult(
        before=_scores(old, calibration),
        after=_scores(point, calibration),
        point=point,
        counts=dict(zip(classifier.class_names, counts.tolist(), strict=True)),
        source=calibration.source,
        faults=faults,
        files=files,
        warnings=(*classifier.notes, *warnings),
    )


def _check_outputs(
    model_out: str | Path | None, profiles_dir: str | Path | None
) -> None:
    """Makes sure, before frames are read, that what is asked for can be written."""
    if model_out is None and profiles_dir is None:
        raise ValueError("`model_out` or `profiles_dir` must say what to write.")
    if model_out is not None:
        if Path(model_out).suffix != ".keras":
            raise ValueError(f"`model_out` must end in .keras. Received: {model_out}")
        check_writable("model_out", model_out)
    if profiles_dir is not None:
        check_writable("profiles_dir", profiles_dir, folder=True)


def _point(
    classifier: FrameClassifier,
    thresholds: ThresholdsLike | None,
    temperature: float | None,
    abstain: bool | None,
) -> OperatingPoint:
    """The operating point before the fit, with the thresholds that were given."""
    try:
        return operating_point(classifier, thresholds, temperature, abstain)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"`thresholds` must be one of {', '.join(CALIBRATION_OBJECTIVES)}, a "
            "number, numbers separated by commas, a JSON file or a profile "
            f"({', '.join(PROFILES)}). Received: thresholds={thresholds}"
        ) from error


def _frames(
    classifier: FrameClassifier,
    data_dir: str | Path | None,
    cache_dir: str | Path,
    progress: bool,
) -> tuple[CalibrationLogits, dict[str, str], tuple[str, ...]]:
    """Logits to fit to, what could not be read, and what is odd about the folder."""
    if data_dir is None:
        saved = saved_calibration(classifier)
        if saved is None:
            raise ValueError(
                f"There is no {calibration_path(classifier.path)} of frames kept back "
                "in training: name a folder of labelled frames with `data_dir`."
            )
        return saved, {}, ()
    data = load_data(
        data_dir,
        classifier.settings,
        cache_dir=cache_dir,
        classes=classifier.class_names,
        progress=progress,
    )
    check_unseen(classifier, data, recalibrating=True)
    evaluated = run_model(classifier, data, progress=progress)
    known = evaluated.take(evaluated.known)
    if not len(known):
        raise ValueError(f"{data.path} holds no frame of a class.")
    calibration = CalibrationLogits(
        logits=known.logits.header.astype(np.float64),
        labels=known.label.astype(np.int64),
        source=f"{len(known)} frames of {data.path.name}",
        pixel_logits=known.logits.pixels.astype(np.float64),
        frame_keys=tuple(frame_keys(known.data)),
    )
    return calibration, dict(data.faults), data.warnings


def _scores(point: OperatingPoint, calibration: CalibrationLogits) -> dict[str, float]:
    found = point.decide(calibration.logits)
    return classification_metrics(
        calibration.labels, found.probabilities, found.decision
    )
