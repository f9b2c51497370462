"""The model that is pretrained: encoders, a decoder, and a head per set of labels."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from mesa_keras.branches import patch_decoder
from mesa_keras.layers import UnitPairs
from mesa_keras.recipes.mesa.config import MesaConfig
from mesa_keras.recipes.mesa.input_schema import input_schema
from mesa_keras.recipes.mesa.pretrain_config import PretrainConfig
from mesa_keras.recipes.mesa.towers import (
    classify,
    encode,
    join_encodings,
    join_logits,
    model_inputs,
    tower_prefix,
    with_statistics,
)

# Layers of a head; with the name of a set at their end where there are several.
HEAD = ("classifier_hidden", "logits")


def build_pretraining_model(
    config: PretrainConfig,
    *,
    planet_columns: Sequence[str],
    stellar_columns: Sequence[str],
    view_steps: Mapping[str, int],
    view_convention: str | None = None,
    light_curve_source: str | None = None,
    classes: Mapping[str, Sequence[str]] | None = None,
    rebuild: bool = False,
) -> keras.Model:
    """Builds the model of a stage, or without decoder and heads the one to keep.

    The encoders are those of `build_model`, with the same names, so that weights go
    from one to the other by path.

    Args:
        config: Widths and rates.
        planet_columns: Columns of the input `planet_features`.
        stellar_columns: Columns of the input `stellar_features`.
        view_steps: Number of bins per light-curve view.
        view_convention: Normalization of the views, kept in the model file.
        light_curve_source: Where the light curves come from, kept too.
        classes: Classes by set of labels, each of which gets a head.
        rebuild: Whether a decoder rebuilds the views from the light curve's tokens.

    Returns:
        Model from the inputs of `build_model` to `embedding`; `alignment` (batch, 2,
        dim) and where its scale is learned `scaled_alignment`; per set `<set>_logits`
        (batch, classes) and `<set>_tower_logits` (batch, towers, classes); and with
        `rebuild` per view `<view>_rebuilt` (batch, towers, steps).
    """
    inputs = model_inputs(planet_columns, stellar_columns, view_steps)
    numbers = with_statistics(config, inputs, view_steps)
    columns = {"planet": planet_columns, "stellar": stellar_columns}
    towers = []
    logits: dict[str, list[Any]] = {name: [] for name in classes or {}}
    rebuilt: dict[str, list[Any]] = {view: [] for view in view_steps if rebuild}
    for i in range(config.num_towers):
        prefix = tower_prefix(i)
        tower = encode(config, numbers, columns, view_steps, prefix, rebuild)
        towers.append(tower)
        for name, names in (classes or {}).items():
            logits[name].append(
                classify(config, tower["embedding"], len(names), prefix, f"_{name}")
            )
        if rebuild:
            series = _decoder(config, view_steps, prefix)(
                {name: tower[name] for name in ("tokens", "valid")}
            )
            for view in rebuilt:
                rebuilt[view].append(series[view])
    outputs = join_encodings(config, towers)
    schema = input_schema(
        planet_columns,
        stellar_columns,
        config.derived_features,
        view_steps,
        view_convention,
        light_curve_source,
    )
    pairs = [outputs["alignment"][:, 0], outputs["alignment"][:, 1]]
    outputs["alignment"] = UnitPairs(schema, name="alignment")(pairs)
    for name, members in logits.items():
        outputs[f"{name}_logits"] = join_logits(members)["logits"]
        outputs[f"{name}_tower_logits"] = ops.stack(members, axis=1)
    outputs |= {f"{v}_rebuilt": ops.stack(x, axis=1) for v, x in rebuilt.items()}
    return keras.Model(inputs, outputs, name="mesa_pretraining")


def copy_weights(
    model: keras.Model, source: keras.Model, head: str | None = None
) -> list[str]:
    """Copies every weight that both models have by path.

    Args:
        model: Model to receive them.
        source: Model to take them from.
        head: Set of labels whose head of `source` becomes the head of `model`.

    Returns:
        Paths of the weights of `model` that were not found.

    Raises:
        ValueError: If a weight has another shape.
    """
    known = {weight.path: weight for weight in source.weights}
    absent = []
    for weight in model.weights:
        found = known.get(_path_in_head(weight.path, head))
        if found is None:
            absent.append(weight.path)
        else:
            weight.assign(ops.convert_to_numpy(found))
    return absent


def _path_in_head(path: str, head: str | None) -> str:
    layer, _, rest = path.partition("/")
    if head is None or not layer.endswith(HEAD):
        return path
    return f"{layer}_{head}/{rest}"


def _decoder(
    config: PretrainConfig, view_steps: Mapping[str, int], prefix: str
) -> keras.Model:
    return patch_decoder(
        view_steps,
        patch_size=config.patch_size,
        hidden_dim=config.d_model,
        statistics=config.view_statistics,
        decoder_dim=config.decoder_dim,
        num_heads=config.nhead,
        name=f"{prefix}decoder",
    )


def of_set(config: PretrainConfig, classes: Sequence[str]) -> MesaConfig:
    """The configuration of a MESA model of one set of labels."""
    values = {
        field.name: getattr(config, field.name)
        for field in dataclasses.fields(MesaConfig)
    }
    return MesaConfig(**{**values, "labels": tuple(classes)})
