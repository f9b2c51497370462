"""Takes the weights of another frame model, and what must be alike for it."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from mesa_keras.training import Transfer, load_pretrained, open_model
from ost_classifier.config import OstConfig
from ost_classifier.model import ARCHITECTURE, decision_rule


def open_frame_model(path: str | Path) -> keras.Model:
    """Loads a frame model.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no frame model of this library.
    """
    model = open_model(path)
    try:
        recipe = (decision_rule(model).schema or {}).get("recipe")
    except ValueError:
        recipe = None
    if recipe != "ost":
        raise ValueError(f"{path} is no classifier of frames.")
    return model


def like_pretrained(
    config: OstConfig, source: keras.Model, given: Mapping[str, Any] | None = None
) -> OstConfig:
    """The configuration with the image size and the widths of a pretrained model.

    Args:
        config: Configuration to start from.
        source: Pretrained model.
        given: Values by field that somebody asked for, which stay.
    """
    found = (decision_rule(source).schema or {}).get("architecture", {})
    taken: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in found.items()
        if name in ARCHITECTURE and name not in (given or {})
    }
    return dataclasses.replace(config, **taken)


def take_weights(model: keras.Model, source: keras.Model, path: str | Path) -> Transfer:
    """Takes the weights that mean the same in both models.

    A feature branch is taken only if its columns are the same in the same order, and
    the last layer and the temperature only if the classes are. Thresholds and class
    rates are found anew; so is the temperature, where frames suffice to fit one.

    Args:
        model: Model of `build_model`.
        source: Pretrained model.
        path: Its file, for messages.

    Returns:
        What was taken and what was left, with reasons.

    Raises:
        ValueError: If nothing fits.
    """
    ours, theirs = decision_rule(model), decision_rule(source)
    here, there = ours.schema or {}, theirs.schema or {}
    exclude = {
        f"{ours.name}/{name}": "found anew by calibration"
        for name in ("thresholds", "abstain", "class_rates")
    }
    for name in ("statistics", "header", "claim"):
        if here.get(name) != there.get(name):
            exclude[f"{name}_branch"] = "the columns differ"
    if ours.class_names != theirs.class_names:
        exclude["logits/"] = "the classes differ"
        exclude[f"{ours.name}/temperature"] = "the classes differ"
    return load_pretrained(model, source, path, exclude)
