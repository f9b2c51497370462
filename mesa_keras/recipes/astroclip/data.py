"""The pairs of a store that a run learns from and is judged on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.evaluation.leakage import check_disjoint
from mesa_keras.pipelines.pair_import import repeated_ids
from mesa_keras.pipelines.pair_reader import valid_rows
from mesa_keras.pipelines.split import split_by_group
from mesa_keras.readers import PairStore, open_pair_store
from mesa_keras.readers.pair_store_settings import INDEX_FILE
from mesa_keras.recipes.astroclip.config import AstroclipConfig
from mesa_keras.recipes.astroclip.object_groups import object_groups

PARTS = ("train", "validation")


@dataclass(frozen=True)
class AstroclipData:
    """A store and what each of its rows is for.

    Attributes:
        store: The store.
        rows: All rows of `train` and of `validation`.
        valid: The valid ones among them.
        notes: What a user should know.
    """

    store: PairStore
    rows: dict[str, np.ndarray]
    valid: dict[str, np.ndarray]
    notes: tuple[str, ...]

    @property
    def redshift(self) -> np.ndarray:
        """Redshift of every row of the store, NaN = unknown."""
        column = self.store.index["redshift"]
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))

    def sample(self, part: str, size: int, seed: int) -> np.ndarray:
        """Returns at most `size` valid rows of a part, drawn at random, in order."""
        rows = self.valid[part]
        if len(rows) <= size:
            return rows
        drawn = np.random.default_rng(seed).choice(rows, size, replace=False)
        return np.sort(drawn)

    def counts(self) -> dict[str, Any]:
        """Rows and valid rows of each part."""
        return {
            part: {"rows": len(self.rows[part]), "valid": len(self.valid[part])}
            for part in PARTS
        }


def load_data(folder: str | Path, config: AstroclipConfig) -> AstroclipData:
    """Opens a store and finds the rows to train and to validate on.

    The index may name its splits; else objects are split by `source_id` or `object_id`,
    all of them, or those of training where only a validation split is missing.

    Args:
        folder: Folder of the store.
        config: Range of redshifts, share of validation, size of the images and seed.

    Raises:
        FileNotFoundError: If the folder or its index is missing.
        ValueError: If the store is wrong, its images are smaller than the crop, two
            splits share an object, or there is no valid pair to learn from.
    """
    store = open_pair_store(folder)
    size, shape = config.image_size, tuple(store.settings["image_shape"])
    if min(shape) < size:
        raise ValueError(
            f"`image_size` must be at most that of the images in {folder}, "
            f"{shape[0]} x {shape[1]}. Received: image_size={size}"
        )
    rows, notes = _split(store, config)
    low, high = config.redshift_range
    valid = {part: valid_rows(store, rows[part], (low, high)) for part in PARTS}
    for part in PARTS:
        if len(valid[part]) < 2:
            raise ValueError(
                f"{folder}: the {part} split must hold two valid pairs or more. "
                f"Received: {len(valid[part])} of {len(rows[part])}"
            )
    notes += [f"{name}: {reason}" for name, reason in store.faults.items()]
    if store.settings["simulated"]:
        notes.append("the data are simulated")
    return AstroclipData(store, rows, valid, tuple(notes))


def _split(
    store: PairStore, config: AstroclipConfig
) -> tuple[dict[str, np.ndarray], list[str]]:
    groups = object_groups([store.index])[0]
    if "split" in store.index:
        _check_splits(store, groups)
        if (store.index["split"] == "validation").any():
            return {part: store.rows_of(part) for part in PARTS}, []
        known, why = store.rows_of("train"), "no validation split"
    else:
        known, why = np.arange(store.num_rows), "no split"
    held = config.validation_fraction
    parts = split_by_group(
        groups[known], {"train": 1 - held, "validation": held}, seed=config.seed
    )
    rows = {part: known[chosen] for part, chosen in parts.items()}
    what = "objects" if why == "no split" else "training objects"
    return rows, [f"the data name {why}: {held:.0%} of the {what} are for validation"]


def _check_splits(store: PairStore, groups: np.ndarray) -> None:
    """Raises if any two splits share an object: also one that is for tests only."""
    # An object is called by an id that stands in the index, not by its number.
    names = store.index["object_id"].to_numpy()[repeated_ids(groups)]
    split = store.index["split"].to_numpy()
    try:
        check_disjoint(**{str(name): names[split == name] for name in np.unique(split)})
    except ValueError as error:
        raise ValueError(f"{store.folder / INDEX_FILE}: {error}") from error
