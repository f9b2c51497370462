"""Reads sets of events to pretrain on, and makes sure that no test star is in them."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mesa_keras.recipes.mesa.config import UNKNOWN
from mesa_keras.recipes.mesa.data import MesaData, load_data
from mesa_keras.recipes.mesa.pretrain_config import KNOWN_LABELS, PretrainConfig
from mesa_keras.recipes.mesa.pretrain_data import EventSets, split_sets
from mesa_keras.recipes.mesa.stars import StarTable, star_names, stars_in
from mesa_keras.recipes.mesa.usable_data import usable_rows

SUFFIXES = (".csv", ".csv.gz", ".parquet")
# They become names of layers and of files.
_NAME = re.compile(r"[A-Za-z]\w*$", re.ASCII)


def load_sets(
    folders: Mapping[str, str | Path],
    config: PretrainConfig,
    *,
    labels: Mapping[str, Sequence[str]] | None = None,
    test_tables: Sequence[str | Path] = (),
    leave_out_test_stars: bool = False,
) -> EventSets:
    """Loads sets of events with their light curves, split by star.

    Args:
        folders: Folder by name of the set, with `train_data.csv` (or .csv.gz, .parquet)
            and `views.npz`; `test_data.*` beside it names stars that no model may see.
        config: Columns, fractions and seed.
        labels: Classes by set, in order, for sets that `KNOWN_LABELS` does not have, or
            has with others; no class for a set whose labels are not to be used.
        test_tables: Further tables of test stars.
        leave_out_test_stars: Whether events of test stars are left out, with a note;
            without, they are an error.

    Raises:
        FileNotFoundError: If a file is absent.
        ValueError: If a file or a name is wrong, a set has no light curves, or holds a
            star of any test table.
    """
    if not folders:
        raise ValueError("`data` must name at least one set, as name=folder.")
    classes = _classes(folders, labels or {})
    sets, tests = {}, [Path(path) for path in test_tables]
    for name, folder in folders.items():
        path = _table(Path(folder), "train_data")
        if path is None:
            raise FileNotFoundError(
                f"{folder}: the set '{name}' needs a file train_data.csv, .csv.gz or "
                ".parquet there."
            )
        sets[name] = _load(path, config, classes[name])
        beside = _table(path.parent, "test_data")
        tests += [beside] if beside is not None else []
    sets, notes = _without_test_stars(sets, tests, leave_out_test_stars)
    if not tests:
        notes.append("no test table beside any set: no star is known to be kept back")
    return split_sets(sets, config, test_tables=tests, notes=notes)


def _classes(
    folders: Mapping[str, str | Path], labels: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    for name in folders:
        if not _NAME.match(name):
            raise ValueError(
                "`data` must name sets by letters, digits and underscores. "
                f"Received: '{name}'"
            )
    for name, given in labels.items():
        if name not in folders:
            raise ValueError(f"`labels` names '{name}', which is no set of `data`.")
        if len(given) == 1 or len(set(given)) < len(given):
            raise ValueError(
                f"`labels` of '{name}' must be two different classes or more. "
                f"Received: {'/'.join(given)}"
            )
        if UNKNOWN in given:
            raise ValueError(
                f"`labels` of '{name}' must not name `{UNKNOWN}`. "
                f"Received: {'/'.join(given)}"
            )
    known = {**KNOWN_LABELS, **labels}
    return {name: tuple(known.get(name, ())) for name in folders}


def _table(folder: Path, stem: str) -> Path | None:
    if folder.is_file():
        return folder if stem == "train_data" else None
    found = [folder / f"{stem}{suffix}" for suffix in SUFFIXES]
    return next((path for path in found if path.is_file()), None)


def _load(path: Path, config: PretrainConfig, classes: tuple[str, ...]) -> MesaData:
    data = load_data(
        path,
        labels=classes,
        planet_features=config.planet_features,
        stellar_features=config.stellar_features,
        derived_features=config.derived_features,
        require_labels=bool(classes),
        simulate_missing=False,
        seed=config.seed,
    )
    if not data.views:
        raise ValueError(f"{path}: pretraining needs light curves, and it has none.")
    if not classes:
        data = dataclasses.replace(data, label=None)
    return usable_rows(data)


def _without_test_stars(
    sets: Mapping[str, MesaData], tests: Sequence[Path], leave_out: bool
) -> tuple[dict[str, MesaData], list[str]]:
    tables: list[StarTable] = [*sets.values(), *map(stars_in, tests)]
    names = star_names(tables)
    result, notes = {}, []
    for (name, data), stars in zip(sets.items(), names, strict=False):
        kept = np.ones(len(data), dtype=bool)
        for path, kept_back in zip(tests, names[len(sets) :], strict=True):
            shared = np.isin(stars, kept_back[kept_back != ""])
            if shared.any() and not leave_out:
                raise ValueError(
                    f"{data.path}: {shared.sum()} events are of stars of the test "
                    f"table {path}, for example {stars[shared][0]}; no model may "
                    "learn from them. Remove them, or use --leave_out_test_stars."
                )
            kept &= ~shared
        if not kept.all():
            notes.append(
                f"{name}: {np.sum(~kept):,} of {len(kept):,} events are of test stars "
                "and left out"
            )
        if not kept.any():
            raise ValueError(f"{data.path}: all its stars are test stars.")
        result[name] = data.take(np.flatnonzero(kept))
    return result, notes
