"""Vets objects one after another and writes a sheet, a page and all numbers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesa_keras._version import __version__
from mesa_keras.atomic_file import check_writable
from mesa_keras.inference import Predictor
from mesa_keras.json_file import write_json
from mesa_keras.recipes.mesa.model_data import mesa_schema
from mesa_keras.recipes.mesa.target import Target
from mesa_keras.recipes.mesa.verdict import RESAMPLES
from mesa_keras.recipes.mesa.vetting import Vetting, as_json, open_known, vet
from mesa_keras.recipes.mesa.vetting_sheet import (
    draw_sheet,
    interval_sentence,
    notes_line,
    verdict_line,
)
from mesa_keras.recipes.mesa.vetting_tables import report_tables
from mesa_keras.report import Picture, Section, save_figure, write_report

RESULTS_FILE, REPORT_FILE = "vetting.json", "report.html"


@dataclass(frozen=True, kw_only=True)
class ExplainResult:
    """What was written.

    Attributes:
        results: Numbers of each object that was vetted, by object.
        faults: Why others were not, by object.
        sheets: The sheets, by object.
        files: Further files, by what they hold.
        notes: What a user should know about all objects.
    """

    results: dict[str, dict[str, Any]]
    faults: dict[str, str]
    sheets: dict[str, Path]
    files: dict[str, Path]
    notes: tuple[str, ...]


def explain(
    model_path: str | Path,
    targets: Mapping[str, Callable[[], Target]],
    output_dir: str | Path,
    *,
    known: str | Path | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    keep_going: bool = True,
    progress: bool = False,
) -> ExplainResult:
    """Vets objects and writes `vetting_<object>.png`, `report.html`, `vetting.json`.

    Args:
        model_path: Model file.
        targets: By object, a function that reads it; see `table_targets`.
        output_dir: Folder of the results, made if needed.
        known: Known objects to compare with; by default those beside the model, if any.
        resamples: Draws of the transits for the interval.
        seed: Seed of these draws.
        keep_going: Whether an object that cannot be vetted is a fault, and no error.
        progress: Whether to show a progress bar on standard error.

    Returns:
        What was written.

    Raises:
        FileNotFoundError: If a file named does not exist.
        ImportError: If wotan is not installed.
        OSError: If a file cannot be written.
        ValueError: If the model is none of MESA, the known objects are of another
            model, `resamples` is below 1, or an object cannot be vetted and
            `keep_going` is off.
    """
    if resamples < 1:
        raise ValueError(f"`resamples` must be 1 or more. Received: {resamples}")
    check_writable("output_dir", output_dir, folder=True)
    predictor = Predictor(model_path)
    mesa_schema(predictor)
    shown = open_known(known, predictor)
    folder = Path(output_dir)
    results: dict[str, dict[str, Any]] = {}
    faults: dict[str, str] = {}
    sheets: dict[str, Path] = {}
    sections: list[Section] = []
    for name, read in targets.items():
        try:
            found = vet(
                predictor,
                read(),
                known=shown,
                resamples=resamples,
                seed=seed,
                progress=progress,
            )
        except (OSError, ValueError) as error:
            if not keep_going:
                raise
            faults[name] = str(error)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        sheets[name] = _sheet_path(folder, name, set(sheets.values()))
        save_figure(draw_sheet(found), sheets[name])
        results[name] = as_json(found)
        sections.append(_section(found, sheets[name]))
    notes = () if shown is not None else (_no_known(predictor),)
    folder.mkdir(parents=True, exist_ok=True)
    files = {"results": folder / RESULTS_FILE}
    write_json(
        files["results"],
        {
            "model": predictor.path.name,
            "version": __version__,
            "known_objects": None if shown is None else shown.path.name,
            "objects": list(results.values()),
            "faults": faults,
            "notes": notes,
        },
    )
    if sections:
        files["report"] = folder / REPORT_FILE
        if faults:
            told = [f"{name}: {reason}" for name, reason in faults.items()]
            sections.append(Section(title="Not vetted", text=told))
        write_report(files["report"], f"Vetting by {predictor.path.name}", sections)
    return ExplainResult(
        results=results, faults=faults, sheets=sheets, files=files, notes=notes
    )


def _no_known(predictor: Predictor) -> str:
    return (
        f"no known objects beside {predictor.path.name}, so none are shown that are "
        "similar; `python -m cli.predict_mesa --data … --known_output …` writes them"
    )


def _sheet_path(folder: Path, name: str, taken: set[Path]) -> Path:
    stem = re.sub(r"[^A-Za-z0-9.+-]+", "_", name).strip("_") or "object"
    path, number = folder / f"vetting_{stem}.png", 1
    while path in taken:
        number += 1
        path = folder / f"vetting_{stem}_{number}.png"
    return path


def _section(vetting: Vetting, sheet: Path) -> Section:
    name = vetting.target.object_id
    return Section(
        title=name,
        text=[
            f"Verdict: {verdict_line(vetting)}. {interval_sentence(vetting)}.",
            notes_line(vetting),
        ],
        tables=report_tables(vetting),
        figures=[
            Picture(
                figure=sheet,
                alt=f"Vetting sheet of {name}: light curve, views, probabilities, and "
                "what would turn the verdict.",
            )
        ],
    )
