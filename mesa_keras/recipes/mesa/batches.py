"""The training batches of the MESA recipe."""

from typing import Any

import numpy as np

from mesa_keras.pipelines.augment import (
    augment_views,
    drop_modalities,
    drop_together,
    drop_values,
)
from mesa_keras.pipelines.dataset import (
    Example,
    evaluation_batches,
    training_batches,
)
from mesa_keras.pipelines.pair_index import is_present, pair_index
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.modalities import FEATURES, modalities
from mesa_keras.recipes.mesa.star_events import STAR_EVENT_COLUMNS


def make_training_batches(
    data: MesaData, config: MesaConfig, outputs: tuple[str, ...], first_epoch: int
) -> Any:
    """Endless augmented batches of labelled candidates.

    Args:
        data: Training candidates.
        config: Batch size, seed, augmentation and sampling.
        outputs: Outputs of the trained model, each of which gets a target.
        first_epoch: Epoch to start at.

    Returns:
        `tf.data.Dataset` of `(inputs, targets)`.
    """
    views, classes = tuple(data.views), len(data.class_names)

    def transform(x: Example, y: Example, seed: Any) -> tuple[Example, Example]:
        x = disturb(x, seed, config, data)
        row = y.pop("row")
        return x, _targets(y["label"], pairs(row, x, views), outputs, classes)

    return training_batches(
        data.inputs(),
        {"label": data.known_label()},
        config.batch_size,
        seed=config.seed,
        first_epoch=first_epoch,
        transform=transform,
        sampling_weights=_sampling_weights(data, config),
    )


def make_evaluation_batches(
    data: MesaData, config: MesaConfig, outputs: tuple[str, ...]
) -> Any:
    """Batches in order with the targets of the trained model, without augmentation.

    Args:
        data: Labelled candidates.
        config: Batch size: the contrastive loss depends on it.
        outputs: Outputs of the trained model.

    Returns:
        `tf.data.Dataset` of `(inputs, targets)`.
    """
    views, classes = tuple(data.views), len(data.class_names)
    rows = np.arange(len(data), dtype="int32")
    batches = evaluation_batches(
        data.inputs(), {"label": data.known_label(), "row": rows}, config.batch_size
    )
    return batches.map(
        lambda x, y: (
            x,
            _targets(y["label"], pairs(y["row"], x, views), outputs, classes),
        )
    )


def disturb(x: Example, seed: Any, config: MesaConfig, data: MesaData) -> Example:
    """Augments light curves, and hides single features and whole modalities.

    What else was found on a star is not known of an object that comes alone, so that
    all of that is hidden at once.

    Args:
        x: Inputs of a batch by name.
        seed: Integer tensor of shape `(2,)`.
        config: What is done, and how much of it.
        data: What the batch is of.
    """
    import tensorflow as tf

    views = tuple(data.views)
    x, features, groups = (
        dict(x),
        [name for name in FEATURES if name in x],
        modalities(x),
    )
    seeds = tf.unstack(tf.random.split(seed, 2 + len(features)))
    if config.augment and views:
        x |= augment_views(
            {name: x[name] for name in views},
            seeds[0],
            max_shift=config.max_shift,
            noise=config.noise,
            scaling=config.scaling,
            reversal=config.reversal,
        )
    if config.feature_dropout:
        for name, feature_seed in zip(features, seeds[2:], strict=True):
            x[name] = drop_values(x[name], feature_seed, config.feature_dropout)
    counts = [
        place
        for place, name in enumerate(data.planet_columns)
        if name in STAR_EVENT_COLUMNS
    ]
    if config.star_event_dropout and counts:
        x["planet_features"] = drop_together(
            x["planet_features"],
            tf.random.fold_in(seed, len(seeds)),
            config.star_event_dropout,
            counts,
        )
    if config.modality_dropout and len(groups) > 1:
        x = drop_modalities(groups, x, seeds[1], config.modality_dropout)
    return x


def pairs(row: Any, x: Example, views: tuple[str, ...]) -> Any:
    """Pair index of light curve and physics, for the contrastive losses.

    Args:
        row: Identity of each row's object, integers `(batch,)`.
        x: Inputs of the batch by name.
        views: Which inputs are light curves.
    """
    import tensorflow as tf

    features = [name for name in FEATURES if name in x]
    if not views or not features:
        return tf.fill(tf.shape(row), -1)
    has_curve, has_physics = (
        tf.reduce_any([is_present(x[name]) for name in names], axis=0)
        for names in (views, features)
    )
    return pair_index(row, has_curve, has_physics)


def _targets(
    label: Any, pairs: Any, outputs: tuple[str, ...], num_classes: int
) -> Example:
    import tensorflow as tf

    targets = {
        "alignment": pairs,
        "scaled_alignment": pairs,
        "logits": label,
        # Every tower learns from the same label.
        "tower_logits": tf.one_hot(label, num_classes)[:, None],
    }
    return {name: targets[name] for name in outputs}


def _sampling_weights(data: MesaData, config: MesaConfig) -> np.ndarray | None:
    if config.class_balance != "balanced_sampling":
        return None
    label = data.known_label()
    counts = np.bincount(label, minlength=len(data.class_names))
    return np.asarray(1.0 / counts[label])
