"""RandAugment for whole batches: a few random operations per image, in the graph."""

import math
from typing import Any, TypeAlias

import tensorflow as tf

from mesa_keras.pipelines.image_augment import (
    Placement,
    Tone,
    place_images,
    tone_images,
)

Tensor: TypeAlias = Any

OPERATIONS = (
    "rotate",
    "shear",
    "zoom",
    "shift_x",
    "shift_y",
    "brightness",
    "contrast",
    "gamma",
    "blur",
    "sharpen",
    "noise",
    "cutout",
)


def rand_augment(
    images: Tensor,
    seed: Tensor,
    *,
    num_operations: int,
    magnitude: float,
    skip: Tensor | None = None,
) -> Tensor:
    """Applies different random operations to each image.

    Every operation has a strength per image, which is neutral where it was not drawn:
    the whole batch is computed at once. The order of the operations is fixed.

    Args:
        images: Float tensor `(batch, height, width, channels)` in [0, 1].
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        num_operations: Operations per image, drawn without replacement out of
            `OPERATIONS`.
        magnitude: Strength of an operation, 0 to 10; its sign is drawn.
        skip: Boolean `(batch,)`: images that stay as they are.

    Returns:
        Images of the same shape in [0, 1].

    Raises:
        ValueError: If an argument is out of range.

    References:
        Cubuk et al. (2020), https://arxiv.org/abs/1909.13719; of its operations those
        that fit frames without colours.
    """
    if not 0 <= num_operations <= len(OPERATIONS):
        raise ValueError(
            f"`num_operations` must lie in [0, {len(OPERATIONS)}]. "
            f"Received: num_operations={num_operations}"
        )
    if not 0 <= magnitude <= 10:
        raise ValueError(
            f"`magnitude` must lie in [0, 10]. Received: magnitude={magnitude}"
        )
    if num_operations == 0:
        return images
    if skip is None:
        skip = tf.zeros((tf.shape(images)[0],), bool)
    seeds = tf.random.split(seed, 4)
    strengths = _compiled_drawn(
        skip, seeds[0], seeds[1], num_operations, magnitude / 10
    )
    result = _compiled_placed_and_toned(images, strengths)
    result = _compiled_filtered_and_cut(result, strengths, seeds[2], seeds[3])
    return tf.where(skip[:, None, None, None], images, result)


def _drawn(
    skip: Tensor, first: Tensor, second: Tensor, num_operations: int, magnitude: float
) -> Tensor:
    """Strength per image and operation in [-1, 1], 0 where it was not drawn."""
    shape = (tf.shape(skip)[0], len(OPERATIONS))
    order = tf.random.stateless_uniform(shape, first)
    kept = tf.math.top_k(order, num_operations).values[:, -1:]
    sign = tf.sign(tf.random.stateless_uniform(shape, second, -1.0, 1.0) + 1e-9)
    return tf.where((order >= kept) & ~skip[:, None], sign * magnitude, 0.0)


def _placed_and_toned(images: Tensor, strengths: Tensor) -> Tensor:
    by_name = dict(zip(OPERATIONS, tf.unstack(strengths, axis=1), strict=True))
    return _toned(_placed(images, by_name), by_name)


def _filtered_and_cut(
    images: Tensor, strengths: Tensor, noise_seed: Tensor, place_seed: Tensor
) -> Tensor:
    by_name = dict(zip(OPERATIONS, tf.unstack(strengths, axis=1), strict=True))
    result = _filtered(images, by_name, noise_seed)
    result = _cut_out(result, by_name["cutout"], place_seed)
    return tf.clip_by_value(result, 0.0, 1.0)


def _placed(images: Tensor, strength: dict[str, Tensor]) -> Tensor:
    one, zero = tf.ones_like(strength["zoom"]), tf.zeros_like(strength["zoom"])
    placement = Placement(
        flip_x=one,
        flip_y=one,
        transpose=zero,
        angle=strength["rotate"] * math.radians(30),
        shear=0.3 * strength["shear"],
        zoom=1 + 0.3 * strength["zoom"],
        shift_x=0.3 * strength["shift_x"],
        shift_y=0.3 * strength["shift_y"],
    )
    return place_images(images, placement)


def _toned(images: Tensor, strength: dict[str, Tensor]) -> Tensor:
    tone = Tone(
        brightness=0.4 * strength["brightness"][:, None],
        contrast=tf.exp(math.log(2.0) * strength["contrast"])[:, None],
        gamma=tf.exp(math.log(2.5) * strength["gamma"])[:, None],
    )
    return tone_images(images, tone)


def _filtered(images: Tensor, strength: dict[str, Tensor], seed: Tensor) -> Tensor:
    """Blurs, sharpens, and adds noise."""
    amount = tf.abs(strength["blur"]) - tf.abs(strength["sharpen"])
    images = images + amount[:, None, None, None] * (_smooth(images) - images)
    level = 0.1 * tf.abs(strength["noise"])[:, None, None, None]
    return images + level * _noise(tf.shape(images), seed)


def _smooth(images: Tensor) -> Tensor:
    """Mean of 3 x 3 pixels, by sums of shifted images, which XLA joins into one."""
    for axis in (1, 2):
        length = images.shape[axis]
        order = [0, *range(length), length - 1]
        wide = tf.gather(images, order, axis=axis)
        parts = [
            wide[:, i : i + length] if axis == 1 else wide[:, :, i : i + length]
            for i in range(3)
        ]
        images = (parts[0] + parts[1] + parts[2]) / 3
    return images


def _noise(shape: Tensor, seed: Tensor) -> Tensor:
    """Even noise of standard deviation 1 from a hash of each value's place.

    TensorFlow's generators cost fifty times as much under XLA on a processor. The hash
    is `lowbias32` of Wellons, https://github.com/skeeto/hash-prospector.
    """
    key = tf.cast(seed, "uint32")
    bits = tf.cast(tf.range(tf.reduce_prod(shape)), "uint32")
    for part in tf.unstack(key):
        bits = tf.bitwise.bitwise_xor(bits, part)
        for places, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
            moved = tf.bitwise.right_shift(bits, tf.constant(places, "uint32"))
            bits = tf.bitwise.bitwise_xor(bits, moved) * tf.constant(factor, "uint32")
        moved = tf.bitwise.right_shift(bits, tf.constant(16, "uint32"))
        bits = tf.bitwise.bitwise_xor(bits, moved)
    half = tf.cast(tf.bitwise.right_shift(bits, tf.constant(1, "uint32")), "int32")
    even = tf.cast(half, "float32") / 2.0**30 - 1
    return tf.reshape(even * math.sqrt(3), shape)


def _cut_out(images: Tensor, strength: Tensor, seed: Tensor) -> Tensor:
    """Puts a grey square of up to half the image's side somewhere."""
    height, width = images.shape[1], images.shape[2]
    centre = tf.random.stateless_uniform((2, tf.shape(images)[0]), seed)
    half = tf.abs(strength)[:, None] / 4
    y = tf.abs(tf.linspace(0.0, 1.0, height)[None] - centre[0][:, None]) < half
    x = tf.abs(tf.linspace(0.0, 1.0, width)[None] - centre[1][:, None]) < half
    inside = (y[:, :, None] & x[:, None, :])[..., None]
    return tf.where(inside, 0.5, images)


# Each part is compiled on its own: fused into one, XLA computes a part again for every
# pixel that the next one reads.
_compiled_drawn, _compiled_placed_and_toned, _compiled_filtered_and_cut = (
    tf.function(part, jit_compile=True)
    for part in (_drawn, _placed_and_toned, _filtered_and_cut)
)
