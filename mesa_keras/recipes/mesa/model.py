"""The MESA model: an encoder per modality, an alignment, a classifier on all."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers, ops

from mesa_keras.branches import feature_mlp, light_curve_transformer, projection_head
from mesa_keras.layers import (
    ContrastiveScale,
    DecisionRule,
    FastDropout,
    SeriesStatistics,
)
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.modalities import modalities, presence
from mesa_keras.training import Transfer

ENCODERS = ("light_curve_branch", "planet_branch", "stellar_branch")
# Spread over orders of magnitude; the others are normalized as they are.
LOG_COLUMNS = frozenset(
    {
        "period",
        "depth",
        "planet_radius",
        "duration",
        "model_snr",
        "equilibrium_temp",
        "insolation",
        "stellar_radius",
        "stellar_mass",
        "expected_duration",
        "duration_ratio",
        "depth_radius",
        "radius_ratio",
        "derived_insolation",
    }
)


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
    inputs = {view: keras.Input((n,), name=view) for view, n in view_steps.items()}
    for name, columns in (
        ("planet_features", planet_columns),
        ("stellar_features", stellar_columns),
    ):
        if columns:
            inputs[name] = keras.Input((len(columns),), name=name)
    # Measured once for all towers.
    numbers = {
        f"{view}_statistics": SeriesStatistics(name=f"{view}_statistics")(inputs[view])
        for view in view_steps
        if config.view_statistics
    }
    towers = [
        _tower(
            config,
            {**inputs, **numbers},
            {"planet": planet_columns, "stellar": stellar_columns},
            view_steps,
            f"tower_{i}_" if i else "",
        )
        for i in range(config.num_towers)
    ]
    outputs = _together(config, towers)
    schema = {
        "recipe": "mesa",
        "planet_features": list(planet_columns),
        "stellar_features": list(stellar_columns),
        "derived_features": config.derived_features,
        "views": dict(view_steps),
        "view_convention": view_convention,
        "light_curve_source": light_curve_source,
    }
    parts = tuple(modalities(inputs))
    rule = DecisionRule(
        config.labels,
        schema,
        parts if parts[1:] else (),
        name="decision_rule",
    )
    outputs |= rule(outputs["logits"], presence(inputs) if parts[1:] else None)
    return keras.Model(inputs, outputs, name="mesa")


def _tower(
    config: MesaConfig,
    inputs: Mapping[str, Any],
    columns: Mapping[str, Sequence[str]],
    view_steps: Mapping[str, int],
    prefix: str,
) -> dict[str, Any]:
    """One whole network: `embedding`, `logits`, and `alignment` where it can be."""
    encoded = {}
    if view_steps:
        branch = light_curve_transformer(
            view_steps,
            patch_size=config.patch_size,
            hidden_dim=config.d_model,
            num_layers=config.num_layers,
            num_heads=config.nhead,
            mlp_dim=config.mlp_dim,
            dropout=config.dropout,
            stem=config.stem,
            statistics=config.view_statistics,
            measured=config.view_statistics,
            name=f"{prefix}light_curve_branch",
        )
        encoded["light_curve"] = branch({name: inputs[name] for name in branch.input})
    for name, names in columns.items():
        if names:
            branch = _feature_branch(config, f"{prefix}{name}_branch", names)
            encoded[name] = branch(inputs[f"{name}_features"])
    x = _join(f"{prefix}embedding", list(encoded.values()))
    tower = {"embedding": x}
    physics = [encoded[name] for name in columns if name in encoded]
    if view_steps and physics:
        views = (encoded["light_curve"], _join(f"{prefix}physics", physics))
        tower["alignment"] = _align(config, views, prefix)
    x = FastDropout(config.dropout, name=f"{prefix}classifier_input_dropout")(x)
    x = layers.Dense(
        config.classifier_dim, activation="relu", name=f"{prefix}classifier_hidden"
    )(x)
    x = FastDropout(config.dropout, name=f"{prefix}classifier_dropout")(x)
    tower["logits"] = layers.Dense(len(config.labels), name=f"{prefix}logits")(x)
    return tower


def _together(config: MesaConfig, towers: list[dict[str, Any]]) -> dict[str, Any]:
    """Joins the towers: mean probability, and one vector per view."""
    outputs = dict(towers[0])
    if towers[1:]:
        x = ops.stack([tower["logits"] for tower in towers], axis=1)
        outputs["tower_logits"] = x
        outputs["logits"] = ops.logsumexp(ops.log_softmax(x, axis=-1), axis=1)
        for name in towers[0].keys() - {"logits"}:
            outputs[name] = _join(f"all_{name}", [tower[name] for tower in towers])
        if "alignment" in outputs:
            # Unit vectors side by side have the length sqrt(towers).
            outputs["alignment"] = outputs["alignment"] / len(towers) ** 0.5
    sigmoid = config.contrastive_loss == "sigmoid"
    if "alignment" in outputs and (config.temperature == "learnable" or sigmoid):
        # Starting values of the papers: CLIP, and SigLIP eq. 1.
        outputs["scaled_alignment"] = ContrastiveScale(
            initial_scale=10.0 if sigmoid else 1 / 0.07,
            initial_bias=-10.0 if sigmoid else 0.0,
            name="contrastive_scale",
        )(outputs["alignment"])
    return outputs


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


def _feature_branch(
    config: MesaConfig, name: str, columns: Sequence[str]
) -> keras.Model:
    if config.feature_transform == "quantile":
        transforms = dict.fromkeys(columns, "quantile")
    else:
        transforms = {c: "log10" for c in columns if c in LOG_COLUMNS}
    return feature_mlp(
        columns,
        transforms=transforms,
        embedding_dim=config.feature_embedding_dim or None,
        hidden_dims=(config.feature_dim,),
        output_dim=config.d_model,
        dropout=config.dropout,
        name=name,
    )


def _join(name: str, parts: list[Any]) -> Any:
    return layers.Concatenate(axis=-1, name=name)(parts) if parts[1:] else parts[0]


def _align(config: MesaConfig, views: tuple[Any, Any], prefix: str) -> Any:
    """Unit vectors of both views, `(batch, 2, dim)`."""
    projected = [
        projection_head(
            x.shape[-1],
            hidden_dim=config.projection_dim,
            output_dim=config.projection_dim,
            name=f"{prefix}{name}_projection",
        )(x)
        for name, x in zip(("light_curve", "physics"), views, strict=True)
    ]
    return ops.stack(projected, axis=1)
