"""Candidates as a trained MESA model wants them, and stars that it knows already."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesa_keras.inference import Predictor
from mesa_keras.recipes.mesa.data import MesaData, load_data
from mesa_keras.recipes.mesa.run_config import (
    CONFIG_FILE,
    RECALIBRATED,
    STARS,
    known_stars,
    read_run_config,
    tables_of,
)
from mesa_keras.recipes.mesa.stars import KnownStars, stars_in


def load_for_model(
    predictor: Predictor,
    data_path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    require_labels: bool = True,
) -> MesaData:
    """Loads the columns and views that a model was trained on.

    Light curves are simulated from the row, where a table has none, only for a model
    that learned from such: to another one a clean transit would be false evidence, and
    a missing light curve is none.

    Args:
        predictor: A MESA model.
        data_path: Table of candidates.
        columns: Our column name to the file's.
        views_path: File of views; by default `views.npz` beside the table.
        require_labels: Whether each row must have a label of the model's classes.

    Raises:
        FileNotFoundError: If a file named does not exist.
        ValueError: If the model is none of MESA, or the data do not fit it.
    """
    schema = mesa_schema(predictor)
    return load_data(
        data_path,
        labels=predictor.class_names,
        planet_features=schema["planet_features"],
        stellar_features=schema["stellar_features"],
        columns=columns,
        views_path=views_path,
        require_labels=require_labels,
        expected_views=schema["views"],
        expected_convention=schema["view_convention"],
        simulate_missing=_learned_from(predictor) == "simulated",
    )


def mesa_schema(predictor: Predictor) -> dict[str, Any]:
    """Returns what a MESA model says about its inputs.

    Raises:
        ValueError: If the model is none of MESA.
    """
    schema = predictor.schema
    if schema.get("recipe") != "mesa":
        raise ValueError(
            f"{predictor.path} is no MESA model, but of the recipe "
            f"'{schema.get('recipe', 'unknown')}'."
        )
    return schema


def check_unseen(
    predictor: Predictor,
    data: MesaData,
    *,
    allow_shared_stars: bool = False,
    recalibrating: bool = False,
) -> list[str]:
    """Makes sure that no star of `data` is one that the model was made from.

    The stars that it was trained on, calibrated on anew, and that its weights were
    pretrained on, are known from `mesa_config.json` beside the model, whatever has
    become of the tables.

    Args:
        predictor: A MESA model.
        data: Candidates to judge it on.
        allow_shared_stars: Whether a shared star gives a warning, not an error.
        recalibrating: Whether the calibration is about to be replaced, so that its data
            do not matter.

    Returns:
        What a user should know: why it could not be checked, or what is shared.

    Raises:
        ValueError: If a star is shared.
    """
    config = read_run_config(predictor.path)
    if config is None:
        return [
            f"no {CONFIG_FILE} beside the model: whether it was trained on stars of "
            f"{data.path.name} is not checked"
        ]
    made_from = [
        ("trained" if table is config["data"] else "pretrained", table)
        for table in tables_of(config)
    ]
    calibrated_on = config.get(RECALIBRATED, {}).get(predictor.path.name)
    if calibrated_on and not recalibrating:
        made_from.append(("calibrated", calibrated_on))
    if STARS in config:
        made_from.insert(0, ("pretrained", {STARS: config[STARS]}))
    notes = []
    for what, source in made_from:
        notes += _check_stars(data, what, source, allow_shared_stars)
    return notes


def _check_stars(
    data: MesaData, what: str, source: Mapping[str, Any], allow_shared_stars: bool
) -> list[str]:
    """Checks against one table, or the stars alone; `what` says what they were for."""
    path = source.get("path")
    named, notes = known_stars(source), []
    if named is None:
        try:
            table = stars_in(Path(source["path"]), source.get("columns"))
        except (OSError, ValueError) as error:
            # The test data are whole; that the training data moved is no fault of
            # theirs.
            return [
                f"the data that the model was {what} on cannot be read ({error}): "
                f"whether it was {what} on stars of {data.path.name} is not checked"
            ]
        named = KnownStars.of([table])
        notes.append(
            f"the {CONFIG_FILE} beside the model is of an earlier version and names no "
            f"stars: {data.path.name} was checked against those that {path} holds now"
        )
    shared = data.star_id[named.rows(data)]
    if not len(shared):
        return notes
    said = (
        f"the model was {what} on {len(set(shared))} stars of this table"
        f"{f' ({path})' if path else ''}, for example {shared[0]}"
    )
    if not allow_shared_stars:
        raise ValueError(f"{data.path}: {said}.")
    return [*notes, said]


def _learned_from(predictor: Predictor) -> str | None:
    """Where the light curves came from that the model was trained on."""
    noted: str | None = predictor.schema.get("light_curve_source")
    if noted is None:
        config = read_run_config(predictor.path) or {"data": {}}
        noted = config["data"].get("light_curves")
    return noted
