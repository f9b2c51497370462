"""Trains MESA on a table of candidates and writes everything that the run made."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import keras
import numpy as np

from mesa_keras.atomic_file import check_writable
from mesa_keras.branches import adapt_statistics
from mesa_keras.evaluation import classification_metrics
from mesa_keras.evaluation.thresholds import Objective
from mesa_keras.layers import FeatureNormalization
from mesa_keras.losses import alpha_from_counts
from mesa_keras.recipes.mesa.batches import (
    make_evaluation_batches,
    make_training_batches,
)
from mesa_keras.recipes.mesa.calibrate import calibrate_model
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.data import MesaData, load_data
from mesa_keras.recipes.mesa.data_checks import check_trainable
from mesa_keras.recipes.mesa.model import (
    build_model,
    decision_rule,
    freeze_encoders,
)
from mesa_keras.recipes.mesa.run_config import (
    CONFIG_FILE,
    known_stars,
    pretrained_from,
)
from mesa_keras.recipes.mesa.run_files import write_run
from mesa_keras.recipes.mesa.run_split import split_candidates
from mesa_keras.recipes.mesa.temperatures import few_candidates_notes
from mesa_keras.recipes.mesa.trained_model import trained_model
from mesa_keras.recipes.mesa.transfer import take_weights
from mesa_keras.recipes.mesa.usable_data import usable
from mesa_keras.training import RunState, Transfer, fit, set_seeds


@dataclass(frozen=True)
class TrainResult:
    """What a training run made.

    Attributes:
        model: The calibrated model.
        history: Values per epoch by name.
        best_epoch: Epoch of the weights that were kept, from 0.
        metrics: Values by split ("validation", "calibration") and name.
        counts: Number of candidates per split.
        data: All candidates that were read; `warnings` tells of split and calibration
            too.
        transfer: What was taken from a pretrained model, if one was named.
        files: Paths written, by what they hold.
    """

    model: keras.Model
    history: dict[str, list[float]]
    best_epoch: int
    metrics: dict[str, dict[str, float]]
    counts: dict[str, int]
    data: MesaData
    transfer: Transfer | None
    files: dict[str, Path]


def train(
    config: MesaConfig,
    data_path: str | Path,
    output_dir: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    pretrained_path: str | Path | None = None,
    freeze_backbone: bool = False,
    resume: bool = False,
) -> TrainResult:
    """Trains, calibrates and saves a model.

    Stars are split into training, validation (early stopping) and calibration
    (temperature and thresholds); none stands in two.

    Args:
        config: Model and training.
        data_path: Table of candidates: see `load_data`.
        output_dir: Folder of the results, made if needed.
        columns: Our column name to the file's.
        views_path: File of views; by default `views.npz` beside the table.
        pretrained_path: Model whose weights are taken where they fit.
        freeze_backbone: Whether the encoders keep their weights.
        resume: Whether to go on with the run in `output_dir`, if there is one.

    Returns:
        The model and what is known about it.

    Raises:
        ValueError: If a file, its schema or an argument is wrong.
        FileNotFoundError: If a file named does not exist.
        OSError: If the results cannot be written.
    """
    if freeze_backbone and pretrained_path is None:
        raise ValueError(
            "`freeze_backbone` needs `pretrained_path`: encoders with random weights "
            "are not worth freezing."
        )
    data = usable(
        load_data(
            data_path,
            labels=config.labels,
            planet_features=config.planet_features,
            stellar_features=config.stellar_features,
            derived_features=config.derived_features,
            columns=columns,
            views_path=views_path,
            seed=config.seed,
        )
    )
    check_trainable(data)
    folder = Path(output_dir)
    check_writable("output_dir", folder, folder=True)
    origin = pretrained_from(Path(pretrained_path)) if pretrained_path else {}
    parts, notes = split_candidates(data, config, known_stars(origin))
    if pretrained_path and not origin:
        notes.append(
            f"no {CONFIG_FILE} beside {pretrained_path}: whether its weights have "
            "learned from stars of a test table cannot be checked"
        )
    data = dataclasses.replace(data, warnings=(*data.warnings, *notes))
    check_trainable(parts["train"])
    set_seeds(config.seed, deterministic=config.deterministic)
    model = build_model(
        config,
        planet_columns=data.planet_columns,
        stellar_columns=data.stellar_columns,
        view_steps={name: view.shape[1] for name, view in data.views.items()},
        view_convention=data.view_convention,
        light_curve_source=data.light_curve_source,
    )
    adapt(model, parts["train"])
    transfer = None
    if pretrained_path is not None:
        transfer = take_weights(model, pretrained_path)
        if freeze_backbone:
            freeze_encoders(model, transfer)
    state = RunState(
        folder / "mesa_training_state.npz",
        {
            **dataclasses.asdict(config),
            "data": data.fingerprint,
            "columns": dict(columns or {}),
            "freeze_backbone": freeze_backbone,
            **({"pretrained": str(pretrained_path)} if pretrained_path else {}),
        },
        config.patience,
    )
    history = _fit(model, config, parts, state, resume)
    metrics, logits = _calibrate(model, config, parts)
    few = few_candidates_notes(decision_rule(model), len(parts["calibration"]))
    data = dataclasses.replace(data, warnings=(*data.warnings, *few))
    files = write_run(
        folder,
        model,
        config,
        parts,
        history,
        metrics,
        logits,
        columns=columns,
        views_path=views_path,
        origin=origin,
        warnings=data.warnings,
    )
    return TrainResult(
        model=model,
        history=history,
        best_epoch=state.best_epoch,
        metrics=metrics,
        counts={name: len(part) for name, part in parts.items()},
        data=data,
        transfer=transfer,
        files=files,
    )


def adapt(model: keras.Model, data: MesaData) -> None:
    """Lets the feature normalizations of a model learn from training data."""
    tables = {
        data.planet_columns: data.planet_features,
        data.stellar_columns: data.stellar_features,
    }
    for layer in model._flatten_layers():
        if isinstance(layer, FeatureNormalization) and layer.columns in tables:
            layer.adapt(tables[layer.columns])
    adapt_statistics(model, data.views)


def _fit(
    model: keras.Model,
    config: MesaConfig,
    parts: dict[str, MesaData],
    state: RunState,
    resume: bool,
) -> dict[str, list[float]]:
    train_part = parts["train"]
    steps = max(len(train_part) // config.batch_size, 1)
    weights = None
    if config.class_balance == "class_weights":
        counts = np.bincount(train_part.known_label(), minlength=len(config.labels))
        weights = alpha_from_counts(np.maximum(counts, 1)).tolist()
    trained = trained_model(model, config, steps_per_epoch=steps, class_weights=weights)
    outputs = tuple(trained.output)
    history: dict[str, list[float]] = fit(
        trained,
        lambda epoch: make_training_batches(train_part, config, outputs, epoch),
        make_evaluation_batches(parts["validation"], config, outputs),
        state,
        epochs=config.epochs,
        steps_per_epoch=steps,
        batch_size=config.batch_size,
        resume=resume,
    )
    state.restore_best(trained)
    return history


def _calibrate(
    model: keras.Model, config: MesaConfig, parts: dict[str, MesaData]
) -> tuple[dict[str, dict[str, float]], np.ndarray]:
    """Sets the decision rule; scores both held-out parts as it then stands."""
    logits = calibrate_model(
        model, parts["calibration"], thresholds=cast(Objective, config.thresholds)
    )
    metrics = {}
    for name in ("validation", "calibration"):
        found = model.predict(parts[name].inputs(), batch_size=256, verbose=0)
        metrics[name] = classification_metrics(
            parts[name].known_label(), found["probabilities"], found["decision"]
        )
    return metrics, logits
