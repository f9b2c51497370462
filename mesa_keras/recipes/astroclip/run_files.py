"""The files that an AstroCLIP training run leaves."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from mesa_keras.json_file import write_json
from mesa_keras.recipes.astroclip.checkpoint import CheckpointedRun
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.data import AstroclipData
from mesa_keras.recipes.astroclip.embed import model_fingerprint
from mesa_keras.recipes.astroclip.model import model_schema
from mesa_keras.report import measures_per_epoch, save_figure, training_loss
from mesa_keras.training import save_model, versions

FILES = {
    "model": "astroclip_model.keras",
    "config": "astroclip_config.json",
    "history": "astroclip_training_history.json",
    "metrics": "astroclip_metrics.json",
    "loss figure": "training_loss.png",
    "recall figure": "validation_recall.png",
    "redshift figure": "validation_redshift.png",
}
_RECALLS = {
    f"val_{a}_to_{b}_recall@{k}": f"{a} to {b}, first {k}"
    for a, b in (("image", "spectrum"), ("spectrum", "image"))
    for k in (1, 5, 10)
}
_SCORES = {
    f"val_redshift_r2_{a}_{b}": f"{a} against {b}"
    for a in ("image", "spectrum")
    for b in ("image", "spectrum")
}


def write_run(
    folder: Path,
    model: keras.Model,
    config: AstroclipConfig,
    data: AstroclipData,
    history: Mapping[str, list[float]],
    state: CheckpointedRun,
    options: Any,
) -> dict[str, Path]:
    """Writes the model, what it was made of, and how it did; the model last.

    Args:
        folder: Existing folder.
        model: Model of the best epoch.
        config: Configuration of the run.
        data: The pairs.
        history: Values per epoch by name.
        state: State of the run.
        options: `TrainOptions` of the run.

    Returns:
        Paths written by what they hold.
    """
    files = {name: folder / file for name, file in FILES.items()}
    best = state.best_epoch
    write_json(
        files["config"],
        {
            "config": dataclasses.asdict(config),
            "options": dataclasses.asdict(options),
            "inputs": model_schema(model),
            "parameters": model.count_params(),
            "model_fingerprint": model_fingerprint(model),
            "data": {
                "path": str(data.store.folder.resolve()),
                "fingerprint": data.store.fingerprint,
                "simulated": bool(data.store.settings["simulated"]),
                "pairs": data.counts(),
                "notes": list(data.notes),
            },
            "versions": versions(),
        },
    )
    write_json(files["history"], history)
    validation = {
        name.removeprefix("val_"): values[best]
        for name, values in history.items()
        if name.startswith("val_")
    }
    write_json(
        files["metrics"],
        {
            "best_epoch": best,
            "epochs": len(history["loss"]),
            "validation": validation,
            "validation_pairs": len(data.valid["validation"]),
            "references": min(config.reference_size, len(data.valid["train"])),
            "num_neighbors": config.num_neighbors,
        },
    )
    save_figure(training_loss(history), files["loss figure"])
    save_figure(
        measures_per_epoch(history, _RECALLS, "Recall of the partner", "Retrieval"),
        files["recall figure"],
    )
    save_figure(
        measures_per_epoch(
            history, _SCORES, "R² of the redshift", "Zero-shot redshift"
        ),
        files["redshift figure"],
    )
    save_model(model, files["model"])
    return {**files, "checkpoint": state.checkpoint}
