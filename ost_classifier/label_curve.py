"""How many labelled frames per class a pretrained model needs on one's own camera."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ost_classifier.config import OstConfig
from ost_classifier.data import OstData
from ost_classifier.fitted import Pretrained, fit_model, new_model
from ost_classifier.held_out import (
    PIXELS_ALONE,
    WITH_HEADER,
    measure,
    predict_logits,
)
from ost_classifier.model import decision_rule

# A handful of frames makes short epochs.
_LEAST_STEPS = 4


def label_curve(
    config: OstConfig,
    parts: Mapping[str, OstData],
    pretrained: Pretrained,
    counts: Sequence[int],
    state_path: Path,
) -> list[dict[str, float]]:
    """Fine-tunes with few labelled frames of each class, and measures on others.

    The frames to learn from are drawn out of the training part, with the seed of the
    configuration; more contain the fewer. All frames of validation and calibration are
    measured on: neither stops these trainings.

    Args:
        config: Training.
        parts: Frames by part of the split.
        pretrained: Model to start from.
        counts: Labelled frames per class, ascending; 0 is the model as it is, where its
            classes and its inputs are those of the data.
        state_path: File for the state of these trainings, removed in the end.

    Returns:
        A row per count: `frames per class`, `frames`, and the measures.
    """
    train = parts["train"]
    order = np.random.default_rng(config.seed).permutation(len(train))
    largest = np.bincount(train.label, minlength=len(train.class_names)).max()
    rows = []
    for count in counts:
        chosen = np.sort(_first_of_each(train.label[order], count))
        few = train.take(order[chosen])
        if count and len(few) < 2:
            continue
        if not count and not _takes(pretrained, train, config):
            continue
        row = _measured(config, parts, few, pretrained, state_path)
        rows.append({"frames per class": count, "frames": len(few), **row})
        if count >= largest:
            break
    state_path.unlink(missing_ok=True)
    return rows


def _takes(pretrained: Pretrained, data: OstData, config: OstConfig) -> bool:
    """Whether a pretrained model can be measured on the data as it is."""
    theirs = decision_rule(pretrained.model)
    ours = decision_rule(new_model(config, data.class_names))
    if theirs.class_names != ours.class_names:
        return False
    there, here = theirs.schema or {}, ours.schema or {}
    return all(
        there.get(name) == here.get(name)
        for name in ("frame", "statistics", "header", "claim")
    )


def _first_of_each(label: np.ndarray, count: int) -> np.ndarray:
    """Places of the first `count` entries of each value."""
    return np.concatenate(
        [np.flatnonzero(label == value)[:count] for value in np.unique(label)]
    )


def _measured(
    config: OstConfig,
    parts: Mapping[str, OstData],
    few: OstData,
    pretrained: Pretrained,
    state_path: Path,
) -> dict[str, float]:
    if len(few):
        config = dataclasses.replace(
            config, batch_size=min(config.batch_size, len(few)), patience=config.epochs
        )
        model = fit_model(
            config,
            {"train": few, "validation": few},
            state_path,
            pretrained=pretrained,
            least_steps=_LEAST_STEPS,
        ).model
    else:
        model = pretrained.model
    found = [
        predict_logits(model, parts[name]) for name in ("validation", "calibration")
    ]
    held_out = type(found[0])(*(np.concatenate(pair) for pair in zip(*found)))  # noqa: B905
    labels = np.concatenate([parts[n].label for n in ("validation", "calibration")])
    measured = measure(model, held_out, labels)
    return {
        f"{name} {verdict}": measured[verdict][name]
        for name in ("accuracy", "macro_f1")
        for verdict in (WITH_HEADER, PIXELS_ALONE)
    }
