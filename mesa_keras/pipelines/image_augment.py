"""Augmentation of whole batches of images, in the graph.

All that moves pixels is one affine map per image; an image of which nothing is asked
comes back as it was. Compiled by XLA this costs a tenth of TensorFlow's own image
operations.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import tensorflow as tf

Tensor: TypeAlias = Any


@dataclass(frozen=True)
class Placement:
    """An affine map per image, float tensors of shape `(batch,)`.

    The output at a place shows what the input has at: the place, turned by `angle`
    [rad], sheared, divided by `zoom`, moved by `shift_x` and `shift_y` (fractions of
    the image), and mirrored where `flip_x` or `flip_y` is -1 or `transpose` is 1.
    """

    flip_x: Tensor
    flip_y: Tensor
    transpose: Tensor
    angle: Tensor
    shear: Tensor
    zoom: Tensor
    shift_x: Tensor
    shift_y: Tensor


@dataclass(frozen=True)
class Tone:
    """A change of values per image, float tensors of shape `(batch, channels)`.

    `contrast * (x**gamma - mean) + mean + brightness`, with the mean of the image.
    """

    brightness: Tensor
    contrast: Tensor
    gamma: Tensor


def random_placement(
    batch: Tensor, seed: Tensor, strength: Tensor, *, square: bool
) -> Placement:
    """Draws flips, transposes, small turns and shifts.

    Args:
        batch: Number of images.
        seed: Integer tensor of shape `(2,)`.
        strength: `(batch,)` in [0, 1]: at 1 turns reach 30 degrees, shifts and zooms
            20 per cent. At 0 images are flipped only.
        square: Whether rows and columns may change places, which needs as many of
            both; only images of a strength above 0 do.
    """
    seeds = tf.unstack(tf.random.split(seed, 7))

    def even(index: int) -> Tensor:
        return tf.random.stateless_uniform((batch,), seeds[index], -1.0, 1.0)

    turned = (even(2) > 0) & (strength > 0) & square
    return Placement(
        flip_x=tf.sign(even(0) + 1e-9),
        flip_y=tf.sign(even(1) + 1e-9),
        transpose=tf.cast(turned, "float32"),
        angle=even(3) * strength * math.radians(30),
        shear=tf.zeros((batch,)),
        zoom=1 + 0.2 * even(4) * strength,
        shift_x=0.2 * even(5) * strength,
        shift_y=0.2 * even(6) * strength,
    )


def random_tone(
    batch: Tensor,
    channels: int,
    seed: Tensor,
    strength: Tensor,
    brightness_only: Tensor,
) -> Tone:
    """Draws brightness, contrast and the stretch, for each channel on its own.

    Args:
        batch: Number of images.
        channels: Channels of the images.
        seed: Integer tensor of shape `(2,)`.
        strength: `(batch,)` in [0, 1]: at 1 brightness changes by up to 0.3, contrast
            by a factor of up to 1.5, the exponent of the stretch by one of up to 2.
        brightness_only: Boolean `(batch,)`: a quarter of that brightness, nothing else.
    """
    seeds = tf.unstack(tf.random.split(seed, 3))
    shape = (batch, channels)
    brightness, contrast, gamma = (
        tf.random.stateless_uniform(shape, s, -1.0, 1.0) * strength[:, None]
        for s in seeds
    )
    quarter = tf.where(brightness_only, 0.25, 1.0)[:, None]
    free = tf.where(brightness_only, 0.0, 1.0)[:, None]
    return Tone(
        brightness=0.3 * brightness * quarter,
        contrast=tf.exp(math.log(1.5) * contrast * free),
        gamma=tf.exp(math.log(2.0) * gamma * free),
    )


def place_images(images: Tensor, placement: Placement) -> Tensor:
    """Applies an affine map per image; what comes from outside is mirrored.

    Each value is that of the nearest pixel: between pixels the noise, by which a bias
    and a dark are known, would be smoothed.

    Args:
        images: Tensor of any type, `(batch, height, width, channels)`.
        placement: The maps.
    """
    batch = tf.shape(images)[0]
    height, width, channels = images.shape[1:]
    p = placement
    x = tf.range(float(width))[None, None, :] - (width - 1) / 2
    y = tf.range(float(height))[None, :, None] - (height - 1) / 2
    cos, sin, shear, zoom = (
        value[:, None, None]
        for value in (tf.cos(p.angle), tf.sin(p.angle), p.shear, p.zoom)
    )
    x = x + shear * y
    x, y = (cos * x - sin * y) / zoom, (sin * x + cos * y) / zoom
    swap = (p.transpose > 0.5)[:, None, None]
    x, y = tf.where(swap, y, x), tf.where(swap, x, y)
    x = _reflected(x * p.flip_x[:, None, None], p.shift_x[:, None, None], width)
    y = _reflected(y * p.flip_y[:, None, None], p.shift_y[:, None, None], height)
    pixels = tf.reshape(images, (batch, height * width, channels))
    places = tf.reshape(y * width + x, (batch, height * width))
    return tf.reshape(tf.gather(pixels, places, batch_dims=1), tf.shape(images))


def _reflected(offset: Tensor, shift: Tensor, length: int) -> Tensor:
    """Nearest index of a distance from the centre, mirrored at the edges."""
    place = tf.abs(tf.round(offset + shift * length + (length - 1) / 2))
    place = tf.minimum(place, tf.abs(2 * (length - 1) - place))
    return tf.cast(tf.clip_by_value(place, 0, length - 1), "int32")


def tone_images(images: Tensor, tone: Tone) -> Tensor:
    """Changes brightness, contrast and stretch of images in [0, 1].

    Args:
        images: Float tensor `(batch, height, width, channels)`.
        tone: The changes.

    Returns:
        Images in [0, 1].
    """
    brightness, contrast, gamma = (
        value[:, None, None, :]
        for value in (tone.brightness, tone.contrast, tone.gamma)
    )
    mean = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
    # A power costs more than all else: it is a parabola with the same ends and middle.
    bend = 4 * (tf.pow(0.5, gamma) - 0.5)
    bent = images + bend * images * (1 - images)
    return tf.clip_by_value(contrast * (bent - mean) + mean + brightness, 0.0, 1.0)


def augment_images(
    images: Tensor, seed: Tensor, *, strength: float, conservative: Tensor
) -> Tensor:
    """Flips, turns, shifts and retouches images.

    Args:
        images: Float tensor `(batch, height, width, channels)` in [0, 1].
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        strength: Strength in [0, 1].
        conservative: Boolean `(batch,)`: flips and a little brightness only.

    Returns:
        Images of the same shape in [0, 1].
    """
    return _compiled_augmented(images, seed, float(strength), conservative)


def _augmented(
    images: Tensor, seed: Tensor, strength: float, conservative: Tensor
) -> Tensor:
    seeds = tf.unstack(tf.random.split(seed, 2))
    batch = tf.shape(images)[0]
    moved = tf.where(conservative, 0.0, strength)
    placement = random_placement(
        batch, seeds[0], moved, square=images.shape[1] == images.shape[2]
    )
    images = place_images(images, placement)
    tone = random_tone(
        batch, images.shape[-1], seeds[1], tf.fill((batch,), strength), conservative
    )
    return tone_images(images, tone)


_compiled_augmented = tf.function(_augmented, jit_compile=True)
