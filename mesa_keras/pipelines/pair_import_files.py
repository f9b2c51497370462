"""Spectra and cut-outs of galaxies, file by file, to a store of pairs."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from mesa_keras.pipelines.pair_import import PairImport, array_flags, import_splits
from mesa_keras.pipelines.pair_import_arrays import PairArrays
from mesa_keras.pipelines.pair_import_sources import (
    Source,
    Sources,
    find_files,
    gather_sources,
)
from mesa_keras.readers import PairStoreWriter
from mesa_keras.readers.galaxy_cutout import JPEG_SUFFIXES, JPEG_UNIT
from mesa_keras.readers.pair_store_settings import IMAGE_UNIT

_FIRST_COLUMNS = ("ra", "dec", "redshift")


def import_files(
    folder: str | os.PathLike[str],
    *,
    spectra: Sequence[str | os.PathLike[str]] = (),
    images: Sequence[str | os.PathLike[str]] = (),
    table: str | os.PathLike[str] | None = None,
    image_size: int = 152,
    pixel_scale: float = 0.262,
    shard_rows: int = 256,
    split: bool = True,
    progress: bool = False,
) -> PairImport:
    """Writes a store of all objects that have a file or a row of the table.

    A row without image or spectrum stays, flagged, and so does one whose file cannot be
    read. Spectra come onto the grid 3600 to 9824 Angstrom; linear cut-outs onto the
    pixel scale; all images are cropped, or surrounded by NaN, to one size.

    Args:
        folder: Folder of the store.
        spectra: SDSS `spec-*.fits`, DESI `coadd-*.fits`, or folders of them.
        images: Cut-outs, FITS or JPEG but not both, or folders of them.
        table: Table of catalogue columns; its `redshift` goes before that of the files.
        image_size: Rows and columns of the images.
        pixel_scale: Size of their pixels in arcsec.
        shard_rows: Rows of a shard.
        split: Whether to complete the splits that the table names; else they stay as
            they are, all or none.
        progress: Whether to show a progress bar.

    Returns:
        What became of it.

    Raises:
        FileNotFoundError: If a file or folder does not exist.
        OSError: If the store cannot be written.
        ValueError: If there is nothing to import, an object is there twice, images of
            linear flux and pictures are mixed, or the table is wrong.
    """
    cutouts = find_files(map(Path, images), "images")
    is_picture = _kind_of(cutouts)
    sources = gather_sources(
        find_files(map(Path, spectra), "spectra"),
        cutouts,
        None if table is None else Path(table),
    )
    if not sources.by_id:
        raise ValueError(
            "there is nothing to import: name spectra or images. "
            + " ".join(f"{name}: {why}." for name, why in sources.faults.items())
        )
    settings = {
        "image_shape": [image_size, image_size],
        "pixel_scale": pixel_scale,
        "image_unit": JPEG_UNIT if is_picture else IMAGE_UNIT,
        "shard_rows": shard_rows,
        "about": {"source": "files", "linear_flux": not is_picture},
    }
    objects = list(sources.by_id.values())
    # Better known before all files are read than after.
    groups, splits = _groups_and_splits(objects, sources, split, str(table))
    writer = PairStoreWriter(folder, len(objects), settings)
    arrays = PairArrays(writer.settings, is_picture, sources.faults, sources.warnings)
    found: list[pd.DataFrame] = []
    with tqdm(
        total=len(objects), desc="importing", unit=" galaxies", disable=not progress
    ) as bar:
        for shard in range(writer.num_shards):
            part = [objects[row] for row in writer.rows(shard)]
            writer.write(shard, *arrays.read(part))
            found.append(_flags(part, writer.read(shard), arrays.reasons))
            bar.update(len(part))
    index = _index(objects, pd.concat(found, ignore_index=True))
    if any("source_id" in source.facts for source in objects):
        index["source_id"] = groups
    if splits is not None:
        index["split"] = splits
    writer.finish(index)
    return PairImport(Path(folder), index, sources.faults, tuple(sources.warnings))


def _kind_of(cutouts: Sequence[Path]) -> bool:
    """Whether the cut-outs are pictures; all or none must be."""
    pictures = [path for path in cutouts if path.suffix.lower() in JPEG_SUFFIXES]
    if pictures and len(pictures) < len(cutouts):
        other = next(path for path in cutouts if path not in pictures)
        raise ValueError(
            "FITS images of linear flux and JPEG pictures cannot stand in one store. "
            f"Received: {other} and {pictures[0]}"
        )
    return bool(pictures)


def _flags(
    part: Sequence[Source],
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray],
    known: dict[int, dict[str, str]],
) -> pd.DataFrame:
    """Flags of some rows; what reading has found goes before what arrays show."""
    image, spectrum, seen = array_flags(*arrays)
    reasons = []
    for row, source in enumerate(part):
        why = {**seen[row], **known.get(source.object_id, {})}
        spectrum[row] &= "spectrum" not in why
        reasons.append("; ".join(why.values()))
    return pd.DataFrame(
        {"image_valid": image, "spectrum_valid": spectrum, "reason": reasons}
    )


def _groups_and_splits(
    objects: Sequence[Source], sources: Sources, complete: bool, table: str
) -> tuple[np.ndarray, np.ndarray | None]:
    """What each object is made from, and its split."""
    # An object without a source is its own. Ids do not survive being floats.
    own = [_source_id(source) for source in objects]
    groups = np.array(own, dtype=np.int64)
    named = [source.facts.get("split", "") for source in objects]
    splits, notes = import_splits(
        groups, np.array(named, dtype=object), complete, table
    )
    sources.warnings += notes
    return groups, splits


def _source_id(source: Source) -> int:
    """The source; a negative one is not known, as in the index of a store."""
    found = int(source.facts.get("source_id", -1))
    return found if found >= 0 else source.object_id


def _index(objects: Sequence[Source], flags: pd.DataFrame) -> pd.DataFrame:
    facts = pd.DataFrame([source.facts for source in objects])
    columns: dict[str, Any] = {
        "object_id": [source.object_id for source in objects],
    }
    for name in _FIRST_COLUMNS:
        given = facts[name] if name in facts else np.full(len(objects), np.nan)
        columns[name] = np.asarray(given, dtype=np.float64)
    index = pd.concat([pd.DataFrame(columns), flags], axis=1)
    for name in facts.columns:
        if name not in index and name not in ("split", "source_id"):
            index[name] = facts[name]
    return index
