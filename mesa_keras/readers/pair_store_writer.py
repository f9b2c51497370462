"""Writes stores of galaxy pairs shard by shard, so that a killed writing goes on."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mesa_keras.readers.pair_store_blocks import Block, rechunked
from mesa_keras.readers.pair_store_index import check_index
from mesa_keras.readers.pair_store_settings import store_settings
from mesa_keras.readers.pair_store_shard_writer import PairStoreWriter

__all__ = ["PairStoreWriter", "store_settings", "write_pair_store"]


def write_pair_store(
    folder: str | os.PathLike[str],
    index: pd.DataFrame,
    parts: Iterable[Block | Callable[[], Block]],
    *,
    settings: Mapping[str, Any] | None = None,
    resume: Sequence[str] | None = None,
) -> Path:
    """Writes a whole store.

    Args:
        folder: Folder, made where it is missing. An earlier store in it is replaced.
        index: A row per object; see `check_index`.
        parts: Blocks of `(images, flux, ivar)` in the order of the rows, of any number
            of rows each. With `resume`: one for each shard, or functions without
            arguments that return them, called only where a shard is not there yet.
        settings: Fields of `store.json` that differ from those of `store_settings`.
        resume: A key for each shard that says what it is made from. A shard that is
            whole and has the same key is not written again.

    Returns:
        The folder.

    Raises:
        FileExistsError: If the folder holds a `store.json` of something else.
        OSError: If a file cannot be written.
        ValueError: If the index breaks a rule, or blocks do not fit it or one another.
    """
    index = check_index(index)
    writer = PairStoreWriter(folder, len(index), settings)
    if resume is None:
        keys: Sequence[str] = [""] * writer.num_shards
        parts = rechunked(parts, [len(writer.rows(n)) for n in range(len(keys))])
    else:
        keys = resume
        if len(keys) != writer.num_shards:
            raise ValueError(
                f"`resume` must have a key for each of {writer.num_shards} shards. "
                f"Received: {len(keys)}"
            )
    count = 0
    for count, part in enumerate(parts, start=1):
        if count > writer.num_shards:
            raise ValueError(f"`parts` hold more than the {len(index)} rows of `index`")
        if resume is None or not writer.is_whole(count - 1, keys[count - 1]):
            block = part() if callable(part) else part
            writer.write(count - 1, *block, key=keys[count - 1])
    if count < writer.num_shards:
        raise ValueError(
            f"`parts` must fill {writer.num_shards} shards for the {len(index)} rows "
            f"of `index`. Received: {count} whole ones"
        )
    return writer.finish(index)
