"""The figures of an evaluation, and the curves behind them as data."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.evaluation import PrecisionRecallCurve, coverage_curve
from mesa_keras.evaluation import precision_recall_curve as curve_of
from mesa_keras.report import (
    Picture,
    confusion_matrix_figure,
    coverage_figure,
    precision_recall_figure,
    reliability_figure,
    save_figure,
)
from ost_classifier.classes import UNKNOWN
from ost_classifier.evaluate_frames import EvaluatedFrames
from ost_classifier.operating_point import Decisions


def draw(
    evaluated: EvaluatedFrames,
    both: Decisions,
    pixels: Decisions,
    results: dict[str, Any],
) -> dict[str, Picture]:
    """Draws the figures that the report shows, by name.

    Args:
        evaluated: Frames and the network's outputs.
        both: Decisions from pixels and header.
        pixels: Decisions from pixels alone.
        results: What `measure` found with header.
    """
    names = evaluated.data.class_names
    label = evaluated.label
    right = {
        "with header": (both, both.decision == label),
        "pixels alone": (pixels, pixels.decision == label),
    }
    curves = {}
    for name, (decisions, _) in right.items():
        rows = np.flatnonzero(np.isfinite(decisions.score))
        best = decisions.probabilities[rows].argmax(axis=1)
        sure = decisions.probabilities[rows].max(axis=1)
        curves[name] = coverage_curve(best == label[rows], sure)
    chosen = results["coverage"]["value"], results["accuracy_at_coverage"]["value"]
    figures: dict[str, tuple[Any, str, str]] = {
        "confusion_matrix": (
            _confusion(results, both),
            "Table of true classes against decided classes.",
            "",
        ),
        "coverage": (
            coverage_figure(curves, chosen if both.abstained.any() else None),
            "Accuracy of the frames decided against their share.",
            "Lines take the most probable class, the surest frames first.",
        ),
    }
    rows = np.flatnonzero((label < len(names)) & np.isfinite(both.score))
    if rows.size:
        figures["reliability"] = (
            reliability_figure(label[rows], both.probabilities[rows]),
            "Share of right decisions against the probability of the top class.",
            "Points outside their bar are evidence of miscalibration.",
        )
    return {
        name: Picture(figure=figure, alt=alt, caption=caption)
        for name, (figure, alt, caption) in figures.items()
    }


def _confusion(results: dict[str, Any], both: Decisions) -> Any:
    """The confusion matrix, with the row and the column of unknown where needed."""
    counts = np.array(results["confusion_matrix"])
    names = list(results["confusion_rows"][:-1])
    if counts[-1].any():
        return confusion_matrix_figure(counts, [*names, UNKNOWN])
    shown = counts[:-1] if both.abstained.any() else counts[:-1, :-1]
    return confusion_matrix_figure(shown, names)


def write_precision_recall(
    evaluated: EvaluatedFrames,
    decisions: Decisions,
    thresholds: dict[str, float],
    folder: str | Path,
    *,
    optimistic: bool = False,
) -> dict[str, Path]:
    """Writes the precision-recall curve of each class, as a figure and as data.

    Frames of `unknown` are of no class. A class without a frame has no curve.

    Args:
        evaluated: Frames and the network's outputs.
        decisions: Probabilities of these frames.
        thresholds: Threshold by class name, drawn as a point.
        folder: Where to write `<class>.png` and `<class>.csv`, made if needed.
        optimistic: Whether to mark the figures as of frames that were fitted to.

    Returns:
        The figures by class name.

    Raises:
        OSError: If a file cannot be written.
    """
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(np.isfinite(decisions.score))
    files = {}
    for k, name in enumerate(evaluated.data.class_names):
        positive = evaluated.label[rows] == k
        if not positive.any():
            continue
        curve = curve_of(positive, decisions.probabilities[rows, k])
        files[name] = out / f"{name}.png"
        save_figure(
            precision_recall_figure(
                curve,
                f"OPTIMISTIC: {name}" if optimistic else name,
                float(positive.mean()),
                thresholds[name],
            ),
            files[name],
        )
        _write_curve(out / f"{name}.csv", curve)
    return files


def _write_curve(path: Path, curve: PrecisionRecallCurve) -> None:
    with (
        atomic_file(path) as temporary,
        temporary.open("w", newline="", encoding="ascii") as stream,
    ):
        writer = csv.writer(stream)
        writer.writerow(["threshold", "precision", "recall"])
        for row in zip(curve.threshold, curve.precision, curve.recall, strict=True):
            writer.writerow([f"{value:.6g}" for value in row])
