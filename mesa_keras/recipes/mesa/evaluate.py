"""Measures MESA on candidates that it never saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras._version import __version__
from mesa_keras.atomic_file import check_writable
from mesa_keras.inference import Predictor
from mesa_keras.json_file import write_json
from mesa_keras.readers import read_candidates
from mesa_keras.recipes.mesa.calibrate import labelled_rows
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.evaluation_figures import boundary_columns, draw
from mesa_keras.recipes.mesa.evaluation_measures import (
    INTERPOLATED,
    measure,
    measure_parts,
    measure_without_interpolated,
    run_model,
)
from mesa_keras.recipes.mesa.evaluation_report import write_evaluation_report
from mesa_keras.recipes.mesa.model_data import check_unseen, load_for_model
from mesa_keras.recipes.mesa.positive_classes import (
    check_positive,
    draw_positive,
    measure_positive,
)
from mesa_keras.recipes.mesa.stars import star_groups
from mesa_keras.recipes.mesa.temperatures import by_name
from mesa_keras.report import save_pictures

# Stands beside the tables of a simulated survey.
SURVEY_FILE = "simulation.json"
RESULTS_FILE = "test_results.json"


@dataclass(frozen=True)
class EvaluateResult:
    """What an evaluation found.

    Attributes:
        results: What `test_results.json` holds; NaN where a number is not defined.
        files: Paths written, by what they hold.
    """

    results: dict[str, Any]
    files: dict[str, Path]


def evaluate(
    model_path: str | Path,
    data_path: str | Path,
    output_dir: str | Path,
    *,
    visualize: bool = False,
    boundary_features: Sequence[str] = (),
    positive: Sequence[Sequence[str]] = (),
    allow_shared_stars: bool = False,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    batch_size: int = 256,
    seed: int = 0,
) -> EvaluateResult:
    """Measures a model and writes `test_results.json`, `report.html` and figures.

    Args:
        model_path: Model file.
        data_path: Table of candidates with labels of the model's classes.
        output_dir: Folder of the results, made if needed.
        visualize: Whether to draw figures, as PNG files and into the report.
        boundary_features: Two columns that the decision boundary is drawn over; by
            default the first two of the model.
        positive: Classes that are measured against the rest, together where an entry
            names several.
        allow_shared_stars: Whether stars that the model was trained on are no error.
        columns: Our column name to the file's.
        views_path: File of views; by default `views.npz` beside the table.
        batch_size: Candidates at a time.
        seed: Seed of the bootstrap and of the figures.

    Returns:
        The results and the files.

    Raises:
        FileNotFoundError: If a file named does not exist.
        ValueError: If a file is damaged, data and model do not fit, or a star of the
            table is one that the model was trained on.
        OSError: If the results cannot be written.
    """
    folder = Path(output_dir)
    check_writable("output_dir", folder, folder=True)
    predictor = Predictor(model_path)
    check_positive(positive, predictor.class_names)
    data = load_for_model(predictor, data_path, columns=columns, views_path=views_path)
    boundary = boundary_columns(data, boundary_features)
    notes = check_unseen(predictor, data, allow_shared_stars=allow_shared_stars)
    rows = labelled_rows(data)
    if not rows.size:
        raise ValueError(f"{data.path}: no candidate has a usable value.")
    if rows.size < len(data):
        notes.append(
            f"{len(data) - rows.size} candidates without any usable value are left out "
            "of all figures of merit"
        )
    folder.mkdir(parents=True, exist_ok=True)
    evaluated = run_model(predictor, data.take(rows), batch_size)
    results = measure(evaluated, seed)
    results |= _described(predictor, data, evaluated.data, notes)
    results["parts"] = measure_parts(evaluated, seed)
    runs = _interpolated_runs(data.path, columns)
    if positive:
        found = None if runs is None else runs[rows]
        results["positive"] = measure_positive(evaluated, positive, found, seed)
    if runs is not None:
        results["without_interpolated"] = measure_without_interpolated(
            evaluated, runs[rows], seed
        )
    files = {"results": folder / RESULTS_FILE}
    write_json(files["results"], results)
    drawn = {}
    if visualize:
        drawn = draw(evaluated, boundary, seed) | draw_positive(evaluated, positive)
    figures, pictures = save_pictures(drawn, folder)
    files |= pictures
    files["report"] = folder / "report.html"
    write_evaluation_report(files["report"], results, figures)
    return EvaluateResult(results, files)


def _described(
    predictor: Predictor, data: MesaData, used: MesaData, notes: Sequence[str]
) -> dict[str, Any]:
    """What was measured on what; `data` are all candidates, `used` those measured."""
    missing = data.missing()
    rule = predictor.rule
    return {
        "class_names": list(predictor.class_names),
        "num_objects": len(used),
        "num_stars": len(np.unique(star_groups(used))),
        "num_unusable": len(data) - len(used),
        "missing": {
            name: sum(name in row for row in missing) for name in predictor.input_shapes
        },
        "faults": {
            str(name): str(fault)
            for name, fault in zip(data.object_id, data.faults, strict=True)
            if fault
        },
        "light_curve_source": data.light_curve_source,
        "simulated": data.light_curve_source == "simulated"
        or (data.path.parent / SURVEY_FILE).is_file(),
        "warnings": [*data.warnings, *notes],
        "data": {"file": data.path.name, "sha256": data.fingerprint},
        "model": {
            "file": predictor.path.name,
            "parameters": predictor.model.count_params(),
            "temperature": float(rule.temperature),
            "temperatures": by_name(rule.temperatures()),
            "thresholds": np.asarray(rule.thresholds, float).tolist(),
            "abstains": float(rule.abstain) > 0.5,
        },
        "version": __version__,
    }


def _interpolated_runs(
    path: Path, columns: Mapping[str, str] | None
) -> np.ndarray | None:
    """Longest interpolated run of each row's view, `None` where the table is silent.

    The column is read here and not with the data: it is never an input.
    """
    frame = read_candidates(path, columns=columns, require_labels=False).frame
    if INTERPOLATED not in frame or frame[INTERPOLATED].dtype.kind not in "if":
        return None
    return np.asarray(frame[INTERPOLATED], dtype=np.float64)
