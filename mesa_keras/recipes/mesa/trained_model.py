"""The MESA model as `fit` sees it: losses and optimizer."""

from collections.abc import Sequence
from typing import Any

import keras

from mesa_keras.losses import FocalLoss, InfoNCE, SigmoidContrastive
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.training import scheduled_adamw


def trained_model(
    model: keras.Model,
    config: MesaConfig,
    *,
    steps_per_epoch: int,
    class_weights: Sequence[float] | None = None,
) -> keras.Model:
    """Builds the model that `fit` trains: the outputs that losses read, compiled.

    Losses are focal and contrastive, the optimizer is AdamW with warm-up and a cosine
    decay. Keras wants a target for every output as soon as a metric names one, so the
    outputs that nothing is compared with are left out.

    Args:
        model: Model of `build_model`, whose layers and weights are shared.
        config: Losses and optimizer.
        steps_per_epoch: Steps of one epoch.
        class_weights: Weight per class that multiplies the focal loss's own.

    Returns:
        A compiled model of the same inputs.
    """
    losses: dict[str, Any] = {}
    target = "tower_logits" if "tower_logits" in model.output else "logits"
    losses[target] = FocalLoss(
        gamma=config.focal_gamma,
        alpha=[config.focal_alpha * weight for weight in class_weights]
        if class_weights is not None
        else config.focal_alpha,
        label_smoothing=config.label_smoothing,
    )
    weights = {target: config.classification_weight}
    aligned = contrastive_loss(model, config)
    if aligned is not None and config.contrastive_weight > 0:
        output, losses[output] = aligned
        weights[output] = config.contrastive_weight
    optimizer = make_optimizer(config, config.epochs, steps_per_epoch)
    trained = keras.Model(
        model.input, {name: model.output[name] for name in (*losses, "logits")}
    )
    trained.compile(
        optimizer=optimizer,
        loss=losses,
        loss_weights=weights,
        weighted_metrics={
            "logits": [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]
        },
        jit_compile=config.jit_compile,
        steps_per_execution=config.steps_per_execution,
    )
    return trained


def contrastive_loss(
    model: keras.Model, config: MesaConfig
) -> tuple[str, keras.losses.Loss] | None:
    """Output that the contrastive loss reads, and the loss; `None` without one."""
    output = alignment_output(model)
    if output is None:
        return None
    if config.contrastive_loss == "sigmoid":
        return output, SigmoidContrastive()
    if output == "scaled_alignment":
        return output, InfoNCE(normalize=False)
    return output, InfoNCE(float(config.temperature))


def make_optimizer(
    config: MesaConfig, epochs: int, steps_per_epoch: int
) -> keras.optimizers.Optimizer:
    """AdamW with warm-up, cosine decay, clipping and averaged weights.

    Args:
        config: Rates.
        epochs: Epochs of the whole run.
        steps_per_epoch: Steps of an epoch.
    """
    return scheduled_adamw(
        config.learning_rate,
        epochs=epochs,
        steps_per_epoch=steps_per_epoch,
        warmup_epochs=config.warmup_epochs,
        weight_decay=config.weight_decay,
        clip_norm=config.clip_norm,
        weight_averaging=config.weight_averaging,
    )


def alignment_output(model: keras.Model) -> str | None:
    """Name of the output that the contrastive loss reads, `None` if there is none."""
    for name in ("scaled_alignment", "alignment"):
        if name in model.output:
            return name
    return None
