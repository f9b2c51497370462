"""Galaxy pairs on disk: an index, and images and spectra in shards.

A store is a folder. `index.parquet` holds a row per object, in an order that stays for
good; `store.json` says what the arrays are; `images_*.npy`, `flux_*.npy` and
`ivar_*.npy` hold them, some hundred rows each. Every row keeps its place, also where an
image or a spectrum is missing: then it is NaN, with inverse variance 0.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from mesa_keras.readers.pair_store_index import read_index
from mesa_keras.readers.pair_store_settings import INDEX_FILE, read_settings
from mesa_keras.readers.pair_store_shard import (
    DTYPES,
    WrongArrayError,
    array_path,
    data_offset,
    fingerprint_of,
    read_rows,
    row_shapes,
)


def open_pair_store(folder: str | os.PathLike[str]) -> "PairStore":
    """Opens a store of galaxy pairs; checks the index and the size of every shard.

    Args:
        folder: Folder of the store.

    Returns:
        The store. What is wrong with single files stands in its `faults`.

    Raises:
        FileNotFoundError: If the folder, `store.json` or `index.parquet` is missing.
        ValueError: If one of the two is wrong, or the shapes that `store.json` states
            fit no shard at all. The message names file and rule.

    Example:
        >>> store = open_pair_store("data/galaxies")  # doctest: +SKIP
        >>> store.images([5, 2]).shape  # doctest: +SKIP
        (2, 152, 152, 3)
    """
    return PairStore(folder)


class PairStore:
    """A store of galaxy pairs, read row by row; see `open_pair_store`.

    Memory is that of the rows asked for. Reading is safe from several threads, and a
    store may be sent to other processes.

    Attributes:
        folder: The folder.
        index: The rows of `index.parquet`.
        settings: What `store.json` says.
        wavelengths: Wavelengths of the bins in Angstrom, in vacuum, shape `(bins,)`.
        num_rows: Number of objects.
        faults: What is wrong with a file, by its name. Its rows read as missing.
        damaged_images: Rows whose image is in such a file, boolean `(num_rows,)`.
        damaged_spectra: Rows whose flux or inverse variance is.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise FileNotFoundError(f"{self.folder}: no such folder.")
        self.settings: dict[str, Any] = read_settings(self.folder)
        self.index: pd.DataFrame = read_index(self.folder / INDEX_FILE)
        grid = self.settings["wavelength"]
        self.wavelengths = grid["start"] + grid["step"] * np.arange(grid["num"])
        self.num_rows = len(self.index)
        self._shapes = row_shapes(self.settings)
        self._names = [shard["name"] for shard in self.settings["shards"]]
        counts = [shard["rows"] for shard in self.settings["shards"]]
        if sum(counts) != self.num_rows:
            raise ValueError(
                f"{self.folder}: index.parquet has {self.num_rows:,} rows, and the "
                f"shards of store.json {sum(counts):,}; they must agree."
            )
        self._first = np.concatenate([[0], np.cumsum(counts)])
        self.faults: dict[str, str] = {}
        self.damaged_images = np.zeros(self.num_rows, dtype=bool)
        self.damaged_spectra = np.zeros(self.num_rows, dtype=bool)
        self._offsets = {kind: self._check_files(kind) for kind in DTYPES}

    def __len__(self) -> int:
        return self.num_rows

    @property
    def fingerprint(self) -> str:
        """Digest of the index, the settings, the shards and what is wrong with them."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update((self.folder / INDEX_FILE).read_bytes())
        facts = {key: self.settings[key] for key in sorted(self.settings)}
        digest.update(json.dumps([facts, sorted(self.faults)]).encode())
        return digest.hexdigest()

    def rows_of(self, split: str) -> np.ndarray:
        """Returns the rows of a split, ascending; `all` is every row.

        Raises:
            ValueError: If the index has no splits, or none of that name.
        """
        if split == "all":
            return np.arange(self.num_rows)
        if "split" not in self.index:
            raise ValueError(
                f"{self.folder / INDEX_FILE}: has no column 'split'; only 'all' can be "
                f"asked for. Received: {split!r}"
            )
        rows = np.flatnonzero(self.index["split"] == split)
        if not rows.size:
            there = ", ".join(sorted(self.index["split"].unique()))
            raise ValueError(
                f"{self.folder / INDEX_FILE}: column 'split' holds {there}. "
                f"Received: {split!r}"
            )
        return rows

    def shard_of(self, rows: Any) -> np.ndarray:
        """Returns the number of the shard that holds each row, shape `(n,)`."""
        rows = self._checked(rows)
        return np.asarray(np.searchsorted(self._first, rows, side="right") - 1)

    def images(self, rows: Any) -> np.ndarray:
        """Reads images.

        Args:
            rows: Rows of the store, integers of shape `(n,)`, in any order.

        Returns:
            float16 of shape `(n, height, width, bands)` in the unit of the settings;
            NaN where there is no image.

        Raises:
            ValueError: If a row is none of the store's.
        """
        return self._read("images", self._checked(rows))

    def spectra(self, rows: Any) -> tuple[np.ndarray, np.ndarray]:
        """Reads spectra.

        Args:
            rows: Rows of the store, integers of shape `(n,)`, in any order.

        Returns:
            Flux and inverse variance, float32 of shape `(n, bins)`. Inverse variance 0
            is no measurement; a row without spectrum has flux NaN throughout.

        Raises:
            ValueError: If a row is none of the store's.
        """
        rows = self._checked(rows)
        flux, ivar = self._read("flux", rows), self._read("ivar", rows)
        lost = self.damaged_spectra[rows]
        flux[lost], ivar[lost] = np.nan, 0.0
        return flux, ivar

    def verify(self, progress: bool = False) -> dict[str, str]:
        """Reads every value and compares with the fingerprints of the writing.

        Args:
            progress: Whether to show a progress bar.

        Returns:
            `faults`, with the files whose content has changed.
        """
        shards = self.settings["shards"]
        bar = tqdm(shards, desc="verifying", unit=" shards", disable=not progress)
        for number, shard in enumerate(bar):
            rows = np.arange(self._first[number], self._first[number + 1])
            digests = shard["fingerprint"].split("-")
            for kind, digest in zip(DTYPES, digests, strict=True):
                name = array_path(self.folder, kind, shard["name"]).name
                if name not in self.faults and digest != fingerprint_of(
                    self._read(kind, rows)
                ):
                    self._blame(kind, number, "its content has changed")
        return self.faults

    def _check_files(self, kind: str) -> list[int]:
        """Where the values of each file begin; faults go into `faults`."""
        offsets = []
        others = 0
        for number, name in enumerate(self._names):
            count = int(self._first[number + 1] - self._first[number])
            shape = (count, *self._shapes[kind])
            try:
                path = array_path(self.folder, kind, name)
                offsets.append(data_offset(path, shape, DTYPES[kind]))
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                self._blame(kind, number, reason)
                offsets.append(-1)
                others += isinstance(error, WrongArrayError)
        if others == len(offsets):
            name, reason = list(self.faults.items())[-1]
            raise ValueError(
                f"{self.folder}: store.json fits no file of {kind}: {name} {reason}."
            )
        return offsets

    def _blame(self, kind: str, number: int, reason: str) -> None:
        path = array_path(self.folder, kind, self._names[number])
        self.faults[path.name] = reason
        lost = self.damaged_images if kind == "images" else self.damaged_spectra
        lost[self._first[number] : self._first[number + 1]] = True

    def _checked(self, rows: Any) -> np.ndarray:
        rows = np.asarray(rows)
        if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
            raise ValueError(
                "`rows` must be one-dimensional integers. "
                f"Received: shape {rows.shape}, dtype {rows.dtype}"
            )
        if rows.size and not 0 <= rows.min() <= rows.max() < self.num_rows:
            raise ValueError(
                f"`rows` must lie between 0 and {self.num_rows - 1}. "
                f"Received: {rows.min()} to {rows.max()}"
            )
        return np.asarray(rows, dtype=np.int64)

    def _read(self, kind: str, rows: np.ndarray) -> np.ndarray:
        out: np.ndarray = np.empty((rows.size, *self._shapes[kind]), DTYPES[kind])
        order = np.argsort(rows, kind="stable")
        ordered = rows[order]
        borders = np.searchsorted(ordered, self._first)
        for number in np.flatnonzero(np.diff(borders)):
            part = slice(borders[number], borders[number + 1])
            places, offset = order[part], self._offsets[kind][number]
            path = array_path(self.folder, kind, self._names[number])
            if path.name not in self.faults:
                try:
                    inside = ordered[part] - self._first[number]
                    read_rows(path, offset, inside, out, places)
                    continue
                except (OSError, ValueError) as error:
                    reason = getattr(error, "strerror", None) or str(error)
                    self._blame(kind, int(number), reason)
            out[places] = 0.0 if kind == "ivar" else np.nan
        return out
