"""The page and the figures of a training run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.evaluation import classification_report, decide, softmax
from mesa_keras.report import (
    Picture,
    Section,
    Table,
    confusion_matrix_figure,
    reliability_figure,
    save_figure,
    training_accuracy,
    training_loss,
    write_report,
)
from ost_classifier.model import decision_rule
from ost_classifier.trained_model import LOGITS
from ost_classifier.training_run import Run

METRICS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "roc_auc": "ROC-AUC",
    "log_loss": "Log-loss",
    "ece": "Calibration error",
}
TABLES = {
    "folds": "Cross-validation",
    "label_curve": "Accuracy against the number of labelled frames per class",
}


def write_train_report(path: Path, figures: Path, run: Run) -> None:
    """Draws the figures and writes the page.

    Args:
        path: The page.
        figures: Existing folder of the figures.
        run: The run.
    """
    drawn = _figures(run)
    for name, (figure, _) in drawn.items():
        save_figure(figure, figures / f"{name}.png")
    pictures = [
        Picture(figure=figures / f"{name}.png", alt=alt)
        for name, (_, alt) in drawn.items()
    ]
    sections = [
        Section(title="Result", text=_text(run), tables=[_measures(run)]),
        *_further(run.tables),
        Section(title="Classes", tables=[_classes(run)], figures=pictures[2:]),
        Section(title="Training", figures=pictures[:2]),
        Section(title="Data", text=_notes(run), tables=[_data(run), *_faults(run)]),
    ]
    write_report(path, f"Training on {run.data.path.name}", sections)


def _loss_of(history: Mapping[str, Any]) -> str:
    """The loss that chose the epoch: not that of the image alone."""
    name = f"{LOGITS}_loss"
    return name if name in history else "loss"


def _figures(run: Run) -> dict[str, tuple[Any, str]]:
    rule = decision_rule(run.model)
    labels = run.calibration.label
    found = {
        "training_loss": (
            training_loss(run.history, run.best_epoch + 1, _loss_of(run.history)),
            "loss of training and validation per epoch, of header and pixels together",
        ),
        "training_accuracy": (
            training_accuracy(run.history, best_epoch=run.best_epoch + 1),
            "accuracy of training and validation per epoch",
        ),
    }
    for name, logits in (
        ("with_header", run.held_out.header),
        ("pixels_alone", run.held_out.pixels),
    ):
        words = name.replace("_", " ")
        probabilities = softmax(logits, float(rule.temperature))
        found[f"confusion_matrix_{name}"] = (
            confusion_matrix_figure(
                _report(run, probabilities)["confusion"], rule.class_names
            ),
            f"confusion matrix of the calibration frames, {words}",
        )
        found[f"reliability_{name}"] = (
            reliability_figure(labels, probabilities),
            f"accuracy against confidence of the calibration frames, {words}",
        )
    return found


def _report(run: Run, probabilities: np.ndarray) -> dict[str, Any]:
    rule = decision_rule(run.model)
    decision, _ = decide(
        probabilities,
        np.asarray(rule.thresholds, dtype=np.float64),
        float(rule.abstain) > 0.5,
    )
    return classification_report(run.calibration.label, decision, rule.class_names)


def _text(run: Run) -> list[str]:
    epochs = len(next(iter(run.history.values()), []))
    return [
        f"{run.model.count_params():,} parameters, best epoch {run.best_epoch + 1} of "
        f"{epochs}. Temperature and thresholds were fitted to the calibration frames: "
        "on them they look a little better than on new ones."
    ]


def _measures(run: Run) -> Table:
    rows = [
        [part, verdict, *(values[name] for name in METRICS)]
        for part, verdicts in run.metrics.items()
        for verdict, values in verdicts.items()
    ]
    return Table(columns=["Frames", "Verdict", *METRICS.values()], rows=rows)


def _further(tables: Mapping[str, list[dict[str, float]]]) -> list[Section]:
    return [
        Section(
            title=TABLES[name],
            tables=[
                Table(
                    columns=[key.replace("_", " ") for key in rows[0]],
                    rows=[list(row.values()) for row in rows],
                )
            ],
        )
        for name, rows in tables.items()
        if rows
    ]


def _classes(run: Run) -> Table:
    temperature = float(decision_rule(run.model).temperature)
    both = [
        _report(run, softmax(logits, temperature))["classes"]
        for logits in (run.held_out.header, run.held_out.pixels)
    ]
    rows = [
        [
            name,
            *(found[name][key] for found in both for key in ("precision", "recall")),
            both[0][name]["support"],
        ]
        for name in both[0]
    ]
    columns = ["Class", "Precision", "Recall", "from pixels: Precision", "Recall"]
    return Table(columns=[*columns, "Frames"], rows=rows)


def _data(run: Run) -> Table:
    rows = [
        [name, *(part.counts()[label] for part in run.parts.values())]
        for name, label in ((c, c) for c in run.data.class_names)
    ]
    return Table(columns=["Class", *(f"Frames, {p}" for p in run.parts)], rows=rows)


def _faults(run: Run) -> list[Table]:
    if not run.data.faults:
        return []
    faults = sorted(run.data.faults.items())
    caption = f"The first 50 of {len(faults):,} files." if len(faults) > 50 else ""
    return [Table(columns=["File", "Fault"], rows=faults[:50], caption=caption)]


def _notes(run: Run) -> list[str]:
    text = [f"SHA-256 of names, labels, nights and cameras: {run.data.fingerprint}."]
    return text + [f"Note: {note}." for note in run.notes]
