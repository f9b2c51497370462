"""The training batches of the MESA recipe."""

from typing import Any

import numpy as np

from mesa_keras.pipelines.augment import augment_views, drop_modalities, drop_values
from mesa_keras.pipelines.dataset import (
    Example,
    evaluation_batches,
    training_batches,
)
from mesa_keras.pipelines.pair_index import is_present, pair_index
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.modalities import FEATURES, modalities


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
    import tensorflow as tf

    views, classes = tuple(data.views), len(data.class_names)
    features = tuple(name for name in FEATURES if name in data.inputs())
    groups = modalities(data.inputs())

    def transform(x: Example, y: Example, seed: Any) -> tuple[Example, Example]:
        seeds = tf.unstack(tf.random.split(seed, 2 + len(features)))
        if config.augment and views:
            curves = {name: x[name] for name in views}
            x |= augment_views(
                curves,
                seeds[0],
                max_shift=config.max_shift,
                noise=config.noise,
                scaling=config.scaling,
                reversal=config.reversal,
            )
        if config.feature_dropout:
            for name, feature_seed in zip(features, seeds[2:], strict=True):
                x[name] = drop_values(x[name], feature_seed, config.feature_dropout)
        if config.modality_dropout and len(groups) > 1:
            x = drop_modalities(groups, x, seeds[1], config.modality_dropout)
        row = y.pop("row")
        return x, _targets(
            y["label"], _pairs(row, x, views, features), outputs, classes
        )

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
    features = tuple(name for name in FEATURES if name in data.inputs())
    rows = np.arange(len(data), dtype="int32")
    batches = evaluation_batches(
        data.inputs(), {"label": data.known_label(), "row": rows}, config.batch_size
    )
    return batches.map(
        lambda x, y: (
            x,
            _targets(
                y["label"], _pairs(y["row"], x, views, features), outputs, classes
            ),
        )
    )


def _pairs(
    row: Any, x: Example, views: tuple[str, ...], features: tuple[str, ...]
) -> Any:
    """Pair index of light curve and physics."""
    import tensorflow as tf

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
