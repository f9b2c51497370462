"""The OST model: image, pixel statistics, header and claims, and one classifier."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from mesa_keras.branches import (
    feature_mlp,
    image_cnn,
    image_mobilenet_v3_small,
    image_separable,
)
from mesa_keras.layers import DecisionRule, FastDropout, FeatureNormalization
from mesa_keras.training import Transfer
from ost_classifier.config import OstConfig

BRANCHES = ("image_branch", "statistics_branch", "header_branch", "claim_branch")
# What of a configuration decides which weights there are.
ARCHITECTURE = (
    *("target_w", "target_h", "channels", "input_dtype", "backbone", "filters"),
    *("image_dim", "feature_dim", "statistics_embedding_dim", "header_dim"),
    *("header_embedding_dim", "classifier_dim"),
)


def build_model(
    config: OstConfig,
    class_names: Sequence[str],
    *,
    statistic_names: Sequence[str],
    header_names: Sequence[str],
    claim_names: Sequence[str],
) -> keras.Model:
    """Builds the model, not yet compiled.

    Args:
        config: Widths and rates.
        class_names: Names of the classes in order.
        statistic_names: Columns of the input `statistics`.
        header_names: Columns of the input `header`.
        claim_names: Columns of the input `claim`.

    Returns:
        Model from `image` (batch, height, width, channels) of the type of the cache,
        all 0 or NaN = missing, `statistics`, `header` and `claim`, NaN = missing, to a
        dictionary of `logits` (batch, classes); `probabilities`, `decision` and `score`
        of `DecisionRule`; and `embedding`, the classifier's input. Header and claims
        all NaN give the verdict from pixels alone.
    """
    settings = config.frame_settings
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        inputs = {
            "image": keras.Input(
                (settings.height, settings.width, settings.channels),
                dtype=settings.dtype,
                name="image",
            ),
            "statistics": keras.Input((len(statistic_names),), name="statistics"),
            "header": keras.Input((len(header_names),), name="header"),
            "claim": keras.Input((len(claim_names),), name="claim"),
        }
        encoded = [
            _encoded_image(config, inputs["image"]),
            _statistics_branch(config, statistic_names)(inputs["statistics"]),
            _header_branch(config, header_names)(inputs["header"]),
            _claim_branch(config, claim_names)(inputs["claim"]),
        ]
        outputs = _classifier(config, encoded, len(class_names))
    finally:
        keras.config.set_dtype_policy(policy)
    schema = {
        "recipe": "ost",
        "frame": dataclasses.asdict(settings),
        "statistics": list(statistic_names),
        "header": list(header_names),
        "claim": list(claim_names),
        "architecture": {name: getattr(config, name) for name in ARCHITECTURE},
    }
    rule = DecisionRule(class_names, schema=schema, name="decision_rule")
    outputs |= rule(outputs["logits"])
    return keras.Model(inputs, outputs, name="ost")


def decision_rule(model: keras.Model) -> DecisionRule:
    """The layer that holds classes, temperature, thresholds and names of the inputs.

    Raises:
        ValueError: If the model has none.
    """
    for layer in model.layers:
        if isinstance(layer, DecisionRule):
            return layer
    raise ValueError(
        f"The model must have a `DecisionRule` layer. Received: model={model.name!r}"
    )


def normalizations(model: keras.Model) -> dict[str, FeatureNormalization]:
    """The layers that normalize `statistics` and `header`, by name of the input.

    Claims are 0 or 1 and are taken as they are.
    """
    found = {}
    for layer in model._flatten_layers():
        for name in ("statistics", "header"):
            if layer.name == f"{name}_branch_normalization":
                found[name] = layer
    return found


def freeze_branches(model: keras.Model, transfer: Transfer | None = None) -> None:
    """Freezes all branches; only the classifier stays trainable.

    Args:
        model: Model of `build_model`.
        transfer: What was taken from a pretrained model, to make sure that no branch is
            frozen as it started.

    Raises:
        ValueError: If weights of a branch were not taken.
    """
    left = transfer.left if transfer else {}
    for layer in model.layers:
        if layer.name not in BRANCHES:
            continue
        for weight in layer.weights:
            if weight.path in left:
                raise ValueError(
                    "`freeze_backbone` needs pretrained weights for every branch. "
                    f"Received: {weight.path} was not taken ({left[weight.path]})"
                )
        layer.trainable = False


def _encoded_image(config: OstConfig, image: Any) -> Any:
    """Embedding of the image, 0 where there is none."""
    # From [0, 255] or [0, 1] to [-1, 1], which the networks take.
    scale = 2 / 255
    if config.input_dtype != "uint8":
        scale, image = 2.0, ops.where(ops.isfinite(image), image, 0.0)
    x = layers.Rescaling(scale, offset=-1.0, name="image_scale")(image)
    x = _image_branch(config)(x)
    present = ops.cast(ops.any(image > 0, axis=(1, 2, 3)), x.dtype)
    return x * ops.expand_dims(present, -1)


def _image_branch(config: OstConfig) -> keras.Model:
    size = (config.target_h, config.target_w, config.channels)
    common: dict[str, Any] = {
        "output_dim": config.image_dim,
        "dropout": config.dropout,
        "name": "image_branch",
    }
    if config.backbone == "mobilenet_v3_small":
        return image_mobilenet_v3_small(
            *size, weights=config.backbone_weights or None, **common
        )
    if config.filters:
        common["filters"] = config.filters
    if config.backbone == "cnn":
        return image_cnn(*size, **common)
    return image_separable(*size, **common)


def _statistics_branch(config: OstConfig, names: Sequence[str]) -> keras.Model:
    return feature_mlp(
        names,
        transforms=dict.fromkeys(names, "quantile"),
        embedding_dim=config.statistics_embedding_dim or None,
        hidden_dims=(config.feature_dim,),
        output_dim=config.feature_dim // 2,
        dropout=config.dropout,
        name="statistics_branch",
    )


def _header_branch(config: OstConfig, names: Sequence[str]) -> keras.Model:
    return feature_mlp(
        names,
        transforms=dict.fromkeys(names, "quantile"),
        embedding_dim=config.header_embedding_dim or None,
        hidden_dims=(config.header_dim,),
        output_dim=config.header_dim,
        dropout=config.dropout,
        name="header_branch",
    )


def _claim_branch(config: OstConfig, names: Sequence[str]) -> keras.Model:
    return feature_mlp(
        names,
        hidden_dims=(),
        output_dim=config.header_dim,
        dropout=config.dropout,
        name="claim_branch",
    )


def _classifier(
    config: OstConfig, encoded: list[Any], num_classes: int
) -> dict[str, Any]:
    embedding = layers.Concatenate(dtype="float32", name="embedding")(encoded)
    x = FastDropout(config.dropout, name="classifier_input_dropout")(embedding)
    x = layers.Dense(
        config.classifier_dim, activation="relu", name="classifier_hidden"
    )(x)
    x = FastDropout(config.dropout, name="classifier_dropout")(x)
    # Half precision is too coarse for a softmax.
    logits = layers.Dense(num_classes, dtype="float32", name="logits")(x)
    return {"logits": logits, "embedding": embedding}
