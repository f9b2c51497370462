"""Pretrains MESA on several sets of events, and makes a model of each label set."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import keras
import numpy as np

from mesa_keras.atomic_file import check_writable
from mesa_keras.evaluation import classification_metrics
from mesa_keras.evaluation.thresholds import Objective
from mesa_keras.recipes.mesa.calibrate import calibrate_model
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.model import build_model
from mesa_keras.recipes.mesa.pretrain_config import STAGES, PretrainConfig
from mesa_keras.recipes.mesa.pretrain_data import PARTS, EventSets, mix
from mesa_keras.recipes.mesa.pretrain_files import (
    MASKED_MODEL,
    SetModel,
    write_pretraining,
)
from mesa_keras.recipes.mesa.pretrain_model import copy_weights, of_set
from mesa_keras.recipes.mesa.pretrain_stages import (
    Classes,
    Run,
    Stage,
    build,
    run_masked,
    run_supervised,
    set_shares,
    supervised_sets,
)
from mesa_keras.recipes.mesa.run_config import known_stars, noted, pretrained_from
from mesa_keras.recipes.mesa.train import adapt
from mesa_keras.recipes.mesa.transfer import take_weights
from mesa_keras.training import Transfer, save_model


@dataclass(frozen=True)
class PretrainResult:
    """What a pretraining made.

    Attributes:
        encoders: The model of `pretrained.keras`.
        models: Calibrated model and its figures by set of labels.
        stages: What each stage made.
        events: The sets.
        transfer: What was taken from a model that was named.
        files: Paths written, by what they hold.
    """

    encoders: keras.Model
    models: dict[str, SetModel]
    stages: dict[str, Stage]
    events: EventSets
    transfer: Transfer | None
    files: dict[str, Path]


def pretrain(
    config: PretrainConfig,
    events: EventSets,
    output_dir: str | Path,
    *,
    stages: Sequence[str] = STAGES,
    pretrained_path: str | Path | None = None,
    resume: bool = False,
    announce: Callable[[str], None] = lambda text: None,
) -> PretrainResult:
    """Pretrains, calibrates a model for each set of labels, and saves everything.

    Args:
        config: Model and training.
        events: What `load_sets` returned.
        output_dir: Folder of the results, made if needed.
        stages: Of "masked" and "supervised", in this order.
        pretrained_path: Model whose weights the first stage starts from.
        resume: Whether to go on with the run in `output_dir`, if there is one.
        announce: Is told what is done next.

    Raises:
        ValueError: If an argument is wrong, or the training diverged.
        FileNotFoundError: If `pretrained_path` does not exist.
        OSError: If the results cannot be written.
    """
    if not stages or [name for name in STAGES if name in stages] != list(stages):
        raise ValueError(
            f"`stages` must be of {', '.join(STAGES)}, in this order. "
            f"Received: {', '.join(stages) or 'none'}"
        )
    supervised = "supervised" in stages
    classes = supervised_sets(events, config) if supervised else {}
    if pretrained_path is not None and not Path(pretrained_path).is_file():
        raise FileNotFoundError(f"{pretrained_path} does not exist")
    folder = Path(output_dir)
    check_writable("output_dir", folder, folder=True)
    settings = {"stages": list(stages), "pretrained": str(pretrained_path)}
    run = Run(config, events, folder, settings, resume)
    # Read before a training that it may be too late to end.
    origin = pretrained_from(Path(pretrained_path)) if pretrained_path else {}
    done: dict[str, Stage] = {}
    transfers: list[Transfer] = []

    def prepare(model: keras.Model) -> None:
        if done:
            copy_weights(model, list(done.values())[-1].model)
            return
        adapt(model, mix(events, "train", list(events.sets)).data)
        if pretrained_path is not None:
            transfers.append(take_weights(model, pretrained_path))

    for stage in stages:
        announce(_plan(run, stage, classes))
        if stage == "masked":
            done[stage] = run_masked(run, prepare)
        else:
            done[stage] = run_supervised(run, classes, prepare)
        if stage != stages[-1]:
            save_model(_encoders(run, done[stage].model), folder / MASKED_MODEL)
    last = done[stages[-1]].model
    encoders = _encoders(run, last)
    models = {name: _model_of_set(run, name, last) for name in classes}
    known = events.known_stars().with_earlier(known_stars(origin))
    files = write_pretraining(run, encoders, models, done, {**origin, **noted(known)})
    if len(stages) > 1:
        files["model of the first stage"] = folder / MASKED_MODEL
    return PretrainResult(
        encoders, models, done, events, transfers[0] if transfers else None, files
    )


def _plan(run: Run, stage: str, classes: Classes) -> str:
    """One sentence on what a stage does."""
    names = list(run.events.sets) if stage == "masked" else list(classes)
    counts = {name: len(run.events.rows["train"][name]) for name in names}
    listed = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    epochs = run.config.masked_epochs if stage == "masked" else run.config.epochs
    said = (
        f"stage {stage}: {epochs} epochs of {sum(counts.values()):,} events, {listed}"
    )
    if stage == "masked":
        return f"{said}; labels are not used"
    shares = set_shares(run.events, run.config, classes)
    mixed = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
    return f"{said}; share of the batches: {mixed}"


def _encoders(run: Run, source: keras.Model) -> keras.Model:
    """The encoders alone, with the weights of a stage."""
    model = build(run)
    copy_weights(model, source)
    return model


def _model_of_set(run: Run, name: str, source: keras.Model) -> SetModel:
    """Builds a MESA model from the encoders and the head of a set, and calibrates it.

    Views that the set never has are no inputs of it.
    """
    data = run.events.sets[name]
    views = [view for view, x in data.views.items() if np.isfinite(x).any()]
    config = of_set(run.config, data.class_names)
    model = build_model(
        config,
        planet_columns=data.planet_columns,
        stellar_columns=data.stellar_columns,
        view_steps={view: data.views[view].shape[1] for view in views},
        view_convention=data.view_convention,
        light_curve_source=data.light_curve_source,
    )
    copy_weights(model, source, head=name)
    parts = {part: _with_views(run.events.part(name, part), views) for part in PARTS}
    logits = calibrate_model(
        model, parts["calibration"], thresholds=cast(Objective, config.thresholds)
    )
    metrics = {}
    for part in ("validation", "calibration"):
        found = model.predict(parts[part].inputs(), batch_size=256, verbose=0)
        metrics[part] = classification_metrics(
            parts[part].known_label(), found["probabilities"], found["decision"]
        )
    return SetModel(model, metrics, logits, parts["calibration"])


def _with_views(data: MesaData, views: Sequence[str]) -> MesaData:
    return dataclasses.replace(data, views={view: data.views[view] for view in views})
