"""A store of simulated galaxies: images, spectra and the catalogue of what they are."""

import contextlib
import itertools
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from mesa_keras._version import __version__
from mesa_keras.atomic_file import atomic_file
from mesa_keras.available_cores import available_cores
from mesa_keras.json_file import write_json
from mesa_keras.readers.pair_store_writer import PairStoreWriter
from mesa_keras.simulation.galaxies.blocks import simulated_blocks
from mesa_keras.simulation.galaxies.columns import COLUMN_MEANINGS
from mesa_keras.simulation.galaxies.image import IMAGE_SIZE, PIXEL_SCALE
from mesa_keras.simulation.galaxies.simulated_galaxy import (
    GalaxySimulation,
    galaxy_simulation,
)
from mesa_keras.simulation.galaxies.splits import assign_splits, split_fractions

GALAXY_FACTS = "simulation.json"
_INDEX, _STORE = "index.parquet", "store.json"
_KIND = "simulated galaxies"
# Raised whenever the same seed gives other galaxies, so that no store mixes two kinds.
_REVISION = 3
_CHUNK = 16


def simulate_galaxies(
    output_dir: str | os.PathLike[str],
    num: int,
    seed: int = 0,
    *,
    shifted_fraction: float = 0.2,
    test_fraction: float = 0.2,
    validation_fraction: float = 0.05,
    calibration_fraction: float = 0.05,
    workers: int | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Writes a store of galaxy pairs, see `mesa_keras.readers.pair_store`.

    Objects go through the 10,000 real galaxies of kcorrect in a random order, again and
    again, and each pass draws all but the galaxy anew. An object depends on its number
    and the seed alone: a larger survey begins with the smaller one, and the number of
    processes changes nothing. All objects of a source are in one split. A run that was
    killed goes on when it is called again, and a finished one can be made larger.

    Args:
        output_dir: Folder, made where it is missing.
        num: Number of objects.
        seed: Seed, 0 or more.
        shifted_fraction: Part of the objects that are moved to another redshift, up
            to 1, where galaxies of their luminosity can be observed.
        test_fraction: Part of the source galaxies for tests.
        validation_fraction: Part that chooses the model.
        calibration_fraction: Part that calibrates it. Training gets the rest.
        workers: Processes; by default one per core.
        progress: Whether to show a progress bar on standard error.

    Returns:
        The index of the store; `COLUMN_MEANINGS` tells its columns, and so does
        `store.json`.

    Raises:
        FileExistsError: If the folder holds another store.
        ImportError: If GalSim, kcorrect or speclite is not installed.
        NotADirectoryError: If `output_dir` is a file.
        OSError: If a file cannot be written.
        ValueError: If an argument is out of range.
    """
    if num < 1:
        raise ValueError(f"`num` must be 1 or more. Received: {num}")
    if workers is not None and workers < 1:
        raise ValueError(f"`workers` must be 1 or more. Received: {workers}")
    fractions = split_fractions(
        test_fraction, validation_fraction, calibration_fraction
    )
    simulation = galaxy_simulation(seed, shifted_fraction)
    folder = Path(output_dir)
    earlier = _earlier_rows(folder, _recipe(simulation), num)
    about = {
        **_recipe(simulation),
        "num": num,
        "fractions": list(fractions),
        "version": __version__,
        "columns": COLUMN_MEANINGS,
    }
    writer = PairStoreWriter(folder, num, _settings(about))
    write_json(folder / GALAXY_FACTS, about)
    _write_shards(simulation, writer, earlier, workers or available_cores(), progress)
    index = pd.concat(
        [_rows_of(writer, shard, earlier) for shard in range(writer.num_shards)],
        ignore_index=True,
    )
    places = assign_splits(len(simulation.sources), fractions)
    index.insert(9, "split", places[np.arange(num) % len(places)])
    writer.finish(index)
    for shard in range(writer.num_shards):
        _rows_file(folder, shard).unlink(missing_ok=True)
    return index


def _recipe(simulation: GalaxySimulation) -> dict[str, Any]:
    """What decides how object number n looks."""
    return {
        "kind": _KIND,
        "revision": _REVISION,
        "seed": simulation.seed,
        "shifted_fraction": simulation.shifted_fraction,
        "sources": "kcorrect, data/test/gst_tests_small.fits (SDSS)",
    }


def _settings(about: dict[str, Any]) -> dict[str, Any]:
    return {
        "pixel_scale": PIXEL_SCALE,
        "image_shape": [IMAGE_SIZE, IMAGE_SIZE],
        "simulated": True,
        "about": about,
    }


def _earlier_rows(
    folder: Path, recipe: dict[str, Any], num: int
) -> pd.DataFrame | None:
    """Rows of a store that is to be made larger, if there is one.

    Raises:
        FileExistsError: If what the folder holds was made from something else, or has
            more objects.
    """
    facts: Any = None
    for name in (_STORE, GALAXY_FACTS):
        with contextlib.suppress(OSError, ValueError):
            found = json.loads((folder / name).read_text(encoding="utf-8"))
            facts = found.get("about") if name == _STORE else found
            break
    known = isinstance(facts, dict) and facts.get("kind") == _KIND
    if known and {name: facts.get(name) for name in recipe} != recipe:
        raise FileExistsError(
            f"{folder} holds galaxies simulated with seed {facts.get('seed')} and "
            f"shifted_fraction {facts.get('shifted_fraction')}, revision "
            f"{facts.get('revision')}: choose another folder"
        )
    occupied = [n for n in (_STORE, _INDEX) if (folder / n).exists()]
    if occupied and not known:
        raise FileExistsError(
            f"{folder / occupied[0]} is there already and was not simulated: choose "
            "another folder"
        )
    if not (folder / _INDEX).exists():
        return None
    rows = pd.read_parquet(folder / _INDEX).drop(columns="split")
    if len(rows) > num:
        raise FileExistsError(
            f"{folder} holds {len(rows):,} galaxies already, more than `num`={num:,}: "
            "choose another folder"
        )
    return rows


def _write_shards(
    simulation: GalaxySimulation,
    writer: PairStoreWriter,
    earlier: pd.DataFrame | None,
    workers: int,
    progress: bool,
) -> None:
    """Simulates the shards that are not there yet."""
    key = json.dumps(_recipe(simulation))
    missing = [
        shard
        for shard in range(writer.num_shards)
        if not writer.is_whole(shard, key) or _rows_of(writer, shard, earlier).empty
    ]
    tasks = [
        (shard, writer.rows(shard)[start : start + _CHUNK])
        for shard in missing
        for start in range(0, len(writer.rows(shard)), _CHUNK)
    ]
    blocks = simulated_blocks(simulation, [rows for _, rows in tasks], workers)
    numbered = zip((shard for shard, _ in tasks), blocks, strict=True)
    with tqdm(
        total=writer.num_rows,
        initial=writer.num_rows - sum(len(rows) for _, rows in tasks),
        desc="simulating",
        unit=" galaxies",
        disable=not progress,
    ) as bar:
        for shard, group in itertools.groupby(numbered, key=lambda pair: pair[0]):
            parts = []
            for _, block in group:
                parts.append(block)
                bar.update(len(block[3]))
            rows = pd.DataFrame([row for part in parts for row in part[3]])
            # Before the arrays: a shard that is whole has its rows.
            with atomic_file(_rows_file(writer.folder, shard)) as path:
                rows.to_parquet(path, index=False)
            arrays = (np.concatenate([part[n] for part in parts]) for n in range(3))
            writer.write(shard, *arrays, key=key)


def _rows_file(folder: Path, shard: int) -> Path:
    return folder / f"rows_{shard:05d}.parquet"


def _rows_of(
    writer: PairStoreWriter, shard: int, earlier: pd.DataFrame | None
) -> pd.DataFrame:
    """Rows of a whole shard; empty if they are lost."""
    path = _rows_file(writer.folder, shard)
    if path.exists():
        return pd.read_parquet(path)
    rows = writer.rows(shard)
    if earlier is None or len(earlier) < rows.stop:
        return pd.DataFrame()
    return earlier.iloc[rows.start : rows.stop]
