"""The two stages of a pretraining: what was hidden, then what the events are called."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mesa_keras.losses import alpha_from_counts
from mesa_keras.recipes.mesa.pretrain_batches import (
    joint_training_batches,
    joint_validation_batches,
    masked_training_batches,
    masked_validation_batches,
)
from mesa_keras.recipes.mesa.pretrain_config import PretrainConfig
from mesa_keras.recipes.mesa.pretrain_data import EventSets, Mixture, mix
from mesa_keras.recipes.mesa.pretrain_model import build_pretraining_model
from mesa_keras.recipes.mesa.pretrain_trained_model import (
    joint_trained_model,
    masked_trained_model,
)
from mesa_keras.training import RunState, fit, set_seeds

Classes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Stage:
    """What a stage made.

    Attributes:
        model: Its model, with the best weights.
        history: Values per epoch by name.
        best_epoch: Epoch of the weights that were kept, from 0.
        steps_per_epoch: Steps of an epoch.
    """

    model: keras.Model
    history: dict[str, list[float]]
    best_epoch: int
    steps_per_epoch: int


@dataclass(frozen=True)
class Run:
    """What both stages share.

    Attributes:
        config: Model and training.
        events: The sets.
        folder: Folder of the results.
        settings: What, beside configuration and data, makes two runs the same.
        resume: Whether to go on with the run in `folder`, if there is one.
    """

    config: PretrainConfig
    events: EventSets
    folder: Path
    settings: Mapping[str, Any]
    resume: bool = False

    def state(self, stage: str) -> RunState:
        """Returns the state of a stage, as at its start."""
        data = {
            name: {
                "sha256": data.fingerprint,
                "classes": list(data.class_names),
                "events": {part: len(rows[name]) for part, rows in self.parts()},
            }
            for name, data in self.events.sets.items()
        }
        return RunState(
            self.folder / f"mesa_{stage}_state.npz",
            {**dataclasses.asdict(self.config), "data": data, **self.settings},
            self.config.patience,
        )

    def parts(self) -> list[tuple[str, dict[str, np.ndarray]]]:
        """Returns row numbers by set, for each part."""
        return list(self.events.rows.items())


def build(run: Run, **parts: Any) -> keras.Model:
    """Builds a pretraining model for the columns and views of a run, from its seed."""
    data = next(iter(run.events.sets.values()))
    sources = {found.light_curve_source for found in run.events.sets.values()}
    set_seeds(run.config.seed, deterministic=run.config.deterministic)
    return build_pretraining_model(
        run.config,
        planet_columns=data.planet_columns,
        stellar_columns=data.stellar_columns,
        view_steps={name: view.shape[1] for name, view in data.views.items()},
        view_convention=data.view_convention,
        light_curve_source="+".join(sorted(sources)),
        **parts,
    )


def run_masked(run: Run, prepare: Callable[[keras.Model], None]) -> Stage:
    """Learns without labels: to rebuild what is hidden, and which star it is of.

    Args:
        run: Configuration and events.
        prepare: Gives the model its normalization, and weights if there are any.
    """
    model = build(run, rebuild=True)
    prepare(model)
    train, validation = (
        mix(run.events, part, list(run.events.sets)) for part in ("train", "validation")
    )
    steps = _steps(train, run.config)
    trained = masked_trained_model(model, run.config, steps)
    outputs = tuple(trained.output)
    return _fit(
        run,
        "masked",
        model,
        trained,
        lambda epoch: masked_training_batches(train, run.config, outputs, epoch),
        masked_validation_batches(validation, run.config, outputs),
        run.config.masked_epochs,
        steps,
    )


def run_supervised(
    run: Run, classes: Classes, prepare: Callable[[keras.Model], None]
) -> Stage:
    """Learns the labels of several sets together, by a head for each.

    Args:
        run: Configuration and events.
        classes: Class names by set.
        prepare: Gives the model its normalization, and weights if there are any.
    """
    model = build(run, classes=classes)
    prepare(model)
    train, validation = (
        mix(run.events, part, list(classes)) for part in ("train", "validation")
    )
    steps = _steps(train, run.config)
    trained = joint_trained_model(
        model, run.config, steps, _class_weights(train, classes, run.config)
    )
    outputs = tuple(trained.output)
    return _fit(
        run,
        "supervised",
        model,
        trained,
        lambda epoch: joint_training_batches(
            train, classes, run.config, outputs, epoch
        ),
        joint_validation_batches(validation, classes, run.config, outputs),
        run.config.epochs,
        steps,
    )


def supervised_sets(events: EventSets, config: PretrainConfig) -> Classes:
    """Returns the classes of the sets that the supervised stage learns.

    Raises:
        ValueError: If no set has labels, or `mixing` does not name each once.
    """
    labelled, shares = events.labelled(), config.shares()
    if shares and set(shares) != set(labelled):
        raise ValueError(
            f"`mixing` must name each labelled set ({', '.join(labelled) or 'none'}). "
            f"Received: {', '.join(shares)}"
        )
    kept = {k: v for k, v in labelled.items() if not shares or shares[k] > 0}
    if not kept:
        raise ValueError(
            "the supervised stage needs a set with labels; name its classes by "
            "--labels, as in kepler_tce=PC/AFP/NTP."
        )
    return kept


def set_shares(
    events: EventSets, config: PretrainConfig, classes: Classes
) -> dict[str, float]:
    """Returns the share of each set in the supervised batches, with sum 1."""
    shares = config.shares() or {
        name: float(len(events.rows["train"][name])) for name in classes
    }
    total = sum(shares[name] for name in classes)
    return {name: shares[name] / total for name in classes}


def _steps(train: Mixture, config: PretrainConfig) -> int:
    return max(len(train) // config.batch_size, 1)


def _class_weights(
    train: Mixture, classes: Classes, config: PretrainConfig
) -> dict[str, Sequence[float]] | None:
    if config.class_balance != "class_weights":
        return None
    label = train.data.known_label()
    return {
        name: alpha_from_counts(
            np.maximum(
                np.bincount(label[train.set_index == k], minlength=len(names)), 1
            )
        ).tolist()
        for k, (name, names) in enumerate(classes.items())
    }


def _fit(
    run: Run,
    stage: str,
    model: keras.Model,
    trained: keras.Model,
    batches_from: Callable[[Any], Any],
    validation: Any,
    epochs: int,
    steps: int,
) -> Stage:
    state = run.state(stage)
    history = fit(
        trained,
        batches_from,
        validation,
        state,
        epochs=epochs,
        steps_per_epoch=steps,
        batch_size=run.config.batch_size,
        resume=run.resume,
    )
    state.restore_best(trained)
    return Stage(model, history, state.best_epoch, steps)
