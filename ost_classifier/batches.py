"""The batches of the OST classifier, read from the cache."""

from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

from mesa_keras.pipelines.augment import drop_values
from mesa_keras.pipelines.balance import balanced_weights
from mesa_keras.pipelines.dataset import Example, training_batches
from mesa_keras.pipelines.mixup import mix_up
from mesa_keras.pipelines.python_calls import python_call
from ost_classifier.config import OstConfig
from ost_classifier.data import OstData
from ost_classifier.frame_augment import augment_frames
from ost_classifier.trained_model import AUGMENTATION

Tensor: TypeAlias = Any

FEATURES = ("statistics", "header", "claim")


def make_training_batches(data: OstData, config: OstConfig, first_epoch: Any) -> Any:
    """Endless augmented batches of labelled frames.

    Args:
        data: Training frames.
        config: Batch size, seed, augmentation, sampling and what is hidden.
        first_epoch: Epoch to start at, or a variable that holds it.

    Returns:
        `tf.data.Dataset` of inputs and labels: one-hot, smoothed, mixed with MixUp.
        `AUGMENTATION` is among the inputs, which `trained_model` takes.
    """
    conservative = tf.constant(
        [name in config.aug_conservative for name in data.class_names]
    )

    def transform(x: Example, y: Example, seed: Tensor) -> tuple[Example, Tensor]:
        label = y["label"]
        seeds = tf.unstack(tf.random.split(seed, 3))
        inputs = _read(data, x["place"], config.batch_size)
        image, chance = augment_frames(
            _to_unit(inputs.pop("image")),
            label,
            seeds[0],
            conservative=conservative,
            config=config,
        )
        inputs, target = mix_up(
            {**inputs, "image": image, AUGMENTATION: chance},
            tf.one_hot(label, len(data.class_names)),
            seeds[1],
            config.mixup_alpha,
        )
        chance = inputs.pop(AUGMENTATION)
        shown = {**_hide(inputs, seeds[2], config), AUGMENTATION: chance}
        return shown, _smoothed(target, chance, config.label_smoothing)

    weights = None
    if config.balanced_sampling:
        weights = balanced_weights(data.label, config.balance_cap)
    return training_batches(
        {"place": data.row},
        {"label": data.label},
        config.batch_size,
        seed=config.seed,
        first_epoch=first_epoch,
        transform=transform,
        sampling_weights=weights,
    )


def make_validation_batches(data: OstData, config: OstConfig) -> Any:
    """Batches in order, every frame once with its header and once without.

    So the epoch that is kept is good at both.

    Args:
        data: Labelled frames.
        config: Batch size.

    Returns:
        `tf.data.Dataset` of inputs and one-hot labels.
    """
    place = np.concatenate([data.row, data.row])
    shown = np.repeat([True, False], len(data))
    label = np.concatenate([data.label, data.label])
    rows = tf.data.Dataset.from_tensor_slices((place, shown, label))

    def inputs(place: Tensor, shown: Tensor, label: Tensor) -> tuple[Example, Tensor]:
        x = _read(data, place, None)
        for name in ("header", "claim"):
            x[name] = tf.where(shown[:, None], x[name], float("nan"))
        target = tf.one_hot(label, len(data.class_names))
        return {**x, AUGMENTATION: tf.ones_like(target)}, target

    batches = rows.batch(max(config.batch_size, 32))
    return batches.map(inputs, num_parallel_calls=2).prefetch(tf.data.AUTOTUNE)


def _smoothed(target: Tensor, chance: Tensor, amount: float) -> Tensor:
    """Spreads a share of each label over the classes that the image can be of.

    In proportion to `chance`, so that it is even over the classes once the loss has
    taken the evidence of the augmentation out.
    """
    return (1 - amount) * target + amount * chance / tf.reduce_sum(
        chance, axis=1, keepdims=True
    )


def _read(data: OstData, places: Tensor, batch_size: int | None) -> Example:
    """Reads records of the cache inside the graph."""
    dtype = data.frames.dtype
    names = dtype.names or ()

    def records(rows: np.ndarray) -> list[np.ndarray]:
        found = data.frames.read(rows)
        return [np.ascontiguousarray(found[name]) for name in names]

    types = [tf.as_dtype(dtype[name].base) for name in names]
    arrays = tf.numpy_function(python_call(records), [places], types, stateful=False)
    for name, array in zip(names, arrays, strict=True):
        array.set_shape((batch_size, *dtype[name].shape))
    return dict(zip(names, arrays, strict=True))


def _scale(dtype: Any) -> float:
    return 255.0 if dtype == tf.uint8 else 1.0


def _to_unit(image: Tensor) -> Tensor:
    return tf.cast(image, "float32") / _scale(image.dtype)


def _hide(inputs: Example, seed: Tensor, config: OstConfig) -> Example:
    """Hides header, claims, image, statistics and single values at random.

    Of image and statistics one always stays: a frame of which nothing is known teaches
    nothing.
    """
    seeds = tf.unstack(tf.random.split(seed, 5))
    batch = tf.shape(inputs["statistics"])[0]
    draw = tf.random.stateless_uniform((3, batch), seeds[0])
    no_header = draw[0] < config.header_dropout
    no_claim = no_header | (draw[1] < config.claim_dropout)
    no_image = draw[2] < config.image_dropout
    no_statistics = draw[2] > 1 - config.statistics_dropout
    result = {}
    hidden = {"statistics": no_statistics, "header": no_header, "claim": no_claim}
    for name, name_seed in zip(FEATURES, seeds[1:4], strict=True):
        values = inputs[name]
        if name != "claim" and config.feature_dropout:
            values = drop_values(values, name_seed, config.feature_dropout)
        result[name] = tf.where(hidden[name][:, None], float("nan"), values)
    image = tf.where(no_image[:, None, None, None], 0.0, inputs["image"])
    if config.input_dtype == "uint8":
        result["image"] = tf.cast(tf.round(image * 255.0), "uint8")
    else:
        result["image"] = tf.cast(image, config.input_dtype)
    return result
