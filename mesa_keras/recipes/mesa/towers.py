"""The parts of a MESA network: encoders, their alignment, and a head on all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers, ops

from mesa_keras.branches import feature_mlp, light_curve_transformer, projection_head
from mesa_keras.layers import ContrastiveScale, FastDropout, SeriesStatistics
from mesa_keras.recipes.mesa.config import MesaConfig

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


def model_inputs(
    planet_columns: Sequence[str],
    stellar_columns: Sequence[str],
    view_steps: Mapping[str, int],
) -> dict[str, Any]:
    """Symbolic inputs: the views, and the features that have columns."""
    inputs = {view: keras.Input((n,), name=view) for view, n in view_steps.items()}
    for name, columns in (
        ("planet_features", planet_columns),
        ("stellar_features", stellar_columns),
    ):
        if columns:
            inputs[name] = keras.Input((len(columns),), name=name)
    return inputs


def with_statistics(
    config: MesaConfig, inputs: Mapping[str, Any], view_steps: Mapping[str, int]
) -> dict[str, Any]:
    """Adds the statistics of every view, measured once for all towers."""
    numbers = {
        f"{view}_statistics": SeriesStatistics(name=f"{view}_statistics")(inputs[view])
        for view in view_steps
        if config.view_statistics
    }
    return {**inputs, **numbers}


def tower_prefix(number: int) -> str:
    """How the layers of a tower are named: those of the first have no prefix."""
    return f"tower_{number}_" if number else ""


def encode(
    config: MesaConfig,
    inputs: Mapping[str, Any],
    columns: Mapping[str, Sequence[str]],
    view_steps: Mapping[str, int],
    prefix: str = "",
    return_tokens: bool = False,
) -> dict[str, Any]:
    """Builds the encoders of one tower.

    Args:
        config: Widths and rates.
        inputs: What `model_inputs` and `with_statistics` return.
        columns: Columns of the `planet` and of the `stellar` branch; may be empty.
        view_steps: Steps by view; may be empty.
        prefix: Start of the layers' names.
        return_tokens: Whether `tokens` and `valid` of the light curve come out.

    Returns:
        `embedding`, all encodings side by side; where there are views and features,
        `alignment` (batch, 2, dim), unit vectors of the light curve and of the physics.
    """
    tower: dict[str, Any] = {}
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
            return_tokens=return_tokens,
            name=f"{prefix}light_curve_branch",
        )
        found = branch({name: inputs[name] for name in branch.input})
        if return_tokens:
            tower |= {name: found[name] for name in ("tokens", "valid")}
            found = found["embedding"]
        encoded["light_curve"] = found
    for name, names in columns.items():
        if names:
            branch = _feature_branch(config, f"{prefix}{name}_branch", names)
            encoded[name] = branch(inputs[f"{name}_features"])
    tower["embedding"] = join(f"{prefix}embedding", list(encoded.values()))
    physics = [encoded[name] for name in columns if name in encoded]
    if view_steps and physics:
        views = (encoded["light_curve"], join(f"{prefix}physics", physics))
        tower["alignment"] = _align(config, views, prefix)
    return tower


def classify(
    config: MesaConfig, x: Any, num_classes: int, prefix: str = "", suffix: str = ""
) -> Any:
    """Builds a head, from an embedding to logits.

    Args:
        config: Widths and rates.
        x: Embedding, `(batch, dim)`.
        num_classes: Number of classes.
        prefix: Start of the layers' names.
        suffix: End of the layers' names, where there are several heads.
    """
    x = FastDropout(config.dropout, name=f"{prefix}classifier_input_dropout{suffix}")(x)
    x = layers.Dense(
        config.classifier_dim,
        activation="relu",
        name=f"{prefix}classifier_hidden{suffix}",
    )(x)
    x = FastDropout(config.dropout, name=f"{prefix}classifier_dropout{suffix}")(x)
    return layers.Dense(num_classes, name=f"{prefix}logits{suffix}")(x)


def join_encodings(
    config: MesaConfig, towers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Joins the towers: one embedding, and one vector per view.

    Args:
        config: Loss and temperature of the alignment.
        towers: What `encode` returns of each.

    Returns:
        `embedding`; `alignment` where the towers have it; `scaled_alignment` where its
        loss learns a scale.
    """
    outputs = {
        name: towers[0][name]
        for name in ("embedding", "alignment")
        if name in towers[0]
    }
    if towers[1:]:
        for name in outputs:
            outputs[name] = join(f"all_{name}", [tower[name] for tower in towers])
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


def join_logits(logits: Sequence[Any]) -> dict[str, Any]:
    """Joins the towers' logits to those of their mean probability.

    Args:
        logits: Tensors `(batch, classes)`.

    Returns:
        `logits`, and of several towers `tower_logits` (batch, towers, classes).
    """
    if not logits[1:]:
        return {"logits": logits[0]}
    x = ops.stack(logits, axis=1)
    joined = ops.logsumexp(ops.log_softmax(x, axis=-1), axis=1)
    return {"tower_logits": x, "logits": joined}


def join(name: str, parts: list[Any]) -> Any:
    """Puts tensors side by side, by a layer of the given name if there are several."""
    return layers.Concatenate(axis=-1, name=name)(parts) if parts[1:] else parts[0]


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
