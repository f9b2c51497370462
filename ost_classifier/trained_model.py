"""The OST model as `fit` sees it: loss, learning rate and optimizer."""

from typing import Any

import keras
import numpy as np

from mesa_keras.losses import FocalLoss, alpha_from_counts
from ost_classifier.config import OstConfig

# Name of the input that says how likely an image of each class is treated as this one.
AUGMENTATION = "augmentation"
# A class whose images are never treated so leaves the softmax.
_LEAST_CHANCE = 1e-6


def trained_model(
    model: keras.Model,
    config: OstConfig,
    *,
    counts: np.ndarray,
    steps_per_epoch: int,
) -> keras.Model:
    """Builds the model that `fit` trains: the logits, compiled.

    Args:
        model: Model of `build_model`, whose layers and weights are shared.
        config: Loss and optimizer.
        counts: Training frames by class.
        steps_per_epoch: Steps of one epoch.

    Returns:
        A compiled model of the same inputs and `AUGMENTATION`, the chance that images
        of each class are augmented as this one is: see `augment_frames`.
    """
    logits = model.output["logits"]
    chance = keras.Input(logits.shape[1:], name=AUGMENTATION)
    evidence = keras.ops.log(keras.ops.maximum(chance, _LEAST_CHANCE))
    trained = keras.Model(
        {**model.input, AUGMENTATION: chance}, logits + evidence, name="ost_trained"
    )
    # An average over more than an epoch lags behind in a short training.
    averaging = min(config.weight_averaging, 1 - 1 / steps_per_epoch)
    optimizer = keras.optimizers.AdamW(
        learning_rate(config, steps_per_epoch),
        weight_decay=config.weight_decay,
        clipnorm=config.clip_norm,
        use_ema=averaging > 0,
        ema_momentum=averaging or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    trained.compile(
        optimizer=optimizer,
        loss=FocalLoss(
            gamma=config.focal_gamma if config.loss_strategy == "focal_loss" else 0.0,
            alpha=class_weights(config, counts),
        ),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        jit_compile=config.jit_compile,
        steps_per_execution=config.steps_per_execution,
    )
    return trained


def class_weights(config: OstConfig, counts: np.ndarray) -> float | list[float]:
    """Weight of each class in the loss.

    Inverse frequencies with mean 1, to the power `cw_beta`, at most `cw_cap` times
    their median; 1 for all without a strategy, and where balanced sampling already
    shows rare classes more often. A class without a frame counts as one with one.
    """
    if config.loss_strategy == "none" or config.balanced_sampling:
        return 1.0
    weights = alpha_from_counts(np.maximum(counts, 1), config.cw_beta, config.cw_cap)
    found: list[float] = weights.tolist()
    return found


def learning_rate(config: OstConfig, steps_per_epoch: int) -> Any:
    """Warm-up, then a cosine or a constant, in proportion to the batch size."""
    peak = config.initial_lr * config.batch_size / config.batch_ref
    total = config.epochs * steps_per_epoch
    warmup = min(int(config.warmup_epochs * steps_per_epoch), total - 1)
    return keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else peak,
        max(total - warmup, 1),
        alpha=1.0 if config.lr_schedule == "constant" else 0.02,
        warmup_target=peak if warmup else None,
        warmup_steps=warmup,
    )
