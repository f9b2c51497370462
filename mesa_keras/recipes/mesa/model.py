"""The MESA model: an encoder per modality, an alignment, a classifier on all."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers, ops

from mesa_keras.branches import feature_mlp, light_curve_transformer, projection_head
from mesa_keras.layers import (
    ContrastiveScale,
    DecisionRule,
    EnsembleDense,
    FastDropout,
)
from mesa_keras.recipes.mesa.config import MesaConfig

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
        learnable; and `member_logits` (batch, members, classes) of an ensemble.
    """
    inputs: dict[str, Any] = {}
    encoded: dict[str, Any] = {}
    if view_steps:
        branch = light_curve_transformer(
            view_steps,
            patch_size=config.patch_size,
            hidden_dim=config.d_model,
            num_layers=config.num_layers,
            num_heads=config.nhead,
            mlp_dim=config.mlp_dim,
            dropout=config.dropout,
            name="light_curve_branch",
        )
        for view, steps in view_steps.items():
            inputs[view] = keras.Input((steps,), name=view)
        encoded["light_curve_branch"] = branch(
            {view: inputs[view] for view in view_steps}
        )
    for name, columns in (("planet", planet_columns), ("stellar", stellar_columns)):
        if columns:
            x = keras.Input((len(columns),), name=f"{name}_features")
            inputs[f"{name}_features"] = x
            branch = _feature_branch(config, f"{name}_branch", columns)
            encoded[f"{name}_branch"] = branch(x)
    embedding = _join("embedding", list(encoded.values()))
    outputs: dict[str, Any] = {"embedding": embedding}
    physics = [encoded[name] for name in ENCODERS[1:] if name in encoded]
    if view_steps and physics:
        outputs |= _align(
            config, encoded["light_curve_branch"], _join("physics", physics)
        )
    outputs |= _classify(config, embedding)
    schema = {
        "recipe": "mesa",
        "planet_features": list(planet_columns),
        "stellar_features": list(stellar_columns),
        "derived_features": config.derived_features,
        "views": dict(view_steps),
        "view_convention": view_convention,
        "light_curve_source": light_curve_source,
    }
    rule = DecisionRule(config.labels, schema=schema, name="decision_rule")
    outputs |= rule(outputs["logits"])
    return keras.Model(inputs, outputs, name="mesa")


def freeze_encoders(model: keras.Model) -> None:
    """Freezes the three encoders; projections and classifier stay trainable."""
    for name in ENCODERS:
        if name in {layer.name for layer in model.layers}:
            model.get_layer(name).trainable = False


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
    return layers.Concatenate(name=name)(parts) if parts[1:] else parts[0]


def _align(config: MesaConfig, light_curve: Any, physics: Any) -> dict[str, Any]:
    views = [
        projection_head(
            x.shape[-1],
            hidden_dim=config.projection_dim,
            output_dim=config.projection_dim,
            name=f"{name}_projection",
        )(x)
        for name, x in (("light_curve", light_curve), ("physics", physics))
    ]
    outputs = {"alignment": ops.stack(views, axis=1)}
    if config.temperature == "learnable" or config.contrastive_loss == "sigmoid":
        start = 10.0 if config.contrastive_loss == "sigmoid" else 1 / 0.07
        bias = -10.0 if config.contrastive_loss == "sigmoid" else 0.0
        outputs["scaled_alignment"] = ContrastiveScale(
            initial_scale=start, initial_bias=bias, name="contrastive_scale"
        )(outputs["alignment"])
    return outputs


def _classify(config: MesaConfig, x: Any) -> dict[str, Any]:
    num_classes, members = len(config.labels), config.num_members
    if members == 1:
        x = FastDropout(config.dropout, name="classifier_input_dropout")(x)
        x = layers.Dense(
            config.classifier_dim, activation="relu", name="classifier_hidden"
        )(x)
        x = FastDropout(config.dropout, name="classifier_dropout")(x)
        return {"logits": layers.Dense(num_classes, name="logits")(x)}
    for i, spread in enumerate((0.5, 0.0)):
        x = EnsembleDense(
            config.classifier_dim,
            members,
            activation="relu",
            spread=spread,
            name=f"classifier_hidden_{i}",
        )(x)
        x = FastDropout(config.dropout, name=f"classifier_dropout_{i}")(x)
    x = layers.EinsumDense(
        "bki,kio->bko", (members, num_classes), bias_axes="ko", name="member_logits"
    )(x)
    # The ensemble's probability is the mean of its members'.
    mean = ops.logsumexp(ops.log_softmax(x, axis=-1), axis=1)
    return {"member_logits": x, "logits": mean}
