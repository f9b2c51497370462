"""The data of the MESA recipe: features, views and labels of transit candidates."""

import dataclasses
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mesa_keras.evaluation import check_no_leak
from mesa_keras.readers import LEAKING_ARCHIVE_COLUMNS, read_candidates
from mesa_keras.recipes.mesa.candidate_views import fit_to_model
from mesa_keras.recipes.mesa.derived_features import DERIVED_COLUMNS
from mesa_keras.recipes.mesa.table_arrays import (
    asked_columns,
    feature_array,
    label_indices,
    row_faults,
    value_faults,
)
from mesa_keras.recipes.mesa.view_sources import load_views

# These columns name rows, classes and files, and are never inputs.
_NOT_INPUTS = frozenset({"object_id", "star_id", "label", "light_curve"})


@dataclass(frozen=True)
class MesaData:
    """Candidates as arrays, rows in the file's order.

    Attributes:
        object_id: Ids, shape `(rows,)`.
        star_id: Stars, shape `(rows,)`; splits are by star.
        label: Index into `class_names`, int32, shape `(rows,)`, -1 where a row has no
            known label; `None` where no row has one.
        class_names: Names of the classes in order.
        planet_features: Float32 of shape `(rows, columns)`, NaN where missing.
        planet_columns: Their names.
        stellar_features: Float32 of shape `(rows, columns)`, NaN where missing.
        stellar_columns: Their names.
        views: Float32 array of shape `(rows, steps)` by name, NaN where missing.
        view_convention: How the views are scaled, `None` without any.
        light_curve_source: "views", "raw", "inline", "simulated" or "none".
        faults: What is wrong with a row's values, shape `(rows,)`, '' where nothing.
        warnings: What a user should know about the files.
        fingerprint: SHA-256 over the table and its file of views.
        path: The table.
        star_catalogue: "KIC", "TIC" or "EPIC" where the file tells of which catalogue
            star numbers without a prefix are.
    """

    object_id: np.ndarray
    star_id: np.ndarray
    label: np.ndarray | None
    class_names: tuple[str, ...]
    planet_features: np.ndarray
    planet_columns: tuple[str, ...]
    stellar_features: np.ndarray
    stellar_columns: tuple[str, ...]
    views: dict[str, np.ndarray]
    view_convention: str | None
    light_curve_source: str
    faults: np.ndarray
    warnings: tuple[str, ...]
    fingerprint: str
    path: Path
    star_catalogue: str | None = None

    def __len__(self) -> int:
        return len(self.object_id)

    def known_label(self) -> np.ndarray:
        """Returns the labels of data that have them.

        Raises:
            ValueError: If there are none.
        """
        if self.label is None:
            raise ValueError(f"{self.path}: the table has no labels")
        return self.label

    def take(self, indices: ArrayLike) -> "MesaData":
        """Returns the given rows, in the order given."""
        rows = np.asarray(indices)
        if not rows.size:
            rows = rows.astype(np.int64)
        arrays: dict[str, Any] = {
            name: getattr(self, name)[rows]
            for name in (
                *("object_id", "star_id", "faults"),
                *("planet_features", "stellar_features"),
            )
        }
        return dataclasses.replace(
            self,
            **arrays,
            label=None if self.label is None else self.label[rows],
            views={name: view[rows] for name, view in self.views.items()},
        )

    def inputs(self) -> dict[str, np.ndarray]:
        """Returns the arrays that a model takes, by input name.

        An input without columns is left out.
        """
        features = {
            "planet_features": self.planet_features,
            "stellar_features": self.stellar_features,
        }
        return {k: v for k, v in features.items() if v.shape[1]} | self.views

    def missing(self) -> list[tuple[str, ...]]:
        """Returns for each row the inputs of which it has no value at all."""
        inputs = self.inputs()
        empty = {name: np.isnan(array).all(axis=1) for name, array in inputs.items()}
        return [
            tuple(name for name in inputs if empty[name][row])
            for row in range(len(self))
        ]


def load_data(
    path: str | os.PathLike[str],
    *,
    labels: Sequence[str],
    planet_features: Sequence[str],
    stellar_features: Sequence[str],
    derived_features: bool = False,
    columns: Mapping[str, str] | None = None,
    views_path: str | Path | None = None,
    require_labels: bool = True,
    expected_views: Mapping[str, int] | None = None,
    expected_convention: str | None = None,
    simulate_missing: bool = True,
    leaking: Sequence[str] = (),
    seed: int = 0,
) -> MesaData:
    """Loads a candidate table with its light curves.

    Args:
        path: CSV, CSV.gz or Parquet table; see `read_candidates`.
        labels: Class names in order.
        planet_features: Columns of the planet branch. One that the file lacks is
            missing for all rows, with a warning; a name of `DERIVED_COLUMNS` that the
            file lacks is computed.
        stellar_features: Columns of the stellar branch.
        derived_features: Whether `DERIVED_COLUMNS` follow the planet features.
        columns: Our column name to the file's.
        views_path: File of views; `None` takes `views.npz` beside the table, if any.
        require_labels: Whether each row must have a label of `labels`.
        expected_views: Steps by name of each view of a model that is already built.
        expected_convention: Convention of that model's views.
        simulate_missing: Whether light curves are simulated where the data have none.
        leaking: Further columns that give the label away.
        seed: Seed of the simulation.

    Returns:
        The data, every row of the file in its place.

    Raises:
        FileNotFoundError: If a file named does not exist.
        ValueError: If a file or its schema is wrong, a column gives the label away, or
            there is nothing to learn from.
    """
    planet = list(planet_features)
    if derived_features:
        planet += [name for name in DERIVED_COLUMNS if name not in planet]
    asked = [*planet, *stellar_features]
    _check_names(asked, columns or {}, leaking)
    table = read_candidates(
        path,
        labels=labels,
        columns=columns,
        require_labels=require_labels,
        features=asked,
    )
    known, notes = asked_columns(table, asked)
    views = load_views(
        table,
        views_path=views_path,
        simulate=simulate_missing and bool(known),
        seed=seed,
        expected=expected_views,
        convention=expected_convention,
    )
    if not known and views.source == "none":
        raise ValueError(
            f"{table.path}: none of the features asked for ({', '.join(asked)}) is in "
            "the file, and it has no light curves."
        )
    views = fit_to_model(
        views, len(table.frame), expected_views, expected_convention, table.path
    )
    faults = value_faults(table)
    label, said = label_indices(table, labels, require_labels)
    features = {
        name: feature_array(known, names, faults)
        for name, names in (("planet", planet), ("stellar", stellar_features))
    }
    return MesaData(
        object_id=table.frame["object_id"].to_numpy(dtype=str),
        star_id=table.frame["star_id"].to_numpy(dtype=str),
        label=label,
        class_names=tuple(labels),
        planet_features=features["planet"],
        planet_columns=tuple(planet),
        stellar_features=features["stellar"],
        stellar_columns=tuple(stellar_features),
        views=views.arrays,
        view_convention=views.convention,
        light_curve_source=views.source,
        faults=row_faults(faults, views, list(features.values())),
        warnings=(*table.warnings, *notes, *said, *views.warnings),
        fingerprint=_fingerprint(table.sha256, views.sha256),
        path=table.path,
        star_catalogue=table.star_catalogue,
    )


def _check_names(
    asked: Sequence[str], columns: Mapping[str, str], leaking: Sequence[str]
) -> None:
    for place, name in enumerate(asked):
        if name in _NOT_INPUTS:
            raise ValueError(f"Column '{name}' names rows and is no feature.")
        if name in asked[:place]:
            raise ValueError(f"Feature '{name}' is named twice.")
    mapped = [theirs for ours, theirs in columns.items() if ours not in _NOT_INPUTS]
    # The label under the name that it has in the file is the label all the same.
    own = [columns["label"]] if "label" in columns else []
    check_no_leak([*asked, *mapped], extra=(*LEAKING_ARCHIVE_COLUMNS, *own, *leaking))


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256(":".join(parts).encode()).hexdigest()
