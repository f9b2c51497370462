"""The shards of a store of galaxy pairs, written one by one and then gathered."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.atomic_file import atomic_file
from mesa_keras.json_file import write_json
from mesa_keras.readers.pair_store_index import check_index
from mesa_keras.readers.pair_store_settings import (
    FORMAT,
    INDEX_FILE,
    STORE_FILE,
    store_settings,
)
from mesa_keras.readers.pair_store_shard import (
    DTYPES,
    array_path,
    data_offset,
    fingerprint_of,
    row_shapes,
)

_LARGEST = float(np.finfo(np.float16).max)


class PairStoreWriter:
    """Writes the shards of a store in any order, from any number of processes.

    What is done stands in the folder, a small `shard_*.json` beside each shard, until
    `finish` gathers it in `store.json`. Until then the folder is no store.

    Args:
        folder: Folder, made where it is missing. An earlier store in it is replaced,
            but for the shards that `is_whole` finds.
        num_rows: Number of objects of the store.
        settings: Fields of `store.json` that differ from those of `store_settings`.

    Raises:
        FileExistsError: If the folder holds a `store.json` of something else.
        OSError: If the folder cannot be written.
        ValueError: If a setting makes no sense.

    Attributes:
        num_shards: Number of shards, all of `shard_rows` rows but the last.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        num_rows: int,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings = store_settings(**(settings or {}))
        if num_rows < 1:
            raise ValueError(f"`num_rows` must be 1 or more. Received: {num_rows}")
        self.folder = Path(folder)
        self.num_rows = num_rows
        self.num_shards = -(-num_rows // self.settings["shard_rows"])
        self._shapes = row_shapes(self.settings)
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(f"{self.folder} is a file: a store needs a folder")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._reopen()

    def rows(self, shard: int) -> range:
        """Rows of the store that a shard holds."""
        step = self.settings["shard_rows"]
        return range(shard * step, min((shard + 1) * step, self.num_rows))

    def is_whole(self, shard: int, key: str) -> bool:
        """Whether a shard made from the same is there already, with all its files.

        Args:
            shard: Number of the shard.
            key: What it is made from, as given to `write`.
        """
        record = self._record(shard)
        if record is None or record.get("key") != self._key(key):
            return False
        try:
            for kind, path in self._paths(shard).items():
                data_offset(path, self._shape(kind, shard), DTYPES[kind])
        except (OSError, ValueError):
            return False
        return True

    def write(
        self,
        shard: int,
        images: np.ndarray,
        flux: np.ndarray,
        ivar: np.ndarray,
        *,
        key: str = "",
    ) -> None:
        """Writes a shard; after a kill it is there as a whole or not at all.

        Args:
            shard: Number of the shard.
            images: Shape `(rows, height, width, bands)`; NaN where there is none.
                Values beyond what half precision holds become its largest.
            flux: Shape `(rows, bins)`.
            ivar: Inverse variance, same shape; 0 = no measurement.
            key: What the shard is made from, for `is_whole`.

        Raises:
            OSError: If a file cannot be written.
            ValueError: If a shape does not fit, or an inverse variance is negative.
        """
        arrays = {"images": images, "flux": flux, "ivar": ivar}
        for kind, array in arrays.items():
            if np.shape(array) != self._shape(kind, shard):
                raise ValueError(
                    f"`{kind}` of shard {shard} must have shape "
                    f"{self._shape(kind, shard)}. Received: {np.shape(array)}"
                )
        if not (np.isfinite(ivar) & (np.asarray(ivar) >= 0)).all():
            raise ValueError(
                f"`ivar` of shard {shard} must be finite and 0 or more everywhere: 0, "
                "not NaN, is no measurement."
            )
        arrays["images"] = np.clip(images, -_LARGEST, _LARGEST)
        self._sidecar(shard).unlink(missing_ok=True)
        digests = []
        for kind, path in self._paths(shard).items():
            array = np.ascontiguousarray(arrays[kind], dtype=DTYPES[kind])
            digests.append(fingerprint_of(array))
            with atomic_file(path) as temporary, temporary.open("wb") as stream:
                np.lib.format.write_array(stream, array, version=(1, 0))
        record = {
            "name": self._name(shard),
            "rows": len(self.rows(shard)),
            "fingerprint": "-".join(digests),
            "key": self._key(key),
        }
        write_json(self._sidecar(shard), record)

    def read(self, shard: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Reads a shard that was written: images, flux and inverse variance."""
        images, flux, ivar = (
            np.load(path, allow_pickle=False) for path in self._paths(shard).values()
        )
        return images, flux, ivar

    def finish(self, index: pd.DataFrame) -> Path:
        """Makes the folder a store, once all shards are written.

        Args:
            index: A row per object; see `check_index`.

        Returns:
            The folder.

        Raises:
            OSError: If a file cannot be written.
            ValueError: If the index breaks a rule or a shard is not there.
        """
        index = check_index(index)
        if len(index) != self.num_rows:
            raise ValueError(
                f"`index` must have {self.num_rows} rows. Received: {len(index)}"
            )
        records = [self._record(shard) for shard in range(self.num_shards)]
        if None in records:
            raise ValueError(
                f"{self.folder}: shard {records.index(None)} of {self.num_shards} has "
                "not been written."
            )
        with atomic_file(self.folder / INDEX_FILE) as temporary:
            index.to_parquet(temporary, index=False)
        write_json(self.folder / STORE_FILE, {**self.settings, "shards": records})
        self._remove_others()
        return self.folder

    def _reopen(self) -> None:
        """Takes an earlier store apart into shards that may be used again."""
        path = self.folder / STORE_FILE
        if not path.exists():
            return
        try:
            earlier = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            earlier = None
        if not isinstance(earlier, dict) or earlier.get("format") != FORMAT:
            raise FileExistsError(
                f"{path} is there already and is no store of galaxy pairs: choose "
                "another folder"
            )
        for record in earlier.get("shards", []):
            write_json(self.folder / f"shard_{record['name']}.json", record)
        path.unlink()

    def _remove_others(self) -> None:
        """Removes the records, and shards of an earlier store that had more of them."""
        own = {self._name(shard) for shard in range(self.num_shards)}
        for sidecar in self.folder.glob("shard_*.json"):
            name = sidecar.stem.removeprefix("shard_")
            for kind in DTYPES if name not in own else ():
                array_path(self.folder, kind, name).unlink(missing_ok=True)
            sidecar.unlink()

    def _record(self, shard: int) -> dict[str, Any] | None:
        try:
            record = json.loads(self._sidecar(shard).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        whole = record.get("rows") == len(self.rows(shard))
        return dict(record) if whole else None

    def _key(self, key: str) -> str:
        facts = json.dumps([key, {**self.settings, "about": None}], sort_keys=True)
        return hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()

    def _name(self, shard: int) -> str:
        return f"{shard:05d}"

    def _sidecar(self, shard: int) -> Path:
        return self.folder / f"shard_{self._name(shard)}.json"

    def _paths(self, shard: int) -> dict[str, Path]:
        name = self._name(shard)
        return {kind: array_path(self.folder, kind, name) for kind in DTYPES}

    def _shape(self, kind: str, shard: int) -> tuple[int, ...]:
        return (len(self.rows(shard)), *self._shapes[kind])
