"""The pretraining stages as `fit` sees them: losses and optimizer."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from mesa_keras.losses import FocalLoss, MaskedReconstruction
from mesa_keras.metrics import LabelledAccuracy
from mesa_keras.recipes.mesa.pretrain_config import PretrainConfig
from mesa_keras.recipes.mesa.trained_model import contrastive_loss, make_optimizer

REBUILT = "_rebuilt"


def masked_trained_model(
    model: keras.Model, config: PretrainConfig, steps_per_epoch: int
) -> keras.Model:
    """Builds the model that the self-supervised stage trains.

    Args:
        model: Model of `build_pretraining_model` with `rebuild`.
        config: Losses and optimizer.
        steps_per_epoch: Steps of one epoch.

    Returns:
        A compiled model of the same inputs and weights.
    """
    losses: dict[str, Any] = {}
    weights: dict[str, float] = {}
    views = [name for name in model.output if name.endswith(REBUILT)]
    for name in views:
        losses[name] = MaskedReconstruction()
        weights[name] = config.reconstruction_weight / len(views)
    aligned = contrastive_loss(model, config)
    if aligned is not None and config.masked_contrastive_weight > 0:
        output, losses[output] = aligned
        weights[output] = config.masked_contrastive_weight
    return _compiled(
        model, config, losses, weights, config.masked_epochs, steps_per_epoch
    )


def joint_trained_model(
    model: keras.Model,
    config: PretrainConfig,
    steps_per_epoch: int,
    class_weights: Mapping[str, Sequence[float]] | None = None,
) -> keras.Model:
    """Builds the model that the supervised stage trains.

    A row without a label of a set adds nothing to that set's loss, whose mean is over
    the whole batch: every labelled row counts once, whatever its set. Labels are
    smoothed by the batches, which know the rows that have one.

    Args:
        model: Model of `build_pretraining_model` with `classes`.
        config: Losses and optimizer.
        steps_per_epoch: Steps of one epoch.
        class_weights: Weight per class by set that multiplies the focal loss's own.

    Returns:
        A compiled model of the same inputs and weights.
    """
    losses: dict[str, Any] = {}
    weights: dict[str, float] = {}
    accuracy: dict[str, Any] = {}
    for target in [name for name in model.output if name.endswith("_tower_logits")]:
        of_set = target.removesuffix("_tower_logits")
        factors = (class_weights or {}).get(of_set)
        losses[target] = FocalLoss(
            gamma=config.focal_gamma,
            alpha=config.focal_alpha
            if factors is None
            else [config.focal_alpha * factor for factor in factors],
        )
        weights[target] = config.classification_weight
        accuracy[f"{of_set}_logits"] = [LabelledAccuracy(name="accuracy")]
    aligned = contrastive_loss(model, config)
    if aligned is not None and config.contrastive_weight > 0:
        output, losses[output] = aligned
        weights[output] = config.contrastive_weight
    return _compiled(
        model, config, losses, weights, config.epochs, steps_per_epoch, accuracy
    )


def _compiled(
    model: keras.Model,
    config: PretrainConfig,
    losses: Mapping[str, Any],
    weights: Mapping[str, float],
    epochs: int,
    steps_per_epoch: int,
    metrics: Mapping[str, Any] | None = None,
) -> keras.Model:
    # Keras wants a target for each output: those that nothing reads are left out.
    names = dict.fromkeys([*losses, *(metrics or {})])
    trained = keras.Model(model.input, {name: model.output[name] for name in names})
    trained.compile(
        optimizer=make_optimizer(config, epochs, steps_per_epoch),
        loss=dict(losses),
        loss_weights=dict(weights),
        weighted_metrics=dict(metrics or {}),
        jit_compile=config.jit_compile,
        steps_per_execution=config.steps_per_execution,
    )
    return trained
