"""The files that a training run leaves beside its model."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.atomic_file import atomic_file
from mesa_keras.json_file import write_json
from mesa_keras.training import save_model, versions
from ost_classifier.features import HEADER_VALUE_NAMES, STATISTIC_NAMES
from ost_classifier.frame_keys import frame_keys
from ost_classifier.model import decision_rule
from ost_classifier.train_report import write_train_report
from ost_classifier.trained_on import TRAINED, as_text
from ost_classifier.training_run import Run

ENDINGS = {
    "config": "_config.json",
    "history": "_training_history.json",
    "metrics": "_metrics.json",
    "calibration": "_calibration.npz",
    "feature scaler": "_feat_scaler.npz",
    "figures": "_figures",
    "report": "_report.html",
}


def file_beside(model_out: Path, ending: str) -> Path:
    """Name of a file that belongs to a model."""
    return model_out.with_name(f"{model_out.stem}{ending}")


def write_run(model_out: Path, run: Run) -> dict[str, Path]:
    """Writes the model, what it was made of, and how it did; the model last.

    Args:
        model_out: Model file; its folder exists.
        run: The run.

    Returns:
        Paths written by what they hold.
    """
    files = {name: file_beside(model_out, end) for name, end in ENDINGS.items()}
    rule = decision_rule(run.model)
    write_json(files["config"], _description(run))
    write_json(files["history"], run.history)
    write_json(
        files["metrics"],
        {
            **run.metrics,
            **run.tables,
            "temperature": float(rule.temperature),
            "thresholds": np.asarray(rule.thresholds, "float64").tolist(),
        },
    )
    _write_calibration(files["calibration"], run)
    _write_scaler(files["feature scaler"], run.features)
    files["figures"].mkdir(exist_ok=True)
    write_train_report(files["report"], files["figures"], run)
    save_model(run.model, model_out)
    return {"model": model_out, **files}


def _write_calibration(path: Path, run: Run) -> None:
    part = run.calibration
    with atomic_file(path) as temporary:
        np.savez(
            temporary,
            logits=run.held_out.header,
            logits_pixels=run.held_out.pixels,
            labels=part.label,
            night=part.night,
            camera=part.camera,
            frame=part.file,
            class_names=np.array(part.class_names),
        )


def _write_scaler(path: Path, features: Mapping[str, np.ndarray]) -> None:
    """Mean and spread per feature, for tools that expect such a file beside a model.

    Nothing of this library reads it: normalization is part of the model.
    """
    values = np.concatenate([features["statistics"], features["header"]], axis=1)
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values.astype(np.float64), 0.0)
    mean = filled.sum(axis=0) / count
    spread = np.sqrt((np.where(known, filled - mean, 0.0) ** 2).sum(axis=0) / count)
    with atomic_file(path) as temporary:
        np.savez(
            temporary,
            mean=mean,
            scale=np.where(spread > 0, spread, 1.0),
            names=np.array([*STATISTIC_NAMES, *HEADER_VALUE_NAMES]),
        )


def _description(run: Run) -> dict[str, Any]:
    return {
        "config": dataclasses.asdict(run.config),
        "inputs": decision_rule(run.model).schema,
        "classes": list(run.data.class_names),
        "parameters": run.model.count_params(),
        "pretrained_path": run.pretrained_path,
        "best_epoch": run.best_epoch + 1,
        "data": {
            "path": str(run.data.path.resolve()),
            "sha256": run.data.fingerprint,
            TRAINED: as_text(
                run.pretrained_keys.union(*map(frame_keys, run.parts.values()))
            ),
            "frames": {name: part.counts() for name, part in run.parts.items()},
            "nights": {
                name: len(np.unique(part.night)) for name, part in run.parts.items()
            },
            "cameras": {
                name: np.unique(part.camera).tolist()
                for name, part in run.parts.items()
            },
            "faults": dict(run.data.faults),
            "notes": list(run.notes),
        },
        "versions": versions(),
    }
