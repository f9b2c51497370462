"""Augmentation of training frames by class, without telling the class."""

from typing import Any, TypeAlias

import tensorflow as tf

from mesa_keras.pipelines.image_augment import augment_images
from mesa_keras.pipelines.randaugment import rand_augment
from ost_classifier.config import OstConfig

Tensor: TypeAlias = Any

# Share of the images of every class that are shown nearly as they are.
PLAIN_SHARE = 0.5


def augment_frames(
    images: Tensor,
    labels: Tensor,
    seed: Tensor,
    *,
    conservative: Tensor,
    config: OstConfig,
) -> tuple[Tensor, Tensor]:
    """Augments images by class, and says how likely each class's are treated so.

    Images of a conservative class are flipped and made a little brighter or darker;
    so are `PLAIN_SHARE` of the others, and the rest are augmented in full. A network
    that sees them learns to tell a treatment, too: an image in full augmentation is of
    no conservative class, a plain one rather of one. What it meets in use is plain, and
    would go to the conservative classes. So the loss takes the evidence of the
    treatment out again: with `t` the treatment of image `x`,

        p(class | x, t) ~ p(class | x) p(t | class),

    and the logits, to which `log p(t | class)` is added in training alone, are left
    with what the image itself says.

    Args:
        images: Float tensor `(batch, height, width, channels)` in [0, 1].
        labels: Integer tensor `(batch,)`.
        seed: Integer tensor of shape `(2,)` for stateless random operations.
        conservative: Boolean tensor `(classes,)`.
        config: Which augmentation, and how strong.

    Returns:
        Images of the same shape in [0, 1], and `p(t | class)`, `(batch, classes)`.
    """
    batch = tf.shape(images)[0]
    if not config.augment and not config.randaug_n:
        return images, tf.ones((batch, conservative.shape[0]))
    seeds = tf.unstack(tf.random.split(seed, 3))
    plain = tf.random.stateless_uniform((batch,), seeds[0]) < PLAIN_SHARE
    plain |= tf.gather(conservative, labels)
    if config.augment:
        images = augment_images(
            images, seeds[1], strength=config.aug_strength, conservative=plain
        )
    images = rand_augment(
        images,
        seeds[2],
        num_operations=config.randaug_n,
        magnitude=config.randaug_m,
        skip=plain,
    )
    chance_of_plain = tf.where(conservative, 1.0, PLAIN_SHARE)
    chance = tf.where(plain[:, None], chance_of_plain, 1 - chance_of_plain)
    return images, chance
