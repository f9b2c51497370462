"""The files that a pretraining leaves."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.json_file import write_json
from mesa_keras.layers import UnitPairs
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.recipes.mesa.pretrain_stages import Run, Stage, set_shares
from mesa_keras.recipes.mesa.run_config import CONFIG_FILE
from mesa_keras.recipes.mesa.temperatures import by_name
from mesa_keras.report import measures_per_epoch, save_figure, training_loss
from mesa_keras.training import save_model, versions

PRETRAINED_MODEL = "pretrained.keras"
MASKED_MODEL = "pretrained_masked.keras"
HISTORY_FILE = "mesa_pretraining_history.json"
METRICS_FILE = "mesa_metrics.json"


@dataclass(frozen=True)
class SetModel:
    """A MESA model of one set of labels.

    Attributes:
        model: The calibrated model.
        metrics: Figures of merit by part ("validation", "calibration") and name.
        logits: Logits of the calibration part.
        calibration: The calibration part.
    """

    model: keras.Model
    metrics: dict[str, dict[str, float]]
    logits: np.ndarray
    calibration: MesaData


def write_pretraining(
    run: Run,
    encoders: keras.Model,
    models: Mapping[str, SetModel],
    stages: Mapping[str, Stage],
    noted: Mapping[str, Any],
) -> dict[str, Path]:
    """Writes the models, what they were made of, and how they did; the models last.

    Args:
        run: Configuration and events.
        encoders: The encoders without a head.
        models: Models by set of labels.
        stages: What each stage made.
        noted: Further entries of the configuration: the stars, and where weights came
            from.

    Returns:
        Paths written by what they hold.
    """
    folder = run.folder
    files = {
        "config": folder / CONFIG_FILE,
        "history": folder / HISTORY_FILE,
    }
    described = _description(run, encoders, models, stages)
    write_json(files["config"], {**described, **noted})
    write_json(files["history"], {name: s.history for name, s in stages.items()})
    files |= _figures(folder, stages, list(models))
    if models:
        files["metrics"] = folder / METRICS_FILE
        write_json(files["metrics"], {k: _measured(v) for k, v in models.items()})
    for name, found in models.items():
        path = folder / f"mesa_{name}_calibration.npz"
        with atomic_file(path) as temporary:
            np.savez(
                temporary,
                logits=found.logits,
                labels=found.calibration.known_label(),
                star_id=found.calibration.star_id,
                class_names=np.array(found.calibration.class_names),
            )
        files[f"calibration of {name}"] = path
    for name, found in models.items():
        files[f"model of {name}"] = folder / f"mesa_{name}.keras"
        save_model(found.model, files[f"model of {name}"])
    files["encoders"] = folder / PRETRAINED_MODEL
    save_model(encoders, files["encoders"])
    return files


def _description(
    run: Run,
    encoders: keras.Model,
    models: Mapping[str, SetModel],
    stages: Mapping[str, Stage],
) -> dict[str, Any]:
    events = run.events
    config = dataclasses.asdict(run.config)
    # Classes are those of each set.
    del config["labels"]
    return {
        "config": config,
        "run": dict(run.settings),
        "stages": {
            name: {
                "epochs": len(stage.history["loss"]),
                "best_epoch": stage.best_epoch,
                "steps_per_epoch": stage.steps_per_epoch,
            }
            for name, stage in stages.items()
        },
        "inputs": next(x.schema for x in encoders.layers if isinstance(x, UnitPairs)),
        "parameters": {
            "encoders": encoders.count_params(),
            **{name: found.model.count_params() for name, found in models.items()},
        },
        "data": {
            "sets": {
                name: {
                    "path": str(data.path.resolve()),
                    "sha256": data.fingerprint,
                    "classes": list(data.class_names),
                    "light_curves": data.light_curve_source,
                    "candidates": {
                        part: len(rows[name]) for part, rows in events.rows.items()
                    },
                    "warnings": list(data.warnings),
                }
                for name, data in events.sets.items()
            },
            "mixing": set_shares(events, run.config, dict.fromkeys(models, ()))
            if models
            else {},
            "test_tables": [str(path) for path in events.test_tables],
            "notes": list(events.notes),
        },
        "versions": versions(),
    }


def _measured(found: SetModel) -> dict[str, Any]:
    rule = decision_rule(found.model)
    return {
        **found.metrics,
        "temperature": float(rule.temperature),
        "temperatures": by_name(rule.temperatures()),
        "thresholds": np.asarray(rule.thresholds, "float64"),
    }


def _figures(
    folder: Path, stages: Mapping[str, Stage], sets: list[str]
) -> dict[str, Path]:
    files = {}
    for name, stage in stages.items():
        files[f"{name} loss figure"] = folder / f"{name}_loss.png"
        save_figure(training_loss(stage.history), files[f"{name} loss figure"])
    if sets:
        files["accuracy figure"] = folder / "supervised_accuracy.png"
        shown = {f"val_{name}_logits_accuracy": name for name in sets}
        figure = measures_per_epoch(
            stages["supervised"].history, shown, "Accuracy", "Validation stars"
        )
        save_figure(figure, files["accuracy figure"])
    return files
