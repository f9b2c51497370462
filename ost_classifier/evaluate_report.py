"""The page that tells what an evaluation of frames found."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mesa_keras.report import Picture, Section, Table, write_report
from ost_classifier.evaluate_measures import PIXELS_ALONE, WITH_HEADER

METRICS = {
    "accuracy": "Accuracy",
    "accuracy_one_kind": "Accuracy, biases and darks under 1 s as one kind",
    "coverage": "Coverage (share decided)",
    "accuracy_at_coverage": "Accuracy of these",
    "macro_f1": "Macro-F1",
    "roc_auc": "ROC-AUC, one against rest",
    "average_precision": "Average precision",
    "log_loss": "Log-loss",
    "ece": "Calibration error (ECE)",
}
_MOST_FEATURES = 25


def write_evaluation_report(
    path: Path, results: Mapping[str, Any], figures: Mapping[str, Picture]
) -> None:
    """Writes the page.

    Args:
        path: HTML file to write.
        results: What `evaluate` found.
        figures: Figures by name.
    """

    def shown(*names: str) -> list[Any]:
        return [figures[name] for name in names if name in figures]

    sections = [
        Section(title="Result", text=opening(results), tables=[_summary(results)]),
        Section(
            title="Classes",
            tables=[_classes(results[WITH_HEADER])],
            figures=shown("confusion_matrix"),
        ),
        Section(title="Cameras", tables=[_cameras(results["by_class_and_camera"])]),
        Section(title="Abstaining", text=[_point(results)], figures=shown("coverage")),
        Section(title="Calibration", figures=shown("reliability")),
        Section(
            title="Header and pixels",
            tables=[_claims(results["by_claim"]), _agreement(results["agreement"])],
        ),
        *_importance(results.get("importance")),
        _data(results),
    ]
    title = "Frames"
    if results["optimistic"]:
        title += ", OPTIMISTIC"
    write_report(path, f"{title}: {results['data']['folder']}", sections)


def opening(results: Mapping[str, Any]) -> list[str]:
    """Returns what must be known before a number is read, a sentence each."""
    frames = f"{results['num_frames']:,} frames of {results['num_nights']:,} nights"
    if results["num_unknown"]:
        frames += f", {results['num_unknown']:,} of them of no class"
    text = [f"{frames}, model {results['model']['file']}."]
    if results["tta"]:
        text.append("Averaged over flips, and turns where the image is square.")
    return [*text, *results["fit"]]


def _summary(results: Mapping[str, Any]) -> Table:
    both, pixels = results[WITH_HEADER], results[PIXELS_ALONE]
    return Table(
        columns=["Figure of merit", "Pixels and header", "Pixels alone"],
        rows=[
            [label, both.get(name, ""), pixels.get(name, "")]
            for name, label in METRICS.items()
            if name in both or name in pixels
        ],
        caption="In brackets 95 % intervals, by bootstrap over nights and cameras.",
    )


def _classes(found: Mapping[str, Any]) -> Table:
    columns = ["Class", "Precision", "Recall", "F1", "Decided", "Coverage", "Frames"]
    keys = ("precision", "recall", "f1", "support", "coverage", "frames")
    return Table(
        columns=columns,
        rows=[
            [name, *(row[key] for key in keys)]
            for name, row in found["per_class"].items()
        ],
        caption="Precision, recall and F1 of the frames that were decided.",
    )


def _cameras(rows: Sequence[Mapping[str, Any]]) -> Table:
    keys = {
        "class": "Class",
        "camera": "Camera",
        "frames": "Frames",
        "accuracy": "Accuracy",
        "coverage": "Coverage",
        "pixels_alone": "Pixels alone",
        "pixels_alone_one_kind": "Pixels alone, short darks as biases",
    }
    return Table(
        columns=list(keys.values()),
        rows=[[row[key] for key in keys] for row in rows],
    )


def _point(results: Mapping[str, Any]) -> str:
    point = results["operating_point"]
    limits = ", ".join(f"{n} {v:.3f}" for n, v in point["thresholds"].items())
    abstains = "is unknown" if point["abstain_unknown"] else "is decided all the same"
    rates = point["class_prior"] or {}
    prior = ", ".join(f"{n} {v:.3f}" for n, v in rates.items())
    prior = f" Rates of the classes taken for known: {prior}." if prior else ""
    return (
        f"Temperature {point['temperature']:.3f}, from pixels alone "
        f"{point['pixel_temperature']:.3f}. Thresholds ({point['thresholds_source']}): "
        f"{limits}. A frame below all of them {abstains}." + prior
    )


def _claims(found: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = ["The header says what the frame is", "Frames", "Accuracy", "Macro-F1"]
    return Table(
        columns=[*columns, "Accuracy, pixels alone", "Macro-F1, pixels alone"],
        rows=[
            [
                "yes" if name == "claim" else "no",
                row["frames"],
                *(
                    row[verdict][metric] if verdict in row else ""
                    for verdict in (WITH_HEADER, PIXELS_ALONE)
                    for metric in ("accuracy", "macro_f1")
                ),
            ]
            for name, row in found.items()
        ],
        caption="Frames that have a class, in brackets 95 % intervals.",
    )


def _agreement(found: Mapping[str, Mapping[str, int]]) -> Table:
    return Table(
        columns=["Verdict", "Frames", "Claim allows the class", "Claim does not"],
        rows=[
            [name, row["frames"], row["claim_right"], row["claim_wrong"]]
            for name, row in found.items()
        ],
        caption="What pixels alone say of the header's claim.",
    )


def _importance(found: Mapping[str, Any] | None) -> list[Section]:
    if found is None:
        return []
    permutation = Table(
        columns=["Dealt out anew", "Log-loss rises by", "Accuracy falls by"],
        rows=[
            [name, row["log_loss_rise"], row["accuracy_drop"]]
            for name, row in list(found["permutation"].items())[:_MOST_FEATURES]
        ],
        caption="By permutation: what is lost without what a feature says. Of two that "
        "say the same, each alone may be spared.",
    )
    gradient = Table(
        columns=["Feature", "Logit per standard deviation"],
        rows=[
            [name, value]
            for name, value in list(found["gradient"].items())[:_MOST_FEATURES]
        ],
        caption="By gradients: how much a small change moves the class decided.",
    )
    return [Section(title="Which features matter", tables=[permutation, gradient])]


def _data(results: Mapping[str, Any]) -> Section:
    faults = list(results["faults"].items())
    tables = []
    if faults:
        caption = f"The first 50 of {len(faults):,}." if len(faults) > 50 else ""
        tables = [Table(columns=["File", "Fault"], rows=faults[:50], caption=caption)]
    text = [f"SHA-256 of names, labels and times: {results['data']['sha256']}."]
    text += [f"Note: {warning}." for warning in results["warnings"]]
    return Section(title="Data", text=text, tables=tables)
