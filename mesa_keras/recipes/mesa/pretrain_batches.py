"""The batches of the pretraining stages."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mesa_keras.branches.light_curve import steps_of_patch
from mesa_keras.pipelines.dataset import Example, evaluation_batches, training_batches
from mesa_keras.pipelines.masking import mask_patches
from mesa_keras.recipes.mesa.batches import disturb, pairs
from mesa_keras.recipes.mesa.pretrain_config import PretrainConfig
from mesa_keras.recipes.mesa.pretrain_data import Mixture
from mesa_keras.recipes.mesa.pretrain_trained_model import REBUILT

_ALIGNMENTS = ("alignment", "scaled_alignment")


def masked_training_batches(
    mixture: Mixture, config: PretrainConfig, outputs: Sequence[str], first_epoch: Any
) -> Any:
    """Endless augmented batches with parts hidden; labels are not in them.

    Args:
        mixture: Training events.
        config: Batch size, seed, augmentation and masking.
        outputs: Outputs of the trained model, each of which gets a target.
        first_epoch: Epoch to start at.

    Returns:
        `tf.data.Dataset` of `(inputs, targets)`.
    """
    views = tuple(mixture.data.views)

    def transform(x: Example, y: Example, seed: Any) -> tuple[Example, Example]:
        import tensorflow as tf

        seeds = tf.unstack(tf.random.split(seed, 2))
        x = disturb(x, seeds[0], config, mixture.data)
        return _hide(x, y["star"], seeds[1], config, views, outputs)

    return training_batches(
        mixture.data.inputs(),
        {"star": mixture.star},
        config.batch_size,
        seed=config.seed,
        first_epoch=first_epoch,
        transform=transform,
    )


def masked_validation_batches(
    mixture: Mixture, config: PretrainConfig, outputs: Sequence[str]
) -> Any:
    """Batches in order with the same parts hidden each time, without augmentation.

    Args:
        mixture: Events that are not trained on.
        config: Batch size, seed and masking.
        outputs: Outputs of the trained model.
    """
    import tensorflow as tf

    views = tuple(mixture.data.views)
    base = tf.constant([config.seed, 1], "int64")
    batches = evaluation_batches(
        mixture.data.inputs(), {"star": mixture.star}, config.batch_size
    )
    return batches.enumerate().map(
        lambda i, xy: _hide(
            xy[0], xy[1]["star"], tf.random.fold_in(base, i), config, views, outputs
        )
    )


def joint_training_batches(
    mixture: Mixture,
    classes: Mapping[str, Sequence[str]],
    config: PretrainConfig,
    outputs: Sequence[str],
    first_epoch: Any,
) -> Any:
    """Endless augmented batches of events with a label of one set each.

    Args:
        mixture: Training events of the sets of `classes`, in that order.
        classes: Class names by set.
        config: Batch size, seed, augmentation and mixing.
        outputs: Outputs of the trained model, each of which gets a target.
        first_epoch: Epoch to start at.

    Returns:
        `tf.data.Dataset` of `(inputs, targets)`.
    """
    views = tuple(mixture.data.views)

    def transform(x: Example, y: Example, seed: Any) -> tuple[Example, Example]:
        x = disturb(x, seed, config, mixture.data)
        return x, _joint_targets(x, y, classes, config.label_smoothing, views, outputs)

    return training_batches(
        mixture.data.inputs(),
        _known(mixture),
        config.batch_size,
        seed=config.seed,
        first_epoch=first_epoch,
        transform=transform,
        sampling_weights=row_weights(mixture, config),
    )


def joint_validation_batches(
    mixture: Mixture,
    classes: Mapping[str, Sequence[str]],
    config: PretrainConfig,
    outputs: Sequence[str],
) -> Any:
    """Batches in order with the targets of the trained model, without augmentation."""
    views = tuple(mixture.data.views)
    batches = evaluation_batches(
        mixture.data.inputs(), _known(mixture), config.batch_size
    )
    smoothing = config.label_smoothing
    return batches.map(
        lambda x, y: (x, _joint_targets(x, y, classes, smoothing, views, outputs))
    )


def row_weights(mixture: Mixture, config: PretrainConfig) -> np.ndarray | None:
    """Returns how often each row is drawn against others; `None` for all alike.

    The sets take the shares of `mixing`, and inside a set, where classes are balanced
    by sampling, all classes the same.
    """
    shares = config.shares()
    balanced = config.class_balance == "balanced_sampling"
    if not shares and not balanced:
        return None
    label = mixture.data.known_label()
    weights = np.zeros(len(mixture))
    for k, name in enumerate(mixture.set_names):
        rows = np.flatnonzero(mixture.set_index == k)
        inside = np.ones(len(rows))
        if balanced:
            counts = np.bincount(label[rows])
            inside = 1.0 / counts[label[rows]]
        share = shares.get(name, 1.0) if shares else len(rows)
        weights[rows] = share * inside / inside.sum()
    return weights


def _known(mixture: Mixture) -> dict[str, np.ndarray]:
    return {
        "star": mixture.star,
        "set": mixture.set_index,
        "label": np.asarray(mixture.data.known_label(), dtype=np.int32),
    }


def _hide(
    x: Example,
    star: Any,
    seed: Any,
    config: PretrainConfig,
    views: tuple[str, ...],
    outputs: Sequence[str],
) -> tuple[Example, Example]:
    """Hides parts of the light curves, and makes targets of them."""
    shown, asked = mask_patches(
        {name: x[name] for name in views},
        {name: steps_of_patch(x[name].shape[1], config.patch_size) for name in views},
        seed,
        share=config.mask_share,
        view_share=config.view_dropout,
    )
    x = {**x, **shown}
    # The same event may stand in two sets: it is no negative of itself.
    targets = {f"{name}{REBUILT}": asked[name][:, None] for name in views}
    targets |= dict.fromkeys(_ALIGNMENTS, pairs(star, x, views))
    return x, {name: targets[name] for name in outputs}


def _joint_targets(
    x: Example,
    y: Example,
    classes: Mapping[str, Sequence[str]],
    smoothing: float,
    views: tuple[str, ...],
    outputs: Sequence[str],
) -> Example:
    import tensorflow as tf

    targets = dict.fromkeys(_ALIGNMENTS, pairs(y["star"], x, views))
    for k, (name, names) in enumerate(classes.items()):
        label = tf.where(y["set"] == k, y["label"], -1)
        known = tf.cast(label >= 0, "float32")[:, None]
        # All zeros where the label is of another set: that loss is 0.
        share = tf.one_hot(label, len(names)) * (1 - smoothing)
        share += known * smoothing / len(names)
        targets[f"{name}_tower_logits"] = share[:, None]
        targets[f"{name}_logits"] = label
    return {name: targets[name] for name in outputs}
