"""The optimizer of all recipes: AdamW with warm-up, decay and averaged weights."""

import keras


def scheduled_adamw(
    peak: float,
    *,
    epochs: int,
    steps_per_epoch: int,
    warmup_epochs: float,
    weight_decay: float,
    clip_norm: float,
    weight_averaging: float,
    constant: bool = False,
) -> keras.optimizers.Optimizer:
    """Builds AdamW for a run of known length.

    Biases, the scales and offsets of normalizations, and contrastive scales do not
    decay.

    Args:
        peak: Largest learning rate.
        epochs: Epochs of the whole run.
        steps_per_epoch: Steps of an epoch.
        warmup_epochs: Epochs in which the rate rises from 0.
        weight_decay: Decoupled weight decay.
        clip_norm: Largest norm of the gradient of a weight.
        weight_averaging: Momentum of the average of the weights, which `RunState`
            validates and keeps; 0 for none.
        constant: Whether the rate stays at its peak, without a cosine.

    Returns:
        The optimizer, not built.
    """
    optimizer = keras.optimizers.AdamW(
        warmup_then_cosine(
            peak,
            epochs=epochs,
            steps_per_epoch=steps_per_epoch,
            warmup_epochs=warmup_epochs,
            constant=constant,
        ),
        weight_decay=weight_decay,
        clipnorm=clip_norm,
        use_ema=weight_averaging > 0,
        ema_momentum=weight_averaging or 0.99,
    )
    optimizer.exclude_from_weight_decay(
        var_names=["bias", "gamma", "beta", "log_scale"]
    )
    return optimizer


def warmup_then_cosine(
    peak: float,
    *,
    epochs: int,
    steps_per_epoch: int,
    warmup_epochs: float,
    constant: bool = False,
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Learning rate that rises to its peak and falls to a fiftieth of it.

    Args:
        peak: Largest learning rate.
        epochs: Epochs of the whole run.
        steps_per_epoch: Steps of an epoch.
        warmup_epochs: Epochs in which the rate rises from 0; at least one step is left.
        constant: Whether the rate stays at its peak.
    """
    total = epochs * steps_per_epoch
    warmup = min(int(warmup_epochs * steps_per_epoch), total - 1)
    return keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else peak,
        max(total - warmup, 1),
        # A cosine that ends where it began is a constant.
        alpha=1.0 if constant else 0.02,
        warmup_target=peak if warmup else None,
        warmup_steps=warmup,
    )
