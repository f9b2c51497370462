"""The page that tells what an evaluation found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesa_keras.recipes.mesa.positive_classes import positive_tables
from mesa_keras.report import Picture, Section, Table, write_report

METRICS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "roc_auc": "ROC-AUC, one against rest",
    "average_precision": "Average precision",
    "log_loss": "Log-loss",
    "ece": "Calibration error (ECE)",
}
_SOURCES = {
    "views": "Light curves come from a file of folded views.",
    "raw": "Light curves were folded from raw files named in the table.",
    "inline": "Light curves stand in columns of the table.",
    "simulated": "The light curves are SIMULATED from the table's own rows, each orbit "
    "from the density of the star where the row tells it: they hold nothing that the "
    "rows do not, and these results say nothing about real ones.",
    "none": "There are no light curves in these data.",
}


def light_curve_sentence(results: Mapping[str, Any]) -> str:
    """Returns one sentence on where the light curves come from."""
    source = results["light_curve_source"]
    if results["simulated"] and source != "simulated":
        return (
            "Candidates and light curves are SIMULATED, a made-up survey: these "
            "results say nothing about real ones."
        )
    return _SOURCES[source]


def write_evaluation_report(
    path: Path, results: Mapping[str, Any], figures: Mapping[str, Picture]
) -> None:
    """Writes the page.

    Args:
        path: HTML file to write.
        results: What `evaluate` found.
        figures: Figures by name, shown in the section that they belong to.
    """

    def shown(*names: str) -> list[Picture]:
        return [figures[name] for name in names if name in figures]

    sections = [
        _summary(results),
        Section(
            title="Classes",
            tables=[_classes(results)],
            figures=shown("confusion_matrix", "roc"),
        ),
        Section(
            title="Against the rest",
            tables=positive_tables(results.get("positive", {})),
            figures=[
                figures[name] for name in figures if name.startswith("precision_recall")
            ],
        ),
        _calibration(results, shown("reliability")),
        _parts(results),
        _agreement(results, shown("alignment")),
        Section(
            title="What the model sees",
            figures=shown(
                "pca_visualization",
                "tsne_visualization",
                "decision_boundary",
                "light_curves",
            ),
        ),
        _data(results),
    ]
    write_report(
        path,
        f"MESA on {results['data']['file']}",
        [s for s in sections if s.text or s.tables or s.figures],
    )


def _summary(results: Mapping[str, Any]) -> Section:
    text = [
        f"{results['num_objects']:,} candidates of {results['num_stars']:,} stars, "
        f"model {results['model']['file']} with {results['model']['parameters']:,} "
        "parameters.",
        light_curve_sentence(results),
    ]
    columns = ["Figure of merit", f"All {results['num_objects']:,} candidates"]
    without = results.get("without_interpolated")
    compared = without is not None and "accuracy" in without
    if without is not None and compared:
        columns.append(f"{without['num_objects']:,} without interpolated views")
        text.append(
            "In strong events the archive clipped and interpolated points in transit, "
            "a trace that may tell the class. The last column leaves those views out: "
            f"{without['rule']}."
        )
    rows = [
        [label, results[name], *([without[name]] if without and compared else [])]
        for name, label in METRICS.items()
    ]
    caption = "In brackets 95 % intervals, by bootstrap over stars."
    table = Table(columns=columns, rows=rows, caption=caption)
    return Section(title="Result", text=text, tables=[table])


def _classes(results: Mapping[str, Any]) -> Table:
    rows = [
        [name, row["precision"], row["recall"], row["f1"], row["support"]]
        for name, row in results["per_class"].items()
    ]
    caption = ""
    if results["absent_classes"]:
        caption = "Without an example, and left out of averages: "
        caption += f"{', '.join(results['absent_classes'])}."
    if results["abstained"]:
        caption += f" The model abstained {results['abstained']:,} times."
    return Table(
        columns=["Class", "Precision", "Recall", "F1", "Candidates"],
        rows=rows,
        caption=caption.strip(),
    )


def _calibration(results: Mapping[str, Any], figures: list[Picture]) -> Section:
    band, error = results["calibration_band"], results["ece"]["value"]
    place = "within" if band["low"] <= error <= band["high"] else "outside"
    if error < band["low"]:
        place = "below"
    text = (
        f"The calibration error is {error:.3f}, {place} the 95 % band of a perfectly "
        f"calibrated model with these probabilities, {band['low']:.3f} to "
        f"{band['high']:.3f}. The temperature, by which logits are divided, is "
        f"{results['model']['temperature']:.3f} for a candidate that has everything."
    )
    return Section(title="Calibration", text=[text], figures=figures)


def _parts(results: Mapping[str, Any]) -> Section:
    """What the model says from the light curve, the planet or the star alone."""
    if not results["parts"]:
        return Section(title="From a part of the inputs")
    names = ("accuracy", "macro_f1", "roc_auc", "log_loss", "ece")
    table = Table(
        columns=[
            "Inputs shown",
            "Candidates",
            *(METRICS[name] for name in names),
            "Temperature",
        ],
        rows=[
            [
                part.replace("_", " "),
                row["num_objects"],
                *(row[name]["value"] for name in names),
                row["temperature"],
            ]
            for part, row in results["parts"].items()
        ],
        caption="All other inputs are hidden from the model.",
    )
    return Section(title="From a part of the inputs", tables=[table])


def _agreement(results: Mapping[str, Any], figures: list[Picture]) -> Section:
    found = results["retrieval"]
    if found is None:
        return Section(title="Light curve and physics")
    rows = []
    for key, label in (
        ("light_curve_to_physics", "Light curve finds physics"),
        ("physics_to_light_curve", "Physics finds light curve"),
    ):
        row = found[key]
        for k in (1, 5, 10):
            rows.append([f"{label}, first {k}", row[f"recall@{k}"], row[f"chance@{k}"]])
    pool = found["light_curve_to_physics"]["pool_size"]
    caption = f"Each candidate's partner among {pool:,.0f}, other rows of its star out."
    table = Table(columns=["Search", "Recall", "Chance"], rows=rows, caption=caption)
    spread = results["alignment"]
    text = (
        f"Mean squared distance of partners {spread['alignment']:.3f} (2 without any "
        f"relation), distance of the two views' means {spread['modality_gap']:.3f}."
    )
    return Section(
        title="Light curve and physics", text=[text], tables=[table], figures=figures
    )


def _data(results: Mapping[str, Any]) -> Section:
    missing = Table(
        columns=["Input", "Candidates without it"],
        rows=[[name, count] for name, count in results["missing"].items()],
    )
    tables = [missing]
    if results["faults"]:
        faults = list(results["faults"].items())
        caption = f"The first 50 of {len(faults):,}." if len(faults) > 50 else ""
        tables.append(
            Table(columns=["Candidate", "Fault"], rows=faults[:50], caption=caption)
        )
    text = [f"SHA-256 of table and views: {results['data']['sha256']}."]
    text += [f"Note: {warning}." for warning in results["warnings"]]
    return Section(title="Data", text=text, tables=tables)
