"""Takes the weights of another MESA model."""

from pathlib import Path

import keras

from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.training import Transfer, load_pretrained, open_model

_MODALITIES = ("views", "planet_features", "stellar_features")


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
    here, there = ours.schema or {}, theirs.schema or {}
    exclude = {f"{ours.name}/": "found anew by calibration"}
    changed = {
        f"{branch}_branch": "the columns differ"
        for branch in ("planet", "stellar")
        if here.get(f"{branch}_features") != there.get(f"{branch}_features")
    }
    # What joins the modalities means something else where one is missing.
    if [bool(here.get(name)) for name in _MODALITIES] != [
        bool(there.get(name)) for name in _MODALITIES
    ]:
        changed["classifier_hidden"] = "the modalities differ"
        changed["physics_projection"] = "the modalities differ"
    if ours.class_names != theirs.class_names:
        changed["logits"] = "the classes differ"
    for layer in model.layers:
        for name, reason in changed.items():
            if layer.name.endswith(name):
                exclude[layer.name] = reason
    return load_pretrained(model, source, path, exclude)
