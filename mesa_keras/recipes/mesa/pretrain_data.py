"""Sets of events to pretrain on together: read, split by star, and mixed."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.pipelines.split import split_by_group
from mesa_keras.recipes.mesa.data import MesaData
from mesa_keras.recipes.mesa.data_checks import check_trainable
from mesa_keras.recipes.mesa.pretrain_config import PretrainConfig
from mesa_keras.recipes.mesa.stars import KnownStars, star_names

PARTS = ("train", "validation", "calibration")


@dataclass(frozen=True)
class EventSets:
    """Sets of events with the same columns and views, split by star.

    Attributes:
        sets: Events by name of the set. One without labels is for the self-supervised
            stage only.
        rows: Row numbers by part and set. No star stands in two parts, also not in
            another set.
        names: Star of each row by set, comparable among sets.
        test_tables: Tables whose stars are in no set.
        notes: What a user should know.
    """

    sets: dict[str, MesaData]
    rows: dict[str, dict[str, np.ndarray]]
    names: dict[str, np.ndarray]
    test_tables: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def labelled(self) -> dict[str, tuple[str, ...]]:
        """Returns the classes of the sets that have labels."""
        return {
            name: data.class_names
            for name, data in self.sets.items()
            if data.label is not None
        }

    def part(self, name: str, part: str) -> MesaData:
        """Returns the events of one part of a set."""
        return self.sets[name].take(self.rows[part][name])

    def known_stars(self) -> KnownStars:
        """Returns which stars are learned from and which are held back."""
        tables = {part: [self.part(name, part) for name in self.sets] for part in PARTS}
        return KnownStars.of(
            tables["train"], [*tables["validation"], *tables["calibration"]]
        )


@dataclass(frozen=True)
class Mixture:
    """Events of several sets as one.

    Attributes:
        data: The events; labels are those of their own set, -1 without one.
        set_index: Place of each row's set in `set_names`, int32.
        star: Number of each row's star, int32: the same event may stand in two sets.
        set_names: Names of the sets.
    """

    data: MesaData
    set_index: np.ndarray
    star: np.ndarray
    set_names: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.data)


def split_sets(
    sets: Mapping[str, MesaData],
    config: PretrainConfig,
    *,
    test_tables: Sequence[Path] = (),
    notes: Sequence[str] = (),
) -> EventSets:
    """Gives sets the same columns and views, and splits their stars.

    Args:
        sets: Events by set, of the same columns in the same order.
        config: Fractions and seed.
        test_tables: Kept with the result.
        notes: Kept with the result.

    Raises:
        ValueError: If views of one name differ in length or convention, there is
            nothing to align, or a labelled set has too few classes or stars.
    """
    aligned = _with_same_inputs(sets)
    names = dict(zip(aligned, star_names(list(aligned.values())), strict=True))
    groups = np.concatenate(
        [
            [star or f"{name} row {row}" for row, star in enumerate(stars)]
            for name, stars in names.items()
        ]
    )
    kinds = np.concatenate(
        [
            [f"{name} {k}" for k in _labels(data).tolist()]
            for name, data in aligned.items()
        ]
    )
    fractions = {
        "train": 1 - config.validation_fraction - config.calibration_fraction,
        "validation": config.validation_fraction,
        "calibration": config.calibration_fraction,
    }
    split = split_by_group(groups, fractions, labels=kinds, seed=config.seed)
    borders = np.cumsum([0, *(len(data) for data in aligned.values())])
    rows = {
        part: {
            name: places[(places >= first) & (places < last)] - first
            for name, first, last in zip(
                aligned, borders[:-1], borders[1:], strict=True
            )
        }
        for part, places in split.items()
    }
    result = EventSets(aligned, rows, names, tuple(test_tables), tuple(notes))
    for name in result.labelled():
        check_trainable(result.part(name, "train"))
        for part in PARTS[1:]:
            if not len(rows[part][name]):
                raise ValueError(
                    f"{aligned[name].path}: no star is left for {part}; name more "
                    "stars, or a larger share by "
                    f"--{part}_fraction."
                )
    return result


def mix(events: EventSets, part: str, names: Sequence[str]) -> Mixture:
    """Puts one part of several sets together.

    Args:
        events: The sets.
        part: "train", "validation" or "calibration".
        names: Sets wanted.
    """
    parts = [events.part(name, part) for name in names]
    stars = np.concatenate(
        [
            [star or f"{name} row {row}" for row, star in zip(rows, found, strict=True)]
            for name in names
            for rows in [events.rows[part][name]]
            for found in [events.names[name][rows]]
        ]
    )
    first = parts[0]
    arrays: dict[str, Any] = {
        column: np.concatenate([getattr(data, column) for data in parts])
        for column in ("object_id", "star_id", "planet_features", "stellar_features")
    }
    together = dataclasses.replace(
        first,
        **arrays,
        faults=np.concatenate([data.faults for data in parts]),
        label=np.concatenate([_labels(data) for data in parts]),
        class_names=(),
        views={
            name: np.concatenate([data.views[name] for data in parts])
            for name in first.views
        },
    )
    sizes = [len(data) for data in parts]
    return Mixture(
        together,
        np.repeat(np.arange(len(parts), dtype=np.int32), sizes),
        np.unique(stars, return_inverse=True)[1].astype(np.int32),
        tuple(names),
    )


def _labels(data: MesaData) -> np.ndarray:
    if data.label is None:
        return np.full(len(data), -1, dtype=np.int32)
    return data.label


def _with_same_inputs(sets: Mapping[str, MesaData]) -> dict[str, MesaData]:
    """Keeps columns that have a value in any set, and gives each set all views."""
    steps: dict[str, int] = {}
    convention: str | None = None
    for data in sets.values():
        for view, array in data.views.items():
            if steps.setdefault(view, array.shape[1]) != array.shape[1]:
                raise ValueError(
                    f"{data.path}: view '{view}' has {array.shape[1]} steps, and that "
                    f"of another set {steps[view]}."
                )
        convention = convention or data.view_convention
        if data.view_convention != convention:
            raise ValueError(
                f"{data.path}: its views are scaled by the convention "
                f"'{data.view_convention}', and those of another set by '{convention}'."
            )
    changes: dict[str, dict[str, Any]] = {name: {} for name in sets}
    for branch in ("planet", "stellar"):
        values = {
            name: getattr(data, f"{branch}_features") for name, data in sets.items()
        }
        found = np.any(
            [np.isfinite(array).any(axis=0) for array in values.values()], axis=0
        )
        for name, data in sets.items():
            columns = getattr(data, f"{branch}_columns")
            kept = tuple(c for c, keep in zip(columns, found, strict=True) if keep)
            changes[name][f"{branch}_features"] = values[name][:, found]
            changes[name][f"{branch}_columns"] = kept
    result = {}
    for name, data in sets.items():
        views = {
            view: data.views.get(view, np.full((len(data), n), np.nan, np.float32))
            for view, n in steps.items()
        }
        result[name] = dataclasses.replace(data, views=views, **changes[name])
    first = next(iter(result.values()))
    if not (first.planet_columns or first.stellar_columns):
        raise ValueError(
            f"{first.path}: none of the features asked for has a value in any set, and "
            "there is nothing to align light curves with."
        )
    return result
