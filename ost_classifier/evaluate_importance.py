"""Which features a model leans on: by gradients, and by permutation."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from mesa_keras.evaluation import softmax
from ost_classifier.evaluate_frames import EvaluatedFrames
from ost_classifier.model import normalizations
from ost_classifier.predict import FEATURE_NAMES, FrameClassifier

_BATCH = 1024
# Below this slope a feature stands at the end of its range.
_FLAT = 1e-12


def gradient_importance(
    classifier: FrameClassifier, evaluated: EvaluatedFrames
) -> dict[str, float]:
    """Returns how much a feature moves the logit of the class decided, by name.

    The mean over frames of `|d logit / d t|` times the standard deviation of `t`, the
    feature as the model normalizes it. It says what small changes do at the frames as
    they are, and nothing of what the model would do without the feature; what is
    missing has no gradient.

    Args:
        classifier: The model.
        evaluated: Frames and the network's outputs.
    """
    scales = normalizations(classifier.predictor.model)
    slopes: dict[str, list[np.ndarray]] = {name: [] for name in FEATURE_NAMES}
    values: dict[str, list[np.ndarray]] = {name: [] for name in FEATURE_NAMES}
    for first in range(0, len(evaluated), _BATCH):
        rows = slice(first, first + _BATCH)
        features = {name: x[rows] for name, x in evaluated.features.items()}
        raw = _slopes(classifier, evaluated.embedding[rows], features)
        for name, x in features.items():
            scaled, stretch = _normalized(scales.get(name), x)
            # The logit's slope in t is that in x over that of t in x.
            steep = np.abs(stretch) > _FLAT
            slope = np.divide(raw[name], stretch, out=np.zeros_like(x), where=steep)
            slopes[name].append(slope)
            values[name].append(np.where(np.isnan(x), np.nan, scaled))
    found = {}
    for name, parts in slopes.items():
        mean = np.abs(np.concatenate(parts)).mean(axis=0)
        spread = _spread(np.concatenate(values[name]))
        for column, value in zip(
            classifier.feature_names[name], mean * spread, strict=True
        ):
            found[f"{name}.{column}"] = float(value)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def permutation_importance(
    classifier: FrameClassifier,
    evaluated: EvaluatedFrames,
    temperature: float = 1.0,
    *,
    max_frames: int = 2000,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Returns what is lost when a feature's values are dealt out anew, by name.

    Args:
        classifier: The model.
        evaluated: Frames and the network's outputs; those of a class are used.
        temperature: Divisor of the logits.
        max_frames: Most frames, drawn at random, that are used.
        seed: Seed of the draws.

    Returns:
        `accuracy_drop` and `log_loss_rise`, the most important first, of each feature
        (`header.exposure`), of each whole input (`header`), and of the `image`. Where
        two features say the same, each of them alone may be spared.

    References:
        Breiman (2001), Machine Learning 45, 5, section 10.
    """
    rng = np.random.default_rng(seed)
    rows = evaluated.known
    if not rows.size:
        return {}
    used = evaluated.take(rng.permutation(rows)[:max_frames])
    reference = _scores(classifier, used, used.embedding, used.features, temperature)

    def lost(embedding: np.ndarray, features: Mapping[str, np.ndarray]) -> dict:
        accuracy, loss = _scores(classifier, used, embedding, features, temperature)
        return {
            "accuracy_drop": reference[0] - accuracy,
            "log_loss_rise": loss - reference[1],
        }

    found = {"image": lost(rng.permutation(used.embedding), used.features)}
    for name, values in used.features.items():
        found[name] = lost(
            used.embedding, {**used.features, name: rng.permutation(values)}
        )
        for k, column in enumerate(classifier.feature_names[name]):
            if np.isnan(values[:, k]).all():
                continue
            dealt = values.copy()
            dealt[:, k] = rng.permutation(values[:, k])
            found[f"{name}.{column}"] = lost(
                used.embedding, {**used.features, name: dealt}
            )
    order = sorted(found, key=lambda name: -found[name]["log_loss_rise"])
    return {name: found[name] for name in order}


def _slopes(
    classifier: FrameClassifier,
    embedding: np.ndarray,
    features: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Gradients of the highest logit with respect to each feature."""
    tensors = {name: tf.constant(features[name]) for name in FEATURE_NAMES}
    with tf.GradientTape() as tape:
        tape.watch(list(tensors.values()))
        shown = [tf.constant(embedding), *tensors.values()]
        logits = classifier.head_model(shown, training=False)
        highest = tf.reduce_sum(tf.reduce_max(logits, axis=-1))
    gradients: dict[str, Any] = tape.gradient(highest, tensors)
    return {
        name: np.zeros_like(features[name])
        if gradient is None
        else np.nan_to_num(np.asarray(gradient))
        for name, gradient in gradients.items()
    }


def _normalized(layer: Any, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values as the model normalizes them, and the slope of that, value by value."""
    if layer is None:
        return values, np.ones_like(values)
    x = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(x)
        scaled, _ = layer(x)
        total = tf.reduce_sum(scaled)
    return np.asarray(scaled), np.nan_to_num(np.asarray(tape.gradient(total, x)))


def _spread(values: np.ndarray) -> np.ndarray:
    """Standard deviation of the values that are there, 0 where there are none."""
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values, 0.0).astype(np.float64)
    mean = filled.sum(axis=0) / count
    return np.asarray(
        np.sqrt((np.where(known, filled - mean, 0.0) ** 2).sum(axis=0) / count)
    )


def _scores(
    classifier: FrameClassifier,
    used: EvaluatedFrames,
    embedding: np.ndarray,
    features: Mapping[str, np.ndarray],
    temperature: float,
) -> tuple[float, float]:
    """Accuracy of the most probable class, and log-loss."""
    logits = np.concatenate(
        [
            classifier.head(
                embedding[first : first + _BATCH],
                {name: x[first : first + _BATCH] for name, x in features.items()},
            )
            for first in range(0, len(used), _BATCH)
        ]
    )
    probabilities = softmax(logits, temperature)
    of_truth = probabilities[np.arange(len(used)), used.label]
    accuracy = float((probabilities.argmax(axis=1) == used.label).mean())
    return accuracy, float(-np.log(np.maximum(of_truth, 1e-15)).mean())
