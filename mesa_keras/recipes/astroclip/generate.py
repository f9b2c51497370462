"""Embeddings of a whole split of a store, on disk."""

import contextlib
import importlib.util
import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mesa_keras.evaluation.pair_validity import check_redshift_range
from mesa_keras.pipelines.pair_reader import MODALITIES, PairReader
from mesa_keras.readers import PairStore, open_pair_store
from mesa_keras.recipes.astroclip.embed import (
    ROWS_AT_ONCE,
    embed_images,
    embed_spectra,
    model_fingerprint,
)
from mesa_keras.recipes.astroclip.embeddings import finish_embeddings, open_embeddings
from mesa_keras.recipes.astroclip.model import model_schema
from mesa_keras.recipes.astroclip.partial_embeddings import PartialEmbeddings
from mesa_keras.training import open_model

# How often the work is made to last, in rows.
_SAVE_EVERY = 4096


@dataclass(frozen=True)
class Generated:
    """What was written.

    Attributes:
        files: Paths by what they hold.
        num_rows: Rows of the split.
        num_valid: Valid ones among them.
        faults: Reasons of rows that promised more than they hold, by row of the split.
        damaged: What is wrong with files of the store, by name.
        simulated: Whether the data are simulated.
    """

    files: dict[str, Path]
    num_rows: int
    num_valid: int
    faults: dict[int, str]
    damaged: dict[str, str]
    simulated: bool


def generate_embeddings(
    model_path: str | Path,
    data_dir: str | Path,
    output_dir: str | Path,
    *,
    split: str = "validation",
    batch_size: int = 256,
    redshift_range: tuple[float, float] = (0.0, 0.8),
    formats: Sequence[str] = ("npy",),
    workers: int = 2,
    progress: bool = False,
) -> Generated:
    """Embeds a split of a store; row i of the result is row i of the split.

    The result does not depend on `batch_size` or `workers`, not in its last bit. A run
    that was killed goes on where it stopped.

    Args:
        model_path: Model of `python -m cli.train_astroclip`.
        data_dir: Store of pairs.
        output_dir: Folder of the embeddings, made if needed.
        split: Name of a split of the index, or `all`.
        batch_size: Rows read at a time, rounded up to a multiple of 64.
        redshift_range: Lowest and highest redshift of a valid row, inclusive.
        formats: `"npy"`; `"pt"` for PyTorch files as well.
        workers: Threads that read.
        progress: Whether to show a progress bar.

    Raises:
        FileNotFoundError: If model or store are missing.
        ValueError: If an argument is wrong, or the data are not of the model's kind.
        ImportError: If `"pt"` is wanted without PyTorch.
        OSError: If the results cannot be written.
    """
    _check(batch_size, workers, formats)
    # Better known before the arrays of an earlier run are replaced than after.
    check_redshift_range(redshift_range)
    store = open_pair_store(data_dir)
    rows = store.rows_of(split)
    model = open_model(model_path)
    _check_same_kind(store, model_schema(model), f"{model_path}")
    about: dict[str, Any] = {
        "model_fingerprint": model_fingerprint(model),
        "data_fingerprint": store.fingerprint,
    }
    partial = PartialEmbeddings(
        output_dir,
        {**about, "split": split, "rows_at_once": ROWS_AT_ONCE},
        len(rows),
        model_schema(model)["embedding_dim"],
    )
    size = -(-batch_size // ROWS_AT_ONCE) * ROWS_AT_ONCE
    _fill(partial, model, store, rows, size, workers, progress)
    table = store.index.iloc[rows].reset_index(drop=True)
    _mark_faults(table, rows, partial)
    partial.take_their_place()
    files = finish_embeddings(
        output_dir,
        table,
        **about,
        redshift_range=redshift_range,
        simulated=bool(store.settings["simulated"]),
        store=str(Path(data_dir).resolve()),
        formats=formats,
    )
    partial.remove_journal()
    place = {int(row): i for i, row in enumerate(rows)}
    return Generated(
        files=files,
        num_rows=len(rows),
        num_valid=len(open_embeddings(output_dir).valid_indices),
        faults={place[row]: reason for row, reason in sorted(partial.faults.items())},
        damaged=dict(store.faults),
        simulated=bool(store.settings["simulated"]),
    )


def _check(batch_size: int, workers: int, formats: Sequence[str]) -> None:
    if batch_size < 1 or workers < 1:
        raise ValueError(
            "`batch_size` and `workers` must be positive. "
            f"Received: batch_size={batch_size}, workers={workers}"
        )
    # Better known before the work than after.
    if not set(formats) <= {"npy", "pt"}:
        raise ValueError(
            f"`format` must be npy or npy,pt. Received: {','.join(formats)}"
        )
    if "pt" in formats and importlib.util.find_spec("torch") is None:
        raise ImportError(
            "the format pt needs PyTorch: pip install torch, or leave it out."
        )


def _check_same_kind(store: PairStore, schema: dict[str, Any], model: str) -> None:
    """Raises `ValueError` where a store is not what the model was trained on."""
    settings = store.settings
    for name in ("bands", "pixel_scale", "image_unit", "wavelength", "flux_unit"):
        if settings[name] != schema[name]:
            raise ValueError(
                f"{store.folder}: `{name}` must be that of {model}, {schema[name]}. "
                f"Received: {settings[name]}"
            )
    if min(settings["image_shape"]) < schema["image_size"]:
        raise ValueError(
            f"{store.folder}: images must have at least the {schema['image_size']} rows"
            f" and columns of {model}. Received: {settings['image_shape']}"
        )


def _fill(
    partial: PartialEmbeddings,
    model: Any,
    store: PairStore,
    rows: np.ndarray,
    size: int,
    workers: int,
    progress: bool,
) -> None:
    """Computes the rows that are not there yet."""
    # A run that went on may have read other numbers of rows at a time.
    parts = [rows[i : i + size] for i in range(partial.done, len(rows), size)]
    reader = PairReader(store, MODALITIES, faults=partial.faults)
    saved = partial.done
    bar = tqdm(total=len(rows), initial=partial.done, unit="row", disable=not progress)
    with bar:
        for found in _read_ahead(reader, parts, workers):
            image = embed_images(model, found["image"])
            spectrum = embed_spectra(model, found["flux"], found["ivar"])
            flags = np.stack([found["image_valid"], found["spectrum_valid"]], axis=1)
            partial.write(image, spectrum, flags)
            bar.update(len(image))
            if partial.done - saved >= _SAVE_EVERY:
                partial.save()
                saved = partial.done


def _read_ahead(
    reader: PairReader, parts: list[np.ndarray], workers: int
) -> Iterator[dict[str, np.ndarray]]:
    """Reads parts in order, as many ahead as there are workers."""
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[Future[dict[str, np.ndarray]]] = []
        remaining = iter(parts)
        try:
            for part in itertools.islice(remaining, workers):
                waiting.append(pool.submit(reader.read, part))
            while waiting:
                found = waiting.pop(0).result()
                for part in itertools.islice(remaining, 1):
                    waiting.append(pool.submit(reader.read, part))
                yield found
        finally:
            for future in waiting:
                with contextlib.suppress(Exception):
                    future.cancel()


def _mark_faults(table: Any, rows: np.ndarray, partial: PartialEmbeddings) -> None:
    """Says in the index which rows were found to hold less than it promised."""
    flags = partial.flags
    table["image_valid"] = table["image_valid"].to_numpy(dtype=bool) & flags[:, 0]
    table["spectrum_valid"] = table["spectrum_valid"].to_numpy(dtype=bool) & flags[:, 1]
    reasons = [str(text) for text in table["reason"]]
    for place in np.flatnonzero(np.isin(rows, list(partial.faults))):
        found = partial.faults[int(rows[place])]
        reasons[place] = f"{reasons[place]}; {found}" if reasons[place] else found
    table["reason"] = reasons
