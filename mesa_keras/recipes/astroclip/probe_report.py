"""The files of a probe: predictions, figures of merit, a map, a page."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mesa_keras.json_file import write_json
from mesa_keras.recipes.astroclip.probe import ProbeResult
from mesa_keras.recipes.astroclip.simulated import SIMULATED
from mesa_keras.report import (
    Picture,
    Section,
    Table,
    confusion_matrix_figure,
    prediction_scatter_figure,
    project_to_plane,
    property_map_figure,
    save_figure,
    write_report,
)
from mesa_keras.table_output import write_table

MEASURES = {
    "r2": "R²",
    "mae": "Mean absolute error",
    "rmse": "Root mean square error",
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "roc_auc": "ROC-AUC, one against rest",
    "average_precision": "Average precision",
    "log_loss": "Log-loss",
    "ece": "Calibration error (ECE)",
}
NO_MAP = "none"


def write_probe_files(
    folder: str | Path,
    result: ProbeResult,
    map_method: str = "auto",
    seed: int = 0,
) -> dict[str, Path]:
    """Writes all files of a probe.

    Args:
        folder: Folder to write, made if needed.
        result: What `probe` found.
        map_method: `"auto"`, `"umap"`, `"pca"` or `"tsne"`; see `project_to_plane`.
            `"none"` leaves the map out.
        seed: Seed of the map.

    Returns:
        Paths by what they hold.

    Raises:
        ImportError: If UMAP is wanted and not installed.
        OSError: If a file cannot be written.
    """
    figures = {"predictions": _prediction_figure(result)}
    if map_method != NO_MAP:
        figures["embedding_map"] = _map_figure(result, map_method, seed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {"predictions": folder / "predictions.csv"}
    write_table(result.predictions, files["predictions"])
    files["results"] = folder / "probe_results.json"
    write_json(files["results"], result.results)
    # That of an earlier probe would be taken for the map of this one.
    (folder / "embedding_map.png").unlink(missing_ok=True)
    pictures = []
    for name, (figure, alt) in figures.items():
        files[f"{name.replace('_', ' ')}, figure"] = path = folder / f"{name}.png"
        save_figure(figure, path)
        pictures.append(Picture(figure=path, alt=alt))
    files["report"] = folder / "report.html"
    title = f"{result.results['target']} from embeddings"
    write_report(files["report"], title, [_section(result.results, pictures)])
    return files


def _prediction_figure(result: ProbeResult) -> tuple[Figure, str]:
    table, target = result.predictions, result.target
    label = _label(result)
    if target.task == "regression":
        return (
            prediction_scatter_figure(table["true"], table["predicted"], label),
            "Density of test objects over true and predicted value",
        )
    confusion = np.array(result.results["classes"]["confusion"])
    return (
        confusion_matrix_figure(confusion, result.results["classes"]["columns"]),
        "Counts of test objects by true and predicted class",
    )


def _map_figure(result: ProbeResult, method: str, seed: int) -> tuple[Figure, str]:
    points = project_to_plane(result.vectors, method, seed=seed)
    figure = property_map_figure(
        points, result.values, _label(result), result.target.class_names
    )
    return figure, "Embeddings in a plane, coloured by the target"


def _label(result: ProbeResult) -> str:
    """Name of the target: a figure is shown without the page that says the rest."""
    simulated = " (simulated)" if result.results["simulated"] else ""
    return f"{result.target.name}{simulated}"


def _section(results: dict[str, Any], pictures: list[Picture]) -> Section:
    split, setting = results["split"], results["setting"]
    text = [
        f"Head {results['head']} on embeddings of {results['modality']}; "
        f"{setting['name']} = {setting['value']:g} by the validation rows. Rows: "
        f"{split['train']:,} train, {split['validation']:,} validation, "
        f"{split['test']:,} test, {split['how']}. Intervals hold 95 % of resampled "
        "objects.",
        f"Of {results['num_valid']:,} valid rows {results['num_without_value']:,} have "
        "no value.",
        *results["notes"],
    ]
    if results["simulated"]:
        text.insert(0, SIMULATED)
    names = [name for name in MEASURES if name in results["measures"]]
    parts = [results[part] for part in ("measures", "baseline", "difference")]
    return Section(
        title=f"{results['task'].capitalize()}: {results['target']}",
        text=text,
        tables=[
            Table(
                columns=["", "Head", "No view", "Difference"],
                rows=[[MEASURES[n], *(part[n] for part in parts)] for n in names],
                caption="On test rows, against the mean, or the rates of the classes, "
                "of the training rows.",
            )
        ],
        figures=pictures,
    )
