"""Which frames temperature and thresholds are fitted to, and which are scored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mesa_keras.pipelines.split import split_by_group
from ost_classifier.calibrate_logits import (
    CalibrationLogits,
    calibration_path,
    saved_calibration,
)
from ost_classifier.data import OstData
from ost_classifier.evaluate_frames import EvaluatedFrames
from ost_classifier.frame_keys import frame_keys
from ost_classifier.held_out import absent_classes_notes, few_frames_notes
from ost_classifier.operating_point import OperatingPoint
from ost_classifier.predict import FrameClassifier
from ost_classifier.split import enough_groups
from ost_classifier.trained_on import CALIBRATED, TRAINED, known_keys, trained_on

OPTIMISTIC = (
    "OPTIMISTIC: temperature and thresholds were fitted to the very frames that they "
    "are measured on; expect less on others."
)


@dataclass(frozen=True)
class FitPlan:
    """What is fitted to and what is scored.

    Attributes:
        scored: Frames that are measured.
        calibration: What is fitted to, `None` where nothing is fitted.
        sentences: What a reader of the results must know about it.
    """

    scored: EvaluatedFrames
    calibration: CalibrationLogits | None
    sentences: tuple[str, ...]

    @property
    def optimistic(self) -> bool:
        """Whether frames are scored that were fitted to, or others of their nights."""
        return self.calibration is not None and self.calibration.optimistic


def plan_fit(
    classifier: FrameClassifier,
    evaluated: EvaluatedFrames,
    *,
    wanted: bool,
    tta: bool = False,
    allow_optimistic: bool = False,
    seed: int = 0,
) -> FitPlan:
    """Decides which frames are fitted to, so that none of them is scored.

    The calibration logits that training saved come first. Without them, the frames are
    halved by night and camera, or one by one where there are too few nights, which is
    optimistic; fitting and scoring the same frames must be asked for.

    Args:
        classifier: The model.
        evaluated: All frames.
        wanted: Whether anything is fitted at all.
        tta: Whether the logits of the frames are means over flips.
        allow_optimistic: Whether to fit and score the same frames rather than halve.
        seed: Seed of the halves.

    Raises:
        ValueError: If there are too few frames to halve.
    """
    if not wanted:
        return FitPlan(evaluated, None, ())
    saved = saved_calibration(classifier)
    if saved is not None:
        text = f"{len(saved):,} calibration frames kept back in training"
        plain = ", which were not flipped as those measured are" if tta else ""
        return FitPlan(
            evaluated, saved, (f"Fitted to {text} ({saved.source}){plain}.",)
        )
    file = calibration_path(classifier.path).name
    if allow_optimistic:
        known = evaluated.take(evaluated.known)
        return FitPlan(
            evaluated,
            _logits(known, f"{len(known)} scored frames", True),
            (OPTIMISTIC,),
        )
    fit, score, notes = _halves(evaluated, seed)
    data = evaluated.data.take(evaluated.known)
    apart = not notes and bool(((data.night != "") | (data.camera != "")).all())
    others = "of other nights" if apart else "others, perhaps of the same nights,"
    text = (
        f"There is no {file}: temperature and thresholds were fitted to {fit.size:,} "
        f"of the frames, and the {len(data) - fit.size:,} {others} are measured"
    )
    if len(evaluated) > len(data):
        text += f", with {len(evaluated) - len(data):,} of no class"
    source = f"{fit.size} frames of {data.path.name}"
    logits = _logits(evaluated.take(fit), source, optimistic=not apart)
    mark = "" if apart else "OPTIMISTIC: "
    return FitPlan(evaluated.take(score), logits, (f"{mark}{text}.", *notes))


def fit_notes(
    plan: FitPlan, point: OperatingPoint, *, temperature: bool, thresholds: bool
) -> list[str]:
    """Says where there were too few frames to fit to.

    Args:
        plan: What was fitted to.
        point: What came of it.
        temperature: Whether a temperature was asked for.
        thresholds: Whether thresholds were.
    """
    if plan.calibration is None:
        return []
    few = few_frames_notes(point.temperature, len(plan.calibration))
    absent = absent_classes_notes(plan.calibration.labels, point.thresholds.class_names)
    return [*(few if temperature else ()), *(absent if thresholds else ())]


def check_unseen(
    classifier: FrameClassifier,
    data: OstData,
    *,
    allow_optimistic: bool = False,
    recalibrating: bool = False,
) -> str | None:
    """Makes sure that a model is not measured on frames that it was trained on.

    Frames that the training only stopped by, that temperature and thresholds were
    fitted to, or that a model was trained on whose weights it took, count as well.
    Copies are known by what is in them.

    Args:
        classifier: The model; its configuration beside it says what it was trained on.
        data: Frames to measure on.
        allow_optimistic: Whether that is a sentence in the results instead of an error.
        recalibrating: Whether frames of a calibration after the training do not count:
            they may be calibrated on again.

    Returns:
        The sentence, if there is one.

    Raises:
        ValueError: If the model was trained on these frames.
    """
    noted = trained_on(classifier.path)
    entries = (TRAINED,) if recalibrating else (TRAINED, CALIBRATED)
    known = known_keys(classifier.path, entries)
    keys = frame_keys(data) if known else []
    seen = [data.file[i] for i, key in enumerate(keys) if key in known]
    if seen:
        text = (
            f"{classifier.path.name} was trained on {len(seen):,} of the {len(data):,} "
            f"frames of {data.path}, such as {seen[0]}"
        )
    elif data.fingerprint == noted.get("sha256") or (
        str(data.path.resolve()) == noted.get("path")
    ):
        text = f"{classifier.path.name} was trained on the frames of {data.path}"
    else:
        return None
    if recalibrating:
        raise ValueError(f"{text}: calibrate on others.")
    if not allow_optimistic:
        raise ValueError(
            f"{text}: measure on others, or pass --allow_optimistic to see numbers "
            "that say nothing about new frames."
        )
    return f"OPTIMISTIC: {text}; expect less on others."


def _halves(
    evaluated: EvaluatedFrames, seed: int
) -> tuple[np.ndarray, np.ndarray, Sequence[str]]:
    """Rows to fit to and to score; frames of `unknown` are scored."""
    known = evaluated.known
    data = evaluated.data.take(known)
    groups, notes = enough_groups(data, "night", 2)
    try:
        halves = split_by_group(
            groups, {"fit": 0.5, "score": 0.5}, labels=data.label, seed=seed
        )
    except ValueError as error:
        halves = {"fit": np.array([], dtype=np.int64)}
        reason: Exception | None = error
    else:
        reason = None
    fit = known[halves["fit"]]
    if len(np.unique(evaluated.label[fit])) < 2:
        raise ValueError(
            f"{data.path} holds too few frames to fit to one half and score the other; "
            "--allow_optimistic fits and scores the same frames."
        ) from reason
    return fit, np.setdiff1d(np.arange(len(evaluated)), fit), notes


def _logits(
    evaluated: EvaluatedFrames, source: str, optimistic: bool = False
) -> CalibrationLogits:
    return CalibrationLogits(
        logits=evaluated.logits.header.astype(np.float64),
        labels=evaluated.label.astype(np.int64),
        source=source,
        pixel_logits=evaluated.logits.pixels.astype(np.float64),
        optimistic=optimistic,
    )
