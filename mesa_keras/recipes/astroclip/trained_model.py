"""The AstroCLIP model as `fit` sees it: losses, views of spectra, and optimizer."""

from typing import Any

import keras
from keras import ops

from mesa_keras.layers import SeriesViews, UnitPairs
from mesa_keras.losses import InfoNCE, SigmoidContrastive
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.model import SPECTRUM_ENCODER

VIEWS = "spectrum_alignment"


def trained_model(
    model: keras.Model, config: AstroclipConfig, *, steps_per_epoch: int
) -> keras.Model:
    """Builds the model that `fit` trains, compiled.

    Its loss is the contrastive loss of image and spectrum, plus `view_weight` times
    that of two halves of the same spectrum. What both halves tell, where the lines
    stand above all, is more than the image shows; without this the encoder of spectra
    has no reason to keep it. Redshifts are no part of it.

    Args:
        model: Model of `build_model`, whose layers and weights are shared.
        config: Losses and optimizer.
        steps_per_epoch: Steps of one epoch.

    Returns:
        A model of the same inputs. Its outputs are those that losses read:
        `alignment` or `scaled_alignment`, and `spectrum_alignment` (rows, 2, dim) of
        the first `view_share` of the batch.
    """
    name = alignment_output(model)
    outputs = {name: model.output[name]}
    losses: dict[str, Any] = {name: _contrastive(config, name)}
    weights = {name: 1.0}
    if config.view_weight > 0:
        outputs[VIEWS] = _views(model, config)
        losses[VIEWS] = InfoNCE(config.view_temperature)
        weights[VIEWS] = config.view_weight
    trained = keras.Model(model.input, outputs, name="astroclip_training")
    trained.compile(
        optimizer=_optimizer(config, steps_per_epoch),
        loss=losses,
        loss_weights=weights,
        jit_compile=config.jit_compile,
        steps_per_execution=config.steps_per_execution,
    )
    return trained


def alignment_output(model: keras.Model) -> str:
    """Name of the output that the contrastive loss reads."""
    scaled = "scaled_alignment" in model.output
    return "scaled_alignment" if scaled else "alignment"


def _contrastive(config: AstroclipConfig, output: str) -> keras.losses.Loss:
    if config.loss == "sigmoid":
        return SigmoidContrastive()
    if output == "scaled_alignment":
        return InfoNCE(normalize=False)
    return InfoNCE(float(config.temperature))


def _views(model: keras.Model, config: AstroclipConfig) -> Any:
    """Vectors of both halves of spectra, `(rows, 2, dim)`."""
    flux, ivar = SeriesViews(
        config.view_block_size,
        level_jitter=config.level_jitter,
        trend_jitter=config.trend_jitter,
        share=config.view_share,
        name="spectrum_views",
    )([model.input["flux"], model.input["ivar"]])
    vectors = model.get_layer(SPECTRUM_ENCODER)({"flux": flux, "ivar": ivar})
    halves = ops.reshape(vectors, (2, -1, vectors.shape[-1]))
    return UnitPairs(name=VIEWS)([halves[0], halves[1]])


def _optimizer(config: AstroclipConfig, steps_per_epoch: int) -> keras.Optimizer:
    total = config.epochs * steps_per_epoch
    warmup = min(int(config.warmup_epochs * steps_per_epoch), total - 1)
    constant = config.schedule == "constant"
    rate: Any = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else config.learning_rate,
        max(total - warmup, 1),
        # A cosine that ends where it began.
        alpha=1.0 if constant else 0.02,
        warmup_target=config.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=config.weight_decay,
        clipnorm=config.clip_norm,
        use_ema=config.weight_averaging > 0,
        ema_momentum=config.weight_averaging or 0.99,
    )
    optimizer.exclude_from_weight_decay(
        var_names=["bias", "gamma", "beta", "log_scale"]
    )
    return optimizer
