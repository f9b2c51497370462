"""Several MESA models as one: the mean of their calibrated probabilities."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from mesa_keras.atomic_file import atomic_file
from mesa_keras.inference import Predictor
from mesa_keras.layers import DecisionRule, UnitPairs
from mesa_keras.readers.table_file import file_sha256
from mesa_keras.recipes.mesa.modalities import modalities, presence
from mesa_keras.recipes.mesa.model import decision_rule
from mesa_keras.recipes.mesa.run_config import (
    CONFIG_FILE,
    PRETRAINED,
    known_stars,
    noted,
    read_run_config,
    tables_of,
    write_run_config,
)
from mesa_keras.recipes.mesa.stars import KnownStars
from mesa_keras.recipes.mesa.towers import join
from mesa_keras.training.compact_model import (
    MOST_SIGNIFICANT_BITS,
    deflate_model_file,
    round_weights,
)

# Added where 0 may be: its logarithm is not finite. What is NaN stays so.
_SMALLEST = 1e-37


def join_models(members: Sequence[keras.Model]) -> keras.Model:
    """Builds one model of several, which keep their weights and temperatures.

    The probability is the mean of the members', `p = mean_i p_i`, and the logits are
    its logarithm, so that every temperature of the new `DecisionRule` is 1. Thresholds
    and class rates are the means of theirs.

    Args:
        members: Two models or more of `build_model`, with the same classes and inputs.

    Returns:
        Model of the same inputs and outputs as its members: `embedding` and `alignment`
        are theirs side by side, `tower_logits` (batch, members, classes) the logarithms
        of their probabilities.

    Raises:
        ValueError: If there is one member only, or classes or inputs differ.
    """
    rules = [decision_rule(model) for model in members]
    _check_same(rules)
    first = members[0]
    inputs = {
        name: keras.Input(x.shape[1:], dtype=x.dtype, name=name)
        for name, x in first.input.items()
    }
    found = [_named(model, f"member_{i}")(inputs) for i, model in enumerate(members)]
    each = ops.stack([member["probabilities"] for member in found], axis=1)
    outputs = {
        "logits": ops.log(ops.mean(each, axis=1) + _SMALLEST),
        "tower_logits": ops.log(each + _SMALLEST),
        "embedding": join("all_embedding", [member["embedding"] for member in found]),
    }
    if "alignment" in first.output:
        views = [
            join(f"all_alignment_{i}", [member["alignment"][:, i] for member in found])
            for i in range(2)
        ]
        outputs["alignment"] = UnitPairs(rules[0].schema, name="alignment")(views)
    parts = tuple(modalities(inputs))
    several = bool(parts[1:])
    rule = DecisionRule(
        rules[0].class_names,
        rules[0].schema,
        parts if several else (),
        name="decision_rule",
    )
    outputs |= rule(outputs["logits"], presence(inputs) if several else None)
    rule.calibrate(
        thresholds=np.mean([np.asarray(x.thresholds) for x in rules], axis=0),
        abstain=float(rules[0].abstain) > 0.5,
        class_rates=np.mean([np.asarray(x.class_rates) for x in rules], axis=0),
    )
    return keras.Model(inputs, outputs, name="mesa_ensemble")


def write_ensemble(
    member_paths: Sequence[str | Path],
    output: str | Path,
    significant_bits: int = MOST_SIGNIFICANT_BITS,
) -> tuple[keras.Model, list[str]]:
    """Joins model files to one, and notes beside it the stars that they know.

    Args:
        member_paths: Two model files or more.
        output: The file to write, `*.keras`; its folder is made if needed.
        significant_bits: Binary digits of the weights, from 2 to 24: fewer make a
            smaller file. All are kept by default.

    Returns:
        The model, and what a user should know.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a file is no MESA model, the members differ in classes or inputs,
            `output` is one of them, the configuration of another run stands beside it,
            or `significant_bits` is out of range.
        OSError: If a file cannot be written.
    """
    paths, out = [Path(path) for path in member_paths], Path(output)
    if out.suffix != ".keras" or out.resolve() in {path.resolve() for path in paths}:
        raise ValueError(
            f"`output` must be another file than the members, and end in .keras. "
            f"Received: {out}"
        )
    if len(paths) < 2:
        raise ValueError(f"`members` must be two or more. Received: {len(paths)}")
    if (out.parent / CONFIG_FILE).is_file():
        present = read_run_config(out) or {}
        if present.get("ensemble") != out.name:
            raise ValueError(
                f"`output` must be in a folder without the {CONFIG_FILE} of a training "
                "run or of another ensemble, for one of its own: "
                f"{out.parent / out.stem / out.name} would do. Received: {out}"
            )
    model = join_models([Predictor(path).model for path in paths])
    round_weights(model, significant_bits)
    configs = {path: read_run_config(path) for path in paths}
    unknown = [path for path, config in configs.items() if config is None]
    # Half of the stars would look like all of them.
    config = None if unknown else {"ensemble": out.name, **_joined_config(configs)}
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(out) as temporary:
        model.save(temporary)
        deflate_model_file(temporary)
        # Before the model takes its name: it never stands there without it.
        if config is not None:
            write_run_config(out, config)
    if config is not None:
        return model, []
    listed = ", ".join(str(path) for path in unknown)
    return model, [
        f"no {CONFIG_FILE} beside {listed}: none is written, and what the ensemble "
        "was trained on is not checked"
    ]


def _joined_config(configs: Mapping[Path, Any]) -> dict[str, Any]:
    """What the ensemble was made of: files, tables and stars of its members."""
    tables = [table for config in configs.values() for table in tables_of(config)]
    stars = KnownStars(frozenset(), frozenset())
    for config in configs.values():
        stars = stars.with_earlier(known_stars(config))
    return {
        "members": [
            {"file": path.name, "sha256": file_sha256(path)} for path in configs
        ],
        "data": {"sets": {}},
        PRETRAINED: {
            "tables": [x for i, x in enumerate(tables) if x not in tables[:i]]
        },
        **noted(stars),
    }


def _named(model: keras.Model, name: str) -> keras.Model:
    """The same layers under another name: two layers of a model share none."""
    wanted = [
        x for x in ("probabilities", "embedding", "alignment") if x in model.output
    ]
    return keras.Model(model.input, {x: model.output[x] for x in wanted}, name=name)


def _check_same(rules: Sequence[DecisionRule]) -> None:
    if len(rules) < 2:
        raise ValueError(f"`members` must be two or more. Received: {len(rules)}")
    for rule in rules[1:]:
        for what in ("class_names", "schema", "modalities"):
            own, first = getattr(rule, what), getattr(rules[0], what)
            if own != first:
                raise ValueError(
                    f"`members` must have the same {what}. Received: {first} and {own}"
                )
        if (float(rule.abstain) > 0.5) != (float(rules[0].abstain) > 0.5):
            raise ValueError(
                "`members` must all abstain, or none. Received: some that do"
            )
