"""The MESA model: an encoder per modality, an alignment, a classifier on all."""

from collections.abc import Mapping, Sequence

import keras

from mesa_keras.layers import DecisionRule
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.input_schema import input_schema
from mesa_keras.recipes.mesa.modalities import modalities, presence
from mesa_keras.recipes.mesa.towers import (
    classify,
    encode,
    join_encodings,
    join_logits,
    model_inputs,
    tower_prefix,
    with_statistics,
)
from mesa_keras.training import Transfer

ENCODERS = ("light_curve_branch", "planet_branch", "stellar_branch")


def build_model(
    config: MesaConfig,
    *,
    planet_columns: Sequence[str],
    stellar_columns: Sequence[str],
    view_steps: Mapping[str, int],
    view_convention: str | None = None,
    light_curve_source: str | None = None,
) -> keras.Model:
    """Builds the model, not yet compiled.

    With several towers, whole networks of the same build stand side by side. They start
    from different weights and each learns to classify on its own; the probability is
    the mean of theirs, which is better and better calibrated than any one's.

    Args:
        config: Widths, rates and losses.
        planet_columns: Columns of the input `planet_features`; may be empty.
        stellar_columns: Columns of the input `stellar_features`; may be empty.
        view_steps: Number of bins per light-curve view; may be empty.
        view_convention: Normalization of the views, kept in the model file.
        light_curve_source: Where the light curves to learn from come from, kept too.

    Returns:
        Model from `planet_features`, `stellar_features` and the views, NaN = missing,
        to a dictionary of `logits` (batch, classes); `probabilities`, `decision` and
        `score` of `DecisionRule`; `embedding`, the classifier's input; where there
        are views and features, `alignment` (batch, 2, dim), unit vectors of the light
        curve and of the physics; `scaled_alignment` where the temperature is
        learnable; and `tower_logits` (batch, towers, classes) of several towers.
    """
    inputs = model_inputs(planet_columns, stellar_columns, view_steps)
    numbers = with_statistics(config, inputs, view_steps)
    columns = {"planet": planet_columns, "stellar": stellar_columns}
    towers, logits = [], []
    for i in range(config.num_towers):
        prefix = tower_prefix(i)
        tower = encode(config, numbers, columns, view_steps, prefix)
        towers.append(tower)
        logits.append(classify(config, tower["embedding"], len(config.labels), prefix))
    outputs = {**join_encodings(config, towers), **join_logits(logits)}
    schema = input_schema(
        planet_columns,
        stellar_columns,
        config.derived_features,
        view_steps,
        view_convention,
        light_curve_source,
    )
    parts = tuple(modalities(inputs))
    rule = DecisionRule(
        config.labels,
        schema,
        parts if parts[1:] else (),
        name="decision_rule",
    )
    outputs |= rule(outputs["logits"], presence(inputs) if parts[1:] else None)
    return keras.Model(inputs, outputs, name="mesa")


def freeze_encoders(model: keras.Model, transfer: Transfer | None = None) -> None:
    """Freezes the three encoders; projections and classifier stay trainable.

    Args:
        model: Model of `build_model`.
        transfer: What was taken from a pretrained model, to make sure that no encoder
            is frozen as it started.

    Raises:
        ValueError: If weights of an encoder were not taken.
    """
    for layer in model.layers:
        if not layer.name.endswith(ENCODERS):
            continue
        for path, reason in (transfer.left if transfer else {}).items():
            if path.startswith(layer.name):
                raise ValueError(
                    "`freeze_backbone` needs pretrained weights for every encoder. "
                    f"Received: {path} was not taken ({reason})"
                )
        layer.trainable = False


def decision_rule(model: keras.Model) -> DecisionRule:
    """The layer that holds temperature, thresholds and the names of the inputs.

    Raises:
        ValueError: If the model has none.
    """
    for layer in model.layers:
        if isinstance(layer, DecisionRule):
            return layer
    raise ValueError(
        f"The model must have a `DecisionRule` layer. Received: model={model.name!r}"
    )
