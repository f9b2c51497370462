"""The files that a training run leaves."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.json_file import write_json
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.recipes.mesa.run_config import noted
from mesa_keras.recipes.mesa.stars import KnownStars
from mesa_keras.recipes.mesa.temperatures import by_name
from mesa_keras.report import save_figure, training_accuracy, training_loss
from mesa_keras.training import save_model, versions

FILES = {
    "model": "mesa_model.keras",
    "config": "mesa_config.json",
    "history": "mesa_training_history.json",
    "metrics": "mesa_metrics.json",
    "calibration": "mesa_calibration.npz",
    "loss figure": "training_loss.png",
    "accuracy figure": "training_accuracy.png",
}


def write_run(
    folder: Path,
    model: keras.Model,
    config: MesaConfig,
    parts: Mapping[str, MesaData],
    history: Mapping[str, list[float]],
    metrics: Mapping[str, Mapping[str, float]],
    calibration_logits: np.ndarray,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    origin: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
) -> dict[str, Path]:
    """Writes the model, what it was made of, and how it did; the model last.

    Args:
        folder: Existing folder.
        model: Calibrated model.
        config: Configuration of the run.
        parts: Data by split.
        history: Values per epoch by name.
        metrics: Values by split and name.
        calibration_logits: Logits of the calibration part.
        columns: Our column name to the file's, as the data were read.
        views_path: File of views that was named.
        origin: Where the weights came from, as `pretrained_from` says it.
        warnings: What a user should know of data, split and calibration.

    Returns:
        Paths written by what they hold.
    """
    files = {name: folder / file for name, file in FILES.items()}
    rule = decision_rule(model)
    write_json(
        files["config"],
        {
            **_description(model, config, parts, columns, views_path, warnings),
            **(origin or {}),
        },
    )
    write_json(files["history"], history)
    write_json(
        files["metrics"],
        {
            **metrics,
            "temperature": float(rule.temperature),
            "temperatures": by_name(rule.temperatures()),
            "thresholds": np.asarray(rule.thresholds, "float64").tolist(),
        },
    )
    with atomic_file(files["calibration"]) as temporary:
        np.savez(
            temporary,
            logits=calibration_logits,
            labels=parts["calibration"].known_label(),
            star_id=parts["calibration"].star_id,
            class_names=np.array(config.labels),
        )
    save_figure(training_loss(history), files["loss figure"])
    save_figure(training_accuracy(history), files["accuracy figure"])
    save_model(model, files["model"])
    return files


def _description(
    model: keras.Model,
    config: MesaConfig,
    parts: Mapping[str, MesaData],
    columns: Mapping[str, str] | None,
    views_path: str | Path | None,
    warnings: Sequence[str],
) -> dict[str, Any]:
    data = parts["train"]
    return {
        "config": dataclasses.asdict(config),
        "inputs": decision_rule(model).schema,
        "parameters": model.count_params(),
        "data": {
            "path": str(data.path.resolve()),
            "columns": dict(columns or {}),
            "views_path": None if views_path is None else str(views_path),
            "sha256": data.fingerprint,
            "light_curves": data.light_curve_source,
            "candidates": {name: len(part) for name, part in parts.items()},
            "warnings": list(warnings),
            **noted(KnownStars.of([data], [parts["validation"], parts["calibration"]])),
        },
        "versions": versions(),
    }
