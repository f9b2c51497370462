"""Fits one model to one split of the data."""

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mesa_keras.training import RunState, Transfer, fit, set_seeds
from ost_classifier.batches import make_training_batches, make_validation_batches
from ost_classifier.config import OstConfig
from ost_classifier.data import FEATURE_VERSION, OstData
from ost_classifier.features import CLAIM_NAMES, HEADER_VALUE_NAMES, STATISTIC_NAMES
from ost_classifier.model import build_model, freeze_branches, normalizations
from ost_classifier.trained_model import for_outputs, monitored, trained_model
from ost_classifier.transfer import take_weights

# Enough for quantiles, however many frames there are.
_ADAPT_FRAMES = 20_000


@dataclass(frozen=True)
class Pretrained:
    """A model to start from.

    Attributes:
        model: The opened model.
        path: Its file.
        freeze: Whether its branches keep their weights.
    """

    model: keras.Model
    path: str
    freeze: bool = False


@dataclass(frozen=True)
class Fitted:
    """A fitted model, not yet calibrated.

    Attributes:
        model: Model of `build_model` with the best weights.
        history: Values per epoch by name.
        best_epoch: Epoch of the weights, from 0.
        features: Statistics and header values of training frames, by input.
        transfer: What was taken from a pretrained model.
    """

    model: keras.Model
    history: dict[str, list[float]]
    best_epoch: int
    features: dict[str, np.ndarray]
    transfer: Transfer | None = None


def fit_model(
    config: OstConfig,
    parts: Mapping[str, OstData],
    state_path: Path,
    *,
    pretrained: Pretrained | None = None,
    resume: bool = False,
    least_steps: int = 1,
) -> Fitted:
    """Builds a model and trains it.

    Args:
        config: Model and training.
        parts: Frames of `train` and of `validation`, for early stopping.
        state_path: File of the run's state.
        pretrained: Model to start from.
        resume: Whether to go on from the file of the state, if it is there.
        least_steps: Fewest steps of an epoch, for a handful of frames.

    Raises:
        ValueError: If a batch has more frames than there are, the state is of another
            run, or the training diverged.
        OSError: If the state cannot be written.
    """
    train = parts["train"]
    if config.batch_size > len(train):
        raise ValueError(
            "`batch_size` must be at most the number of training frames. "
            f"Received: batch_size={config.batch_size}, frames={len(train)}"
        )
    set_seeds(config.seed, deterministic=config.deterministic)
    model = new_model(config, train.class_names)
    features = feature_sample(train, config.seed)
    for name, layer in normalizations(model).items():
        layer.adapt(features[name])
    transfer = None
    if pretrained is not None:
        transfer = take_weights(model, pretrained.model, pretrained.path)
        if pretrained.freeze:
            freeze_branches(model, transfer)
    settings = run_settings(config, parts, pretrained, least_steps)
    steps = settings["steps"]
    counts = np.bincount(train.label, minlength=len(train.class_names))
    trained = trained_model(model, config, counts=counts, steps_per_epoch=steps)
    state = RunState(
        state_path,
        settings,
        config.patience,
        monitor=monitored(trained),
        rate_name="initial_lr",
    )

    def targets(x: Any, y: Any) -> tuple[Any, Any]:
        return x, for_outputs(trained, y)

    history = fit(
        trained,
        lambda epoch: make_training_batches(train, config, epoch).map(targets),
        make_validation_batches(parts["validation"], config).map(targets),
        state,
        epochs=config.epochs,
        steps_per_epoch=steps,
        batch_size=config.batch_size,
        resume=resume,
    )
    state.restore_best(trained)
    return Fitted(model, history, state.best_epoch, features, transfer)


def new_model(config: OstConfig, class_names: tuple[str, ...]) -> keras.Model:
    """An untrained model with the features of this version."""
    return build_model(
        config,
        class_names,
        statistic_names=STATISTIC_NAMES,
        header_names=HEADER_VALUE_NAMES,
        claim_names=CLAIM_NAMES,
    )


def feature_sample(data: OstData, seed: int) -> dict[str, np.ndarray]:
    """Statistics and header values of at most 20,000 frames, by input."""
    rows = np.arange(len(data))
    if len(rows) > _ADAPT_FRAMES:
        rows = np.random.default_rng(seed).choice(rows, _ADAPT_FRAMES, replace=False)
    found: dict[str, list[np.ndarray]] = {"statistics": [], "header": []}
    for first in range(0, len(rows), 256):
        batch = data.inputs(rows[first : first + 256])
        for name, parts in found.items():
            parts.append(np.array(batch[name]))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def run_settings(
    config: OstConfig,
    parts: Mapping[str, OstData],
    pretrained: Pretrained | None,
    least_steps: int = 1,
) -> dict[str, Any]:
    """Returns all that makes two runs of `fit_model` the same, from its arguments."""
    digest = hashlib.sha256()
    for name in ("train", "validation"):
        names = "\n".join(map(str, parts[name].file))
        digest.update(names.encode(errors="surrogateescape"))
    return {
        **dataclasses.asdict(config),
        "classes": list(parts["train"].class_names),
        "data": parts["train"].fingerprint,
        "frames": digest.hexdigest(),
        "features": FEATURE_VERSION,
        "steps": max(len(parts["train"]) // config.batch_size, least_steps),
        "pretrained_path": pretrained.path if pretrained else None,
        "freeze_backbone": bool(pretrained and pretrained.freeze),
    }
