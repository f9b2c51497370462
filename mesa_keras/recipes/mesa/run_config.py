"""What a MESA model was made from: `mesa_config.json` beside it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesa_keras.json_file import write_json
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.stars import KnownStars

CONFIG_FILE = "mesa_config.json"
# Data of copies with a new calibration, by the copy's file name.
RECALIBRATED = "recalibrated"
# Where the weights of a run come from, and stars: of the pretraining, or of a table.
PRETRAINED, STARS = "pretrained", "stars"


def read_run_config(model_path: Path) -> dict[str, Any] | None:
    """Returns the configuration beside a model, `None` where there is none.

    Raises:
        ValueError: If the file is no configuration of a MESA run.
    """
    path = model_path.parent / CONFIG_FILE
    if not path.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text())
        known_stars(found)
        for table in (*tables_of(found), *found.get(RECALIBRATED, {}).values()):
            table["path"]
            known_stars(table)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not the configuration of a MESA run.") from error
    return found


def tables_of(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Returns the tables that a model learned from: `path`, `columns`, `stars`.

    What stands at the path now may be another table: the stars are those that stood
    there, as `KnownStars` writes them. Runs of earlier versions did not note them. The
    first is that of the run itself; those of the models that its weights come from
    follow. Pretraining on several sets names its stars instead: see `known_stars`.
    """
    own = config["data"]
    first = [] if "sets" in own else [own]
    return [*first, *config.get(PRETRAINED, {}).get("tables", [])]


def known_stars(config: Mapping[str, Any]) -> KnownStars | None:
    """Returns the stars that a configuration, or a table in one, names.

    Those of a configuration are the stars of the pretraining.

    Returns:
        `None` where none are named.
    """
    stars = config.get(STARS)
    return None if stars is None else KnownStars.from_json(stars)


def noted(known: KnownStars) -> dict[str, Any]:
    """Returns the entry that `known_stars` reads."""
    return {STARS: known.to_json()}


def pretrained_from(model_path: Path) -> dict[str, Any]:
    """Returns what a model must note that takes its weights from another.

    Args:
        model_path: The other model.

    Returns:
        Entries of the configuration; none if that of the other model is not known.

    Raises:
        ValueError: If the file beside it is no configuration of a MESA run.
    """
    config = read_run_config(model_path)
    if config is None:
        return {}
    from_where = {"path": str(model_path), "tables": tables_of(config)}
    stars = {STARS: config[STARS]} if STARS in config else {}
    return {PRETRAINED: from_where, **stars}


def config_of_copy(
    model_path: Path, copy: Path, data: MesaData, columns: Mapping[str, str] | None
) -> dict[str, Any] | None:
    """Returns what to write beside a copy of a model that was calibrated anew.

    Args:
        model_path: The model.
        copy: Its copy.
        data: Candidates that the copy is calibrated on.
        columns: Our column name to the file's, as these data were read.

    Returns:
        The configuration of the training run and the new calibration data, `None`
        where that of the model is not known.

    Raises:
        ValueError: If a file is no configuration of a MESA run, or the copy would stand
            beside that of another run, and its stars be checked against the wrong ones.
    """
    source, present = read_run_config(model_path), read_run_config(copy)
    if present is not None and (source is None or source["data"] != present["data"]):
        raise ValueError(
            f"`model_out` must be in a folder without the {CONFIG_FILE} of another "
            f"training run. Received: {copy}"
        )
    if source is None:
        return None
    known = present or source
    now = {
        "path": str(data.path.resolve()),
        "columns": dict(columns or {}),
        "sha256": data.fingerprint,
        **noted(KnownStars.of([], [data])),
    }
    return {**known, RECALIBRATED: {**known.get(RECALIBRATED, {}), copy.name: now}}


def write_run_config(model_path: Path, config: Mapping[str, Any]) -> None:
    """Writes a configuration beside a model."""
    write_json(model_path.parent / CONFIG_FILE, config)
