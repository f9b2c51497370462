"""The files of a redshift prediction: table, figures of merit, figures, page."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from mesa_keras.json_file import write_json
from mesa_keras.recipes.astroclip.redshift import RedshiftResult
from mesa_keras.recipes.astroclip.simulated import SIMULATED
from mesa_keras.report import (
    Picture,
    Section,
    Table,
    pit_figure,
    redshift_scatter_figure,
    save_figure,
    write_report,
)
from mesa_keras.table_output import SUFFIXES, write_table

RESULTS_FILE = "redshift_results.json"
_PICTURES = ("redshift_scatter", "pit_histogram")
MEASURES = {
    "r2": "R²",
    "bias": "Bias",
    "sigma_nmad": "σ_NMAD",
    "outliers_0.05": "|d| > 0.05",
    "outliers_0.15": "|d| > 0.15",
    "crps": "CRPS",
    "crps_neighbours": "CRPS, neighbours alone",
    "coverage_0.68": "Within 68 %",
}


def direction_label(direction: str) -> str:
    """Returns `"Image to spectrum"` of `"image-spectrum"`."""
    return direction.replace("-", " to ").capitalize()


def write_redshift_files(
    folder: str | Path, result: RedshiftResult, table_format: str = "parquet"
) -> dict[str, Path]:
    """Writes all files of a prediction.

    Args:
        folder: Folder to write, made if needed.
        result: What `predict_redshifts` found.
        table_format: `"parquet"`, `"csv"` or `"csv.gz"`.

    Returns:
        Paths by what they hold.

    Raises:
        ValueError: If the format is none of these.
        OSError: If a file cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {"predictions": folder / f"predictions.{table_format}"}
    write_table(result.predictions, files["predictions"])
    # What an earlier run left beside these results would be taken for theirs.
    old = {folder / f"predictions{suffix}" for suffix in SUFFIXES}
    old |= {folder / f"{name}.png" for name in _PICTURES}
    for path in old - {files["predictions"]}:
        path.unlink(missing_ok=True)
    files["results"] = folder / RESULTS_FILE
    write_json(files["results"], result.results)
    pictures = []
    if len(result.sets.query.valid):
        for name, (figure, alt, caption) in _figures(result).items():
            files[name.replace("_", " ")] = path = folder / f"{name}.png"
            save_figure(figure, path)
            pictures.append(Picture(figure=path, alt=alt, caption=caption))
    files["report"] = folder / "report.html"
    write_report(files["report"], "Zero-shot redshifts", _sections(result, pictures))
    return files


def _figures(result: RedshiftResult) -> dict[str, tuple[Figure, str, str]]:
    """Figure, alternative text and caption, by name of the file."""
    scatter, pit = {}, {}
    simulated = ", simulated" if result.results["simulated"] else ""
    for direction, found in result.forecasts.items():
        rows = np.isin(found.ensemble.rows, result.sets.query.valid)
        truth = result.sets.query.redshift[found.ensemble.rows[rows]]
        label = direction_label(direction) + simulated
        scatter[label] = truth, found.columns["mean"][rows]
        pit[label] = found.columns["pit"][rows]
    return {
        "redshift_scatter": (
            redshift_scatter_figure(scatter),
            "Density of objects over true and predicted redshift, per direction",
            "The mean of the neighbours' redshifts against the true one. "
            "Beyond the dashed lines an object is an outlier, |d| > 0.15; predictions "
            "outside the frame stand at its edge.",
        ),
        "pit_histogram": (
            pit_figure(pit),
            "Histograms of the probability integral transform, per direction",
            "Flat within the band where the predicted distributions are right; "
            "hollow where they are too narrow, humped where too wide.",
        ),
    }


def _sections(result: RedshiftResult, pictures: list[Picture]) -> list[Section]:
    results = result.results
    text = [
        f"The {results['num_neighbors']} nearest neighbours of each query object in "
        f"the embedding space, weights {results['weights']}, with "
        "d = (prediction - true) / (1 + true). No object is a neighbour of itself or "
        "of what comes from the same source, and rows that are not valid never enter. "
        "Intervals hold 95 % of resampled objects.",
        "The distribution of an object is that of its neighbours, stretched and "
        "widened by two numbers fitted by CRPS on other objects: "
        f"{results['calibrated_on']}.",
    ]
    if results["simulated"]:
        text.insert(0, SIMULATED)
    sections = [
        Section(
            title="Redshifts",
            text=text,
            tables=[_measures_table(results), _pools_table(results)],
            figures=pictures,
        )
    ]
    if results["retrieval"] is not None:
        sections.append(_retrieval_section(results["retrieval"]))
    return sections


def _measures_table(results: dict[str, Any]) -> Table:
    measures = {
        direction_label(direction): found["measures"]
        for direction, found in results["directions"].items()
    }
    measures["Reference mean, no view"] = results["baseline"]
    rows = [
        [name, *(part.get(measure) for measure in MEASURES)]
        for name, part in measures.items()
    ]
    return Table(
        columns=["Query to reference", *MEASURES.values()],
        rows=rows,
        caption="Measures with intervals; the last row is what the redshifts of the "
        "reference reach for every object alike.",
    )


def _pools_table(results: dict[str, Any]) -> Table:
    rows = [
        [name, pool["split"], pool["num_rows"], pool["num_valid"], pool["num_objects"]]
        for name, pool in results["pools"].items()
        if pool is not None
    ]
    return Table(
        columns=["Part", "Split", "Rows", "Valid rows", "Objects"],
        rows=rows,
        caption="What was read. "
        f"{results['num_shared_objects']:,} query objects are in the reference too and "
        "were left out of their own neighbours.",
    )


def _retrieval_section(found: dict[str, Any]) -> Section:
    rows = []
    for name in ("image_to_spectrum", "spectrum_to_image"):
        for k in (1, 5, 10):
            recall, chance = found[name][f"recall@{k}"], found[name][f"chance@{k}"]
            times = recall["value"] / chance
            label = direction_label(name.replace("_to_", "-"))
            rows.append([label, k, recall, chance, times])
    return Section(
        title="Search for the other view",
        text=[
            f"Each of {found['num_objects']:,} query objects looks for its own other "
            f"view among {found['pool_size']:,.0f} candidates. Alignment "
            f"{found['alignment']:.3f}, uniformity of images "
            f"{found['uniformity_image']:.3f} and of spectra "
            f"{found['uniformity_spectrum']:.3f}, modality gap "
            f"{found['modality_gap']:.3f}."
        ],
        tables=[
            Table(
                columns=["Query to partner", "k", "Recall@k", "Chance", "Times chance"],
                rows=rows,
            )
        ],
    )
