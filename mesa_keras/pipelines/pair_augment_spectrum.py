"""Augmentation of spectra in the graph: noise by bin, and stretches that are lost."""

from typing import Any, TypeAlias

import tensorflow as tf

Tensor: TypeAlias = Any


def augment_spectra(
    flux: Tensor,
    ivar: Tensor,
    seed: Tensor,
    *,
    noise: float = 0.5,
    losses: int = 0,
    loss_width: float = 0.05,
) -> tuple[Tensor, Tensor]:
    """Adds noise to each bin by its own inverse variance, and loses stretches.

    The inverse variance falls with the noise added, and so stays right. Level and
    colour of the spectrum stay what they are. What is lost is NaN with inverse variance
    0, as where nothing was measured.

    Args:
        flux: Tensor `(batch, bins)`, NaN = missing.
        ivar: Inverse variance, same shape; 0 = no measurement.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        noise: Most noise added, in units of that of the bin. Each spectrum gets a share
            of it.
        losses: Most stretches that a spectrum loses; each has its own number of them.
        loss_width: Most bins of a stretch, as a part of all bins, in (0, 1].

    Returns:
        Flux and inverse variance of the same shape.

    Raises:
        ValueError: If an argument is out of range.
    """
    if noise < 0 or losses < 0 or not 0 < loss_width <= 1:
        raise ValueError(
            "`noise` and `losses` must be 0 or more and `loss_width` in (0, 1]. "
            f"Received: noise={noise}, losses={losses}, loss_width={loss_width}"
        )
    seeds = tf.unstack(tf.random.split(seed, 3))
    if noise:
        share = tf.random.stateless_uniform((tf.shape(flux)[0], 1), seeds[0], 0, noise)
        # Without a measurement there is no noise to add, rather than infinitely much.
        scatter = tf.where(ivar > 0, tf.math.rsqrt(tf.maximum(ivar, 1e-30)), 0.0)
        normal = tf.random.stateless_normal(tf.shape(flux), seeds[1])
        flux = flux + share * scatter * normal
        ivar = ivar / (1 + share**2)
    if losses:
        lost = _lost(tf.shape(flux)[0], flux.shape[1], seeds[2], losses, loss_width)
        flux = tf.where(lost, float("nan"), flux)
        ivar = tf.where(lost, 0.0, ivar)
    return flux, ivar


def _lost(batch: Tensor, bins: int, seed: Tensor, losses: int, width: float) -> Tensor:
    """Bins that lie within a stretch, boolean `(batch, bins)`."""
    seeds = tf.unstack(tf.random.split(seed, 3))
    shape = (batch, losses)
    number = tf.random.stateless_uniform((batch, 1), seeds[0], 0, losses + 1, "int32")
    wide = tf.random.stateless_uniform(shape, seeds[1], 0, width * bins)
    middle = tf.random.stateless_uniform(shape, seeds[2], 0, bins)
    wide = tf.where(tf.range(losses)[None] < number, wide, -1.0)
    place = tf.range(float(bins)) + 0.5
    distance = tf.abs(place[None, None] - middle[..., None])
    return tf.reduce_any(distance < wide[..., None] / 2, axis=1)
