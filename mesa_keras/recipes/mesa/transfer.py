"""Takes the weights of another MESA model."""

from pathlib import Path

import keras

from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.training import Transfer, load_pretrained, open_model


def take_weights(model: keras.Model, path: str | Path) -> Transfer:
    """Takes the weights that mean the same in both models.

    A feature branch is taken only if its columns are the same in the same order, and
    the last layer only if the classes are; temperature and thresholds are found anew.

    Args:
        model: Model of `build_model`.
        path: Saved model of any recipe of this library.

    Returns:
        What was taken and what was left, with reasons.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no model, or nothing fits.
    """
    source = open_model(path)
    ours, theirs = decision_rule(model), decision_rule(source)
    exclude = {f"{ours.name}/": "found anew by calibration"}
    if ours.class_names != theirs.class_names:
        for name in ("logits/", "member_logits/"):
            exclude[name] = "the classes differ"
    for branch in ("planet", "stellar"):
        key = f"{branch}_features"
        if (ours.schema or {}).get(key) != (theirs.schema or {}).get(key):
            exclude[f"{branch}_branch"] = "the columns differ"
    return load_pretrained(model, source, path, exclude)
