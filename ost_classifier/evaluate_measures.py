"""Figures of merit of a frame classifier on labelled frames."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mesa_keras.evaluation import (
    bootstrap_intervals,
    calibration_band,
    classification_metrics,
    classification_report,
    selective_accuracy,
)
from ost_classifier.agreement import NO_CLAIM, VERDICTS, agreement, same_in_pixels
from ost_classifier.classes import UNKNOWN
from ost_classifier.evaluate_frames import EvaluatedFrames
from ost_classifier.operating_point import Decisions

WITH_HEADER, PIXELS_ALONE = "with_header", "pixels_alone"


def measure(
    evaluated: EvaluatedFrames,
    decisions: Decisions,
    seed: int = 0,
    *,
    bias_like_short_darks: bool = False,
) -> dict[str, Any]:
    """Returns all figures of merit; NaN where one is not defined.

    Frames of `unknown` are right where the model abstains. They count in accuracy,
    coverage and the confusion matrix, and not where a probability of the true class is
    needed. Intervals are 95 % percentiles of 1,000 bootstraps over nights and cameras.

    Args:
        evaluated: Frames and the network's outputs.
        decisions: What was decided for them.
        seed: Seed of the bootstrap.
        bias_like_short_darks: Whether to add `accuracy_one_kind`, which counts biases
            and darks under a second as one kind.
    """
    names = evaluated.data.class_names
    correct = decisions.decision == evaluated.label
    lenient = _lenient(evaluated, decisions) if bias_like_short_darks else None
    rows = evaluated.known
    result = {
        **_selective(evaluated, decisions, correct, lenient, seed),
        **(_probabilistic(evaluated, decisions, rows, seed) if rows.size else {}),
        "per_class": _per_class(evaluated, decisions),
        "confusion_matrix": confusion(evaluated.label, decisions.decision, len(names)),
        "confusion_rows": [*names, UNKNOWN],
        "abstained": int(decisions.abstained.sum()),
    }
    if rows.size:
        result["calibration_band"] = calibration_band(
            _normalized(decisions.probabilities[rows]), seed=seed
        )
    return result


def _normalized(probabilities: np.ndarray) -> np.ndarray:
    """Rows with sum 1; a frame whose logits are no numbers may be anything."""
    even = np.full_like(probabilities, 1 / probabilities.shape[1])
    return np.where(np.isfinite(probabilities), probabilities, even)


def _selective(
    evaluated: EvaluatedFrames,
    decisions: Decisions,
    correct: np.ndarray,
    lenient: np.ndarray | None,
    seed: int,
) -> dict[str, Any]:
    """Accuracy of all frames, coverage, and accuracy of the frames decided."""

    def metrics(hit: np.ndarray, left_out: np.ndarray, *kind: Any) -> dict[str, float]:
        found = {"accuracy": float(hit.mean()), **selective_accuracy(hit, left_out)}
        if kind:
            found["accuracy_one_kind"] = float(kind[0].mean())
        return found

    arrays = [correct, decisions.abstained, *([] if lenient is None else [lenient])]
    return dict(bootstrap_intervals(metrics, evaluated.groups, *arrays, seed=seed))


def _probabilistic(
    evaluated: EvaluatedFrames, decisions: Decisions, rows: np.ndarray, seed: int
) -> dict[str, Any]:
    """Macro-F1, ranking, log-loss and calibration of the frames that have a class."""
    found = _classification(evaluated, decisions, rows, seed)
    return {name: found[name] for name in found if name != "accuracy"}


def _classification(
    evaluated: EvaluatedFrames, decisions: Decisions, rows: np.ndarray, seed: int
) -> dict[str, Any]:
    """All that `classification_metrics` says of frames that have a class."""
    return dict(
        bootstrap_intervals(
            classification_metrics,
            evaluated.groups[rows],
            evaluated.label[rows],
            _normalized(decisions.probabilities[rows]),
            decisions.decision[rows],
            seed=seed,
        )
    )


def _lenient(evaluated: EvaluatedFrames, decisions: Decisions) -> np.ndarray:
    """Whether a decision is right, biases and darks under a second being one kind."""
    names = [*evaluated.data.class_names, UNKNOWN]
    return np.array(
        [
            names[decided] in same_in_pixels(names[label], exposure, names)
            for decided, label, exposure in zip(
                decisions.decision, evaluated.label, evaluated.exposure_s, strict=True
            )
        ]
    )


def _per_class(
    evaluated: EvaluatedFrames, decisions: Decisions
) -> dict[str, dict[str, Any]]:
    """Precision, recall and F1 of the frames decided, and how many were not."""
    names = evaluated.data.class_names
    label, decided = evaluated.label, ~decisions.abstained
    rows = np.flatnonzero((label < len(names)) & decided)
    if rows.size:
        report = classification_report(label[rows], decisions.decision[rows], names)
        table: dict[str, dict[str, Any]] = report["classes"]
    else:
        empty = dict.fromkeys(("precision", "recall", "f1"), float("nan"))
        table = {name: {**empty, "support": 0} for name in names}
    for k, name in enumerate(names):
        of_class = label == k
        table[name]["frames"] = int(of_class.sum())
        table[name]["coverage"] = (
            float(decided[of_class].mean()) if of_class.any() else float("nan")
        )
    return table


def confusion(
    label: np.ndarray, decision: np.ndarray, num_classes: int
) -> list[list[int]]:
    """Counts with a row per true class and a column per class decided, unknown last."""
    counts = np.zeros((num_classes + 1, num_classes + 1), dtype=np.int64)
    np.add.at(counts, (label, decision), 1)
    found: list[list[int]] = counts.tolist()
    return found


def by_class_and_camera(
    evaluated: EvaluatedFrames, both: Decisions, pixels: Decisions
) -> list[dict[str, Any]]:
    """Accuracy of each class on each camera, as rows of a table.

    Args:
        evaluated: Frames and the network's outputs.
        both: Decisions from pixels and header.
        pixels: Decisions from pixels alone.
    """
    names = [*evaluated.data.class_names, UNKNOWN]
    lenient = _lenient(evaluated, pixels)
    cameras = np.where(evaluated.data.camera == "", "not known", evaluated.data.camera)
    rows = []
    pairs = zip(evaluated.label.tolist(), cameras.tolist(), strict=True)
    for label, camera in sorted(set(pairs)):
        of_both = (evaluated.label == label) & (cameras == camera)
        rows.append(
            {
                "class": names[label],
                "camera": camera,
                "frames": int(of_both.sum()),
                "accuracy": float((both.decision[of_both] == label).mean()),
                "coverage": float((~both.abstained[of_both]).mean()),
                "pixels_alone": float((pixels.decision[of_both] == label).mean()),
                "pixels_alone_one_kind": float(lenient[of_both].mean()),
            }
        )
    return rows


def by_claim(
    evaluated: EvaluatedFrames, both: Decisions, pixels: Decisions, seed: int = 0
) -> dict[str, dict[str, Any]]:
    """Accuracy and macro-F1 apart for frames whose header says what they are.

    Where it does not, nothing tells some classes apart: a bias from a short dark.

    Args:
        evaluated: Frames and the network's outputs.
        both: Decisions from pixels and header.
        pixels: Decisions from pixels alone.
        seed: Seed of the bootstrap.

    Returns:
        For `claim` and `no claim` the number of `frames` that have a class, and
        `accuracy` and `macro_f1` of both verdicts, with 95 % intervals.
    """
    claims = np.asarray(evaluated.claimed.any(axis=1))
    found: dict[str, dict[str, Any]] = {}
    for name, chosen in (("claim", claims), (NO_CLAIM, ~claims)):
        rows = evaluated.known[chosen[evaluated.known]]
        found[name] = {"frames": int(rows.size)}
        if not rows.size:
            continue
        for verdict, decisions in ((WITH_HEADER, both), (PIXELS_ALONE, pixels)):
            measured = _classification(evaluated, decisions, rows, seed)
            found[name][verdict] = {
                metric: measured[metric] for metric in ("accuracy", "macro_f1")
            }
    return found


def count_agreement(
    evaluated: EvaluatedFrames, pixels: Decisions
) -> dict[str, dict[str, int]]:
    """How often header and pixels agree, apart for right and for wrong claims.

    Returns:
        Per verdict of `agreement` the number of frames whose header allows the true
        class (`claim_right`), whose header does not (`claim_wrong`), and all.
    """
    names: Sequence[str] = evaluated.data.class_names
    found = {
        name: {"frames": 0, "claim_right": 0, "claim_wrong": 0} for name in VERDICTS
    }
    for i, label in enumerate(evaluated.label):
        claimed = evaluated.claimed[i]
        verdict = agreement(
            claimed, pixels.probabilities[i], names, float(evaluated.exposure_s[i])
        )
        found[verdict]["frames"] += 1
        if claimed.any():
            right = label < len(names) and claimed[label]
            found[verdict]["claim_right" if right else "claim_wrong"] += 1
    return found
