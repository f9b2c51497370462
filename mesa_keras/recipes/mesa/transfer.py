"""Takes the weights of another MESA model."""

from pathlib import Path
from typing import Any

import keras

from mesa_keras.layers import DecisionRule, UnitPairs
from mesa_keras.training import Transfer, load_pretrained, open_model

_MODALITIES = ("views", "planet_features", "stellar_features")


def take_weights(model: keras.Model, path: str | Path) -> Transfer:
    """Takes the weights that mean the same in both models.

    A feature branch is taken only if its columns are the same in the same order, that
    of the light curve only if the views follow the same convention, and the last layer
    only if the classes are the same; temperature and thresholds are found anew.

    Args:
        model: Model of `build_model` or of `build_pretraining_model`.
        path: Saved model of this recipe, or one of another that shares weights.

    Returns:
        What was taken and what was left, with reasons.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no model of this library, or nothing fits.
    """
    source = open_model(path)
    here, classes = _described(model)
    there, their_classes = _described(source)
    changed = {
        f"{branch}_branch": "the columns differ"
        for branch in ("planet", "stellar")
        if here.get(f"{branch}_features") != there.get(f"{branch}_features")
    }
    conventions = {x.get("view_convention") for x in (here, there)} - {None}
    if len(conventions) > 1:
        changed["light_curve_branch"] = "the convention of the views differs"
    # What joins the modalities means something else where one is missing.
    if [bool(here.get(name)) for name in _MODALITIES] != [
        bool(there.get(name)) for name in _MODALITIES
    ]:
        changed["classifier_hidden"] = "the modalities differ"
        changed["physics_projection"] = "the modalities differ"
    if classes != their_classes:
        changed["logits"] = "the classes differ"
    exclude = {}
    for layer in model.layers:
        if isinstance(layer, DecisionRule):
            exclude[f"{layer.name}/"] = "found anew by calibration"
        for name, reason in changed.items():
            if layer.name.endswith(name):
                exclude[layer.name] = reason
    return load_pretrained(model, source, path, exclude)


def _described(model: keras.Model) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the inputs of a model are, and its classes; none of a pretrained one.

    Raises:
        ValueError: If the model says nothing of it.
    """
    for layer in model.layers:
        if isinstance(layer, DecisionRule):
            return layer.schema or {}, layer.class_names
    for layer in model.layers:
        if isinstance(layer, UnitPairs) and layer.schema:
            return layer.schema, ()
    raise ValueError(
        "The model must have a `DecisionRule` layer, or be one of "
        f"`python -m cli.pretrain_mesa`. Received: model={model.name!r}"
    )
