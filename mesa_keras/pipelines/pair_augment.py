"""Augmentation of galaxy images in the graph: what keeps flux and colour.

A galaxy turned, mirrored or moved is a galaxy still. Brightness and colour are left as
they are, since they tell the redshift.
"""

from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

Tensor: TypeAlias = Any

ROTATIONS = ("any", "quarter", "none")
INTERPOLATIONS = ("nearest", "bilinear")

# Rows at the top and the bottom, and every which pixel, that tell the noise of the sky.
_SKY_ROWS = 6
_SKY_STRIDE = 3
# Scatter of a normal distribution over the median of the size of a difference.
_MAD_TO_SIGMA = 1.4826 / np.sqrt(2.0)


def center_crop(images: Tensor, size: int) -> Tensor:
    """Cuts out the middle.

    Args:
        images: Tensor `(batch, height, width, bands)`.
        size: Rows and columns to keep.

    Returns:
        float32 tensor `(batch, size, size, bands)`.

    Raises:
        ValueError: If the images are smaller.
    """
    top, left = _corner(images, size)
    middle = images[:, top : top + size, left : left + size]
    return tf.cast(middle, "float32")


def augment_galaxies(
    images: Tensor,
    seed: Tensor,
    *,
    size: int = 96,
    rotation: str = "any",
    flip: bool = True,
    max_shift: int = 4,
    noise: float = 0.0,
    interpolation: str = "nearest",
) -> Tensor:
    """Rolls, turns, mirrors and crops each image on its own, and adds noise.

    Rolling by whole pixels and cropping the middle is one thing: the crop looks
    elsewhere, and no pixel comes round from the other side as long as the image is
    large enough. What is asked of beyond its edge is mirrored.

    Args:
        images: Tensor `(batch, height, width, bands)` of half or single precision, NaN
            = missing.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        size: Rows and columns of the crop.
        rotation: `any` angle, `quarter` turns only, or `none`.
        flip: Whether to mirror, each way with probability 1/2.
        max_shift: Most pixels that the centre moves along each axis.
        noise: Most noise added, in units of the noise of the sky in the image itself,
            measured band by band at its edge. Each image gets a share of it.
        interpolation: `nearest` takes the nearest pixel, which keeps the noise what it
            is; `bilinear` averages four, which smooths it, unlike in evaluation.

    Returns:
        float32 tensor `(batch, size, size, bands)`.

    Raises:
        ValueError: If an argument is out of range or the images are too small.
    """
    _corner(images, size)
    if rotation not in ROTATIONS or interpolation not in INTERPOLATIONS:
        raise ValueError(
            f"`rotation` must be one of {ROTATIONS} and `interpolation` one of "
            f"{INTERPOLATIONS}. Received: {rotation!r} and {interpolation!r}"
        )
    if max_shift < 0 or noise < 0:
        raise ValueError(
            "`max_shift` and `noise` must be 0 or more. "
            f"Received: max_shift={max_shift}, noise={noise}"
        )
    seeds = tf.unstack(tf.random.split(seed, 3))
    maps = _random_maps(tf.shape(images)[0], seeds[0], rotation, flip, int(max_shift))
    cropped = _compiled_cropped(images, maps, size, interpolation)
    if not noise:
        return cropped
    share = tf.random.stateless_uniform((tf.shape(images)[0], 1), seeds[1], 0.0, noise)
    scale = (share * _sky_noise(images))[:, None, None, :]
    return cropped + scale * tf.random.stateless_normal(tf.shape(cropped), seeds[2])


def _random_maps(
    batch: Tensor, seed: Tensor, rotation: str, flip: bool, max_shift: int
) -> Tensor:
    """Draws affine maps `x, y -> a x + b y + c, d x + e y + f`, `(6, batch)`.

    Not in what XLA compiles: it would draw other numbers from the same seed.
    """
    even = tf.random.stateless_uniform((5, batch), seed)
    flip_x, flip_y = tf.unstack(tf.where((even[:2] < 0.5) & flip, -1.0, 1.0))
    if rotation == "any":
        angle = even[2] * (2 * np.pi)
        cos, sin = tf.cos(angle), tf.sin(angle)
    elif rotation == "quarter":
        # A turn by nothing or a quarter; with both flips it makes all eight places.
        sin = tf.where(even[2] < 0.5, 0.0, 1.0)
        cos = 1.0 - sin
        if not flip:
            half = tf.where(even[2] % 0.5 < 0.25, -1.0, 1.0)
            cos, sin = cos * half, sin * half
    else:
        cos, sin = tf.ones_like(flip_x), tf.zeros_like(flip_x)
    shift_x, shift_y = tf.unstack(tf.floor(even[3:] * (2 * max_shift + 1)) - max_shift)
    return tf.stack(
        [cos * flip_x, -sin * flip_y, shift_x, sin * flip_x, cos * flip_y, shift_y]
    )


def _cropped(images: Tensor, maps: Tensor, size: int, interpolation: str) -> Tensor:
    grid = tf.range(float(size)) - (size - 1) / 2
    right, down = grid[None, None, :], grid[None, :, None]
    a, b, c, d, e, f = tf.unstack(maps[..., None, None])
    top, left = _corner(images, size)
    middle = (size - 1) / 2
    x = a * right + b * down + c + (left + middle)
    y = d * right + e * down + f + (top + middle)
    if interpolation == "nearest":
        return _taken(images, tf.round(x), tf.round(y))
    first, above = tf.floor(x), tf.floor(y)
    part_x, part_y = (x - first)[..., None], (y - above)[..., None]
    upper = _taken(images, first, above) * (1 - part_x)
    upper += _taken(images, first + 1, above) * part_x
    lower = _taken(images, first, above + 1) * (1 - part_x)
    lower += _taken(images, first + 1, above + 1) * part_x
    return upper * (1 - part_y) + lower * part_y


_compiled_cropped = tf.function(_cropped, jit_compile=True)


def _taken(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Pixels of whole columns and rows, mirrored at the edges."""
    batch = tf.shape(images)[0]
    height, width, bands = images.shape[1:]
    place = _mirrored(y, height) * width + _mirrored(x, width)
    pixels = tf.reshape(images, (batch, height * width, bands))
    taken = tf.gather(pixels, tf.reshape(place, (batch, -1)), batch_dims=1)
    return tf.cast(tf.reshape(taken, (batch, x.shape[1], x.shape[2], bands)), "float32")


def _mirrored(place: Tensor, length: int) -> Tensor:
    place = tf.abs(place)
    place = tf.minimum(place, tf.abs(2 * (length - 1) - place))
    return tf.cast(tf.clip_by_value(place, 0, length - 1), "int32")


def _sky_noise(images: Tensor) -> Tensor:
    """Noise of each band, `(batch, bands)`, by differences of pixels at the edge.

    The median forgives stars; a band without any value there has none.
    """
    rows = min(_SKY_ROWS, images.shape[1])
    edge = tf.concat([images[:, :rows], images[:, -rows:]], axis=1)
    edge = tf.cast(edge, "float32")
    steps = tf.abs(edge[:, :, 1:] - edge[:, :, :-1])[:, :, ::_SKY_STRIDE]
    steps = tf.reshape(steps, (tf.shape(edge)[0], -1, edge.shape[-1]))
    # NaN would stand anywhere among the sorted.
    steps = tf.where(tf.math.is_finite(steps), steps, 0.0)
    ordered = tf.sort(tf.transpose(steps, (0, 2, 1)), axis=-1)
    middle = tf.shape(ordered)[-1] // 2
    return tf.cast(_MAD_TO_SIGMA, "float32") * ordered[..., middle]


def _corner(images: Tensor, size: int) -> tuple[int, int]:
    height, width = images.shape[1:3]
    if not 0 < size <= min(height, width):
        raise ValueError(
            "`size` must be positive and at most height and width of the images. "
            f"Received: size={size} for {height} x {width}"
        )
    return (height - size) // 2, (width - size) // 2
