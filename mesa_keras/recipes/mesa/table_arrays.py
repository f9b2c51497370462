"""Columns, labels and faults of a candidate table as arrays."""

from collections.abc import Mapping, Sequence

import numpy as np

from mesa_keras.readers import NO_USABLE_VALUE, CandidateTable
from mesa_keras.recipes.mesa.candidate_views import Views
from mesa_keras.recipes.mesa.derived_features import DERIVED_COLUMNS, derive
from mesa_keras.recipes.mesa.star_events import STAR_EVENT_COLUMNS, star_events


def asked_columns(
    table: CandidateTable, asked: Sequence[str]
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Returns the asked columns that exist or can be derived, and what is absent."""
    derived = derive(table.frame) if set(asked) & set(DERIVED_COLUMNS) else {}
    if set(asked) & set(STAR_EVENT_COLUMNS):
        derived |= star_events(table)
    known, notes = {}, []
    for name in asked:
        if name in table.frame:
            known[name] = table.frame[name].to_numpy(dtype=np.float64)
        elif name in derived and np.isfinite(derived[name]).any():
            known[name] = derived[name]
        elif name in STAR_EVENT_COLUMNS:
            notes.append(
                f"{name} is missing for all rows: no star has two events with a period"
            )
        else:
            notes.append(f"column {name} is absent: it is missing for all rows")
    return known, notes


def feature_array(
    known: Mapping[str, np.ndarray], names: Sequence[str], faults: list[list[str]]
) -> np.ndarray:
    """Stacks columns as float32, NaN where a column is absent or overflows."""
    features = np.full((len(faults), len(names)), np.nan, dtype=np.float32)
    for place, name in enumerate(names):
        if name not in known:
            continue
        with np.errstate(over="ignore"):
            features[:, place] = known[name]
        for row in np.flatnonzero(np.isinf(features[:, place])):
            faults[row].append(f"{name}={known[name][row]:g} is too large")
            features[row, place] = np.nan
    return features


def label_indices(
    table: CandidateTable, names: Sequence[str], required: bool
) -> tuple[np.ndarray | None, list[str]]:
    """Returns the index of each row's label, and what a user should know.

    Rows without a known label, which only unlabelled data may have, get -1; `None`
    stands for no label at all, as where no class is known.
    """
    if not names:
        return None, []
    place = {name: index for index, name in enumerate(names)}
    text = table.frame["label"]
    label = np.array([place.get(name, -1) for name in text], dtype=np.int32)
    if required or (label >= 0).all():
        return label, []
    given = int((text != "").sum())
    unknown = given - int((label >= 0).sum())
    notes = []
    if unknown:
        notes.append(f"{unknown} of {given} labels are none of {', '.join(names)}")
    return (label if (label >= 0).any() else None), notes


def value_faults(table: CandidateTable) -> list[list[str]]:
    """Returns the faults of each row's values, whether or not light curves remain."""
    alone = (
        fault.removesuffix(NO_USABLE_VALUE).removesuffix("; ") for fault in table.faults
    )
    return [[fault] if fault else [] for fault in alone]


def row_faults(
    faults: list[list[str]], views: Views, features: list[np.ndarray]
) -> np.ndarray:
    """Joins the faults of a row; one is unusable only without any input at all."""
    usable = np.zeros(len(faults), dtype=bool)
    for array in (*features, *views.arrays.values()):
        usable |= np.isfinite(array).any(axis=1)
    for row, reason in views.faults.items():
        faults[row].append(reason)
    return np.array(
        [
            "; ".join(reasons if good else [*reasons, NO_USABLE_VALUE])
            for reasons, good in zip(faults, usable, strict=True)
        ],
        dtype=str,
    )
