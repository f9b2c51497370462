"""The published DESI x Legacy Survey set, or a file like it, to a store of pairs."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from mesa_keras.pipelines.pair_import import (
    PairImport,
    array_flags,
    import_splits,
    repeated_ids,
    splits_of_objects,
)
from mesa_keras.preprocessing import estimate_ivar, wavelength_grid
from mesa_keras.readers import PairStoreWriter
from mesa_keras.readers.desi_pairs_hdf5 import DesiPairs, read_desi_pairs
from mesa_keras.readers.galaxy_file_error import GalaxyFileError

_BANDS = 3


def import_hdf5(
    path: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    shard_rows: int = 256,
    split: bool = True,
    progress: bool = False,
) -> PairImport:
    """Writes a store of the pairs of an HDF5 file, row by row in its order.

    Memory is that of a shard. An import that was interrupted goes on when it is called
    again.

    Args:
        path: The file; see `read_desi_pairs`.
        folder: Folder of the store.
        shard_rows: Rows of a shard.
        split: Whether to complete the splits that the file names; else they stay as
            they are, all or none.
        progress: Whether to show a progress bar.

    Returns:
        What became of it.

    Raises:
        FileNotFoundError: If there is no such file.
        GalaxyFileError: If it is no such file, is damaged, or its spectra are on
            another grid.
        OSError: If the store cannot be written.
        ValueError: If only a part of the file names splits, which stay as they are.
    """
    path = Path(path)
    pairs = read_desi_pairs(path)
    _check(pairs)
    # Better known before all pairs are read than after.
    splits, split_notes = import_splits(
        pairs.object_id,
        splits_of_objects(pairs.object_id, pairs.split),
        split,
        str(path),
    )
    size = path.stat()
    settings = {
        "image_shape": list(pairs.image_shape[:2]),
        "shard_rows": shard_rows,
        "about": {"source": path.name, "groups": len(pairs.groups)},
    }
    writer = PairStoreWriter(folder, len(pairs), settings)
    flags = []
    with tqdm(
        total=len(pairs), desc="importing", unit=" pairs", disable=not progress
    ) as bar:
        for shard in range(writer.num_shards):
            rows = writer.rows(shard)
            key = f"{path.name} {size.st_size} {size.st_mtime_ns} {rows}"
            if not writer.is_whole(shard, key):
                writer.write(shard, *_arrays(pairs, rows), key=key)
            flags.append(array_flags(*writer.read(shard)))
            bar.update(len(rows))
    index, notes = _index(pairs, flags)
    if splits is not None:
        index["split"] = splits
    writer.finish(index)
    notes += split_notes
    return PairImport(Path(folder), index, {}, (*pairs.warnings, *notes))


def _check(pairs: DesiPairs) -> None:
    bins = len(wavelength_grid())
    if pairs.num_bins != bins:
        raise GalaxyFileError(
            pairs.path,
            f"its spectra must have the {bins} bins from 3600 to 9824 Angstrom, and "
            f"have {pairs.num_bins}",
        )
    if pairs.image_shape[2] != _BANDS:
        raise GalaxyFileError(
            pairs.path,
            f"its images must have the bands g, r, z, and have {pairs.image_shape[2]}",
        )


def _arrays(pairs: DesiPairs, rows: range) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    images, flux, ivar = pairs.read(rows.start, rows.stop)
    # A store would hold what is infinite as its largest number.
    images[~np.isfinite(images)] = np.nan
    if ivar is None:
        ivar = estimate_ivar(flux)
    good = np.isfinite(ivar) & (ivar > 0) & np.isfinite(flux)
    return images, flux, np.where(good, ivar, 0.0)


def _index(
    pairs: DesiPairs,
    flags: list[tuple[np.ndarray, np.ndarray, list[dict[str, str]]]],
) -> tuple[pd.DataFrame, list[str]]:
    count = len(pairs)
    first = repeated_ids(pairs.object_id)
    again = first != np.arange(count)
    # A row has its own id; what it is a picture of stands in `source_id`.
    # Below all ids of the file: those of the sky are negative.
    lowest = min(int(pairs.object_id.min()), 0)
    object_id = np.where(again, lowest - 1 - np.arange(count), pairs.object_id)
    index = pd.DataFrame(
        {
            "object_id": object_id,
            "ra": np.full(count, np.nan),
            "dec": np.full(count, np.nan),
            "redshift": np.where(np.isfinite(pairs.redshift), pairs.redshift, np.nan),
            "image_valid": np.concatenate([image for image, _, _ in flags]),
            "spectrum_valid": np.concatenate([spectrum for _, spectrum, _ in flags]),
            "reason": ["; ".join(why.values()) for _, _, whys in flags for why in whys],
        }
    )
    notes = []
    if not pairs.has_ivar:
        notes.append("inverse variances were estimated from the spectra")
    if again.any():
        index["source_id"] = pairs.object_id
        notes.append(
            f"{again.sum()} rows repeat a target: they got negative ids, and the split "
            "of the first"
        )
    return index, notes
