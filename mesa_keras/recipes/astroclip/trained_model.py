"""The AstroCLIP model as `fit` sees it: losses, made-up redshifts, and optimizer."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from mesa_keras.layers import CircleAgreement, LogBinning, ShiftedViews
from mesa_keras.layers.unit_circles import circle_lengths
from mesa_keras.losses import InfoNCE, SigmoidContrastive
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.model import (
    CIRCLES,
    CONFIDENCE,
    LOG_BINS,
    SPECTRUM_ENCODER,
)
from mesa_keras.training import scheduled_adamw

SHIFTS, CONFIDENCE_ERROR = "spectrum_shift", "spectrum_confidence_error"


def trained_model(
    model: keras.Model, config: AstroclipConfig, *, steps_per_epoch: int
) -> keras.Model:
    """Builds the model that `fit` trains, compiled.

    The contrastive loss of image and spectrum keeps of a spectrum what the image shows
    too, and that is not where its lines stand. A second loss takes care of that, for
    the part of a spectrum's vector that is points on circles: of each spectrum two
    disturbed copies are made, and a redshift is made up for each. The loss is
    `shift_weight` times the mean of `1 - cos` of the angles by which the circles of
    both differ, once the difference of both made-up redshifts has turned one of them
    back. Whatever turns circles so is the redshift, up to a constant. No redshift that
    was measured is part of this.

    A third loss, of the same weight, teaches how sure an angle is: the mean square of
    the product of both lengths of `CircleConfidence` less that cosine, which pulls at
    lengths only. The copies are made of every second wavelength bin each, so that their
    noise is not the same.

    Args:
        model: Model of `build_model`, whose layers and weights are shared.
        config: Losses and optimizer.
        steps_per_epoch: Steps of one epoch.

    Returns:
        A model of the same inputs. Its outputs are those that losses read:
        `alignment` or `scaled_alignment`; `spectrum_shift` (rows, circles), the
        cosines of the angles for the first `shift_share` of the batch; and
        `spectrum_confidence_error` of the same shape, what was expected of them less
        what was found.
    """
    name = alignment_output(model)
    outputs = {name: model.output[name]}
    losses: dict[str, Any] = {name: _contrastive(config, name)}
    weights = {name: 1.0}
    if config.periods:
        outputs[SHIFTS], outputs[CONFIDENCE_ERROR] = _agreement(model, config)
        losses[SHIFTS] = keras.losses.MeanAbsoluteError()
        losses[CONFIDENCE_ERROR] = keras.losses.MeanSquaredError()
        weights[SHIFTS] = weights[CONFIDENCE_ERROR] = config.shift_weight
    trained = keras.Model(model.input, outputs, name="astroclip_training")
    trained.compile(
        optimizer=scheduled_adamw(
            config.learning_rate,
            epochs=config.epochs,
            steps_per_epoch=steps_per_epoch,
            warmup_epochs=config.warmup_epochs,
            weight_decay=config.weight_decay,
            clip_norm=config.clip_norm,
            weight_averaging=config.weight_averaging,
            constant=config.schedule == "constant",
        ),
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


def _halves(model: keras.Model, binning: LogBinning) -> list[Any]:
    """Values and weights of every second wavelength bin, and of the others.

    The noise of both has nothing in common. Of one spectrum with itself a network would
    learn to follow the noise, and to be sure of it.
    """
    flux, ivar = model.input["flux"], model.input["ivar"]
    odd = np.arange(flux.shape[1])[None] % 2
    first = binning([flux, ivar * (1 - odd).astype("float32")])
    return [*first, *binning([flux, ivar * odd.astype("float32")])]


def _agreement(model: keras.Model, config: AstroclipConfig) -> tuple[Any, Any]:
    """How the circles of both copies agree once turned back.

    Returns:
        Cosines `(rows, circles)` of the angles left, and by how much more of each the
        product of both lengths expected.
    """
    encoder = model.get_layer(SPECTRUM_ENCODER)
    binning = encoder.get_layer(LOG_BINS)
    spacing = binning.spacing(model.input["flux"].shape[1])
    values, weights, shift = ShiftedViews(
        round(config.shift_limit / spacing),
        # Blocks as wide as a few lines.
        max(config.circle_bins // 32, 1),
        keep=config.shift_keep,
        noise=config.shift_noise,
        level_jitter=config.shift_jitter,
        trend_jitter=config.shift_jitter,
        share=config.shift_share,
        name="spectrum_copies",
    )(_halves(model, binning))
    circles = encoder.get_layer(CIRCLES)({"values": values, "weights": weights})
    circles = encoder.get_layer(CONFIDENCE)(circles)
    circles = ops.reshape(circles, (2, -1, circles.shape[-1]))
    shift = ops.reshape(shift, (2, -1, 1)) * spacing
    agreement = CircleAgreement(config.periods, name=SHIFTS)(
        [circles[0], circles[1], shift[0], shift[1]]
    )
    num = len(config.periods)
    expected = circle_lengths(circles[0], num) * circle_lengths(circles[1], num)
    error = layers.Subtract(name=CONFIDENCE_ERROR)
    return agreement, error([expected, ops.stop_gradient(agreement)])
