"""The OST model as `fit` sees it: loss, learning rate and optimizer."""

from typing import Any

import keras
import numpy as np

from mesa_keras.losses import FocalLoss, alpha_from_counts
from mesa_keras.training import scheduled_adamw
from ost_classifier.config import OstConfig

# Name of the input that says how likely an image of each class is treated as this one.
AUGMENTATION = "augmentation"
# The model's own output, which decides what is kept, and the one of the image alone.
LOGITS = "logits"
IMAGE_LOGITS = "image_logits"
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

    Statistics tell most frames apart and are learned sooner than images, after which
    little is left to teach the image branch. So it has logits and a loss of its own
    (`image_loss_weight`); the layer that makes them ends with the training.

    Args:
        model: Model of `build_model`, whose layers and weights are shared.
        config: Loss and optimizer.
        counts: Training frames by class.
        steps_per_epoch: Steps of one epoch.

    Returns:
        A compiled model of the same inputs and `AUGMENTATION`, the chance that images
        of each class are augmented as this one is: see `augment_frames`. Its outputs
        are `LOGITS` and, where the image branch learns, `IMAGE_LOGITS`.

    References:
        Wang, Tran, Feiszli (2020), https://arxiv.org/abs/1905.12681, on why networks of
        several inputs neglect one of them; the weights of the losses are fixed here.
    """
    outputs = {LOGITS: model.output[LOGITS]}
    if config.image_loss_weight and model.get_layer("image_branch").trainable:
        image = model.get_layer("embedding").input[0]
        outputs[IMAGE_LOGITS] = keras.layers.Dense(
            outputs[LOGITS].shape[-1], dtype="float32", name=IMAGE_LOGITS
        )(image)
    chance = keras.Input(outputs[LOGITS].shape[1:], name=AUGMENTATION)
    evidence = keras.ops.log(keras.ops.maximum(chance, _LEAST_CHANCE))
    trained = keras.Model(
        {**model.input, AUGMENTATION: chance},
        {name: logits + evidence for name, logits in outputs.items()},
        name="ost_trained",
    )
    # An average over more than an epoch lags behind in a short training.
    averaging = min(config.weight_averaging, 1 - 1 / steps_per_epoch)
    trained.compile(
        optimizer=scheduled_adamw(
            peak_learning_rate(config),
            epochs=config.epochs,
            steps_per_epoch=steps_per_epoch,
            warmup_epochs=config.warmup_epochs,
            weight_decay=config.weight_decay,
            clip_norm=config.clip_norm,
            weight_averaging=averaging,
            constant=config.lr_schedule == "constant",
        ),
        loss={name: _loss(config, counts) for name in outputs},
        loss_weights={
            name: config.image_loss_weight if name == IMAGE_LOGITS else 1.0
            for name in outputs
        },
        metrics={LOGITS: [keras.metrics.CategoricalAccuracy(name="accuracy")]},
        jit_compile=config.jit_compile,
        steps_per_execution=config.steps_per_execution,
    )
    return trained


def monitored(trained: keras.Model) -> str:
    """The validation loss that chooses the epoch: that of the verdict alone."""
    return f"val_{LOGITS}_loss" if IMAGE_LOGITS in trained.output else "val_loss"


def for_outputs(trained: keras.Model, target: Any) -> dict[str, Any]:
    """The target of each output of a trained model: the same labels."""
    return dict.fromkeys(trained.output, target)


def _loss(config: OstConfig, counts: np.ndarray) -> FocalLoss:
    return FocalLoss(
        gamma=config.focal_gamma if config.loss_strategy == "focal_loss" else 0.0,
        alpha=class_weights(config, counts),
    )


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


def peak_learning_rate(config: OstConfig) -> float:
    """The largest learning rate, in proportion to the batch size."""
    return config.initial_lr * config.batch_size / config.batch_ref
