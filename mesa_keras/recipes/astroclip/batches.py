"""The batches of the AstroCLIP recipe."""

from typing import Any

import tensorflow as tf

from mesa_keras.pipelines.pair_augment import augment_galaxies, center_crop
from mesa_keras.pipelines.pair_augment_spectrum import augment_spectra
from mesa_keras.pipelines.pair_batches import evaluation_pairs, training_pairs
from mesa_keras.pipelines.pair_index import pair_index
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.data import AstroclipData
from mesa_keras.recipes.astroclip.trained_model import CONFIDENCE_ERROR, SHIFTS

Example = dict[str, Any]


def make_training_batches(
    data: AstroclipData,
    config: AstroclipConfig,
    outputs: tuple[str, ...],
    first_epoch: Any,
    faults: dict[int, str] | None = None,
) -> tf.data.Dataset:
    """Endless full batches of valid pairs, augmented.

    Args:
        data: The pairs.
        config: Batch size, seed and augmentation.
        outputs: Outputs of the trained model, each of which gets a target.
        first_epoch: Epoch to start at.
        faults: Filled with the reasons of rows found to hold nothing.
    """

    def transform(x: Example, y: Example, seed: Any) -> tuple[Example, Example]:
        row = y["row"]
        present = tf.fill(tf.shape(row), True)
        pairs = pair_index(row, present, present)
        return _augmented(x, seed, config), _targets(pairs, config, outputs)

    low, high = config.redshift_range
    return training_pairs(
        data.store,
        data.rows["train"],
        config.batch_size,
        seed=config.seed,
        first_epoch=first_epoch,
        transform=transform,
        columns=(),
        redshift_range=(low, high),
        faults=faults,
    )


def make_validation_batches(
    data: AstroclipData, config: AstroclipConfig, outputs: tuple[str, ...]
) -> tf.data.Dataset:
    """Valid pairs of the validation split in order, as they are.

    Args:
        data: The pairs.
        config: Batch size: the contrastive loss depends on it.
        outputs: Outputs of the trained model, each of which gets a target.
    """

    def transform(x: Example, y: Example) -> tuple[Example, Example]:
        pairs = pair_index(y["row"], y["image_valid"], y["spectrum_valid"])
        image = center_crop(x["image"], config.image_size)
        return {**x, "image": image}, _targets(pairs, config, outputs)

    return evaluation_pairs(
        data.store, data.valid["validation"], config.batch_size, transform=transform
    )


def _augmented(x: Example, seed: Any, config: AstroclipConfig) -> Example:
    if not config.augment:
        return {**x, "image": center_crop(x["image"], config.image_size)}
    seeds = tf.unstack(tf.random.split(seed, 2))
    image = augment_galaxies(
        x["image"],
        seeds[0],
        size=config.image_size,
        rotation=config.rotation,
        max_shift=config.max_shift,
        noise=config.image_noise,
    )
    flux, ivar = augment_spectra(
        x["flux"],
        x["ivar"],
        seeds[1],
        noise=config.spectrum_noise,
        losses=config.spectrum_losses,
    )
    return {"image": image, "flux": flux, "ivar": ivar}


def _targets(pairs: Any, config: AstroclipConfig, outputs: tuple[str, ...]) -> Example:
    """Pair index of each output; made-up redshifts are for a share of the rows."""
    rows = tf.math.ceil(config.shift_share * tf.cast(tf.size(pairs), "float32"))
    shape = (tf.cast(rows, "int32"), 1)
    # The cosine of no angle, and no error of the cosine that was expected.
    special = {SHIFTS: tf.ones(shape), CONFIDENCE_ERROR: tf.zeros(shape)}
    return {name: special.get(name, pairs) for name in outputs}
