"""Embeddings on their way to disk, so that a killed run goes on where it stopped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.json_file import write_json
from mesa_keras.recipes.astroclip.embeddings_files import (
    IMAGE_FILE,
    SPECTRUM_FILE,
    TABLE_FILE,
)

_JOURNAL = "embeddings_progress.json"
_FLAGS = "valid_flags"


class PartialEmbeddings:
    """Memory-mapped arrays that are filled in order, and a journal of how far.

    Args:
        folder: Folder of the arrays, made if needed.
        key: All that determines the result, JSON-able. Arrays of another key are
            begun anew.
        num_rows: Number of rows.
        dim: Length of a vector.

    Attributes:
        done: Rows that are on disk for good.
        faults: Reasons of rows that were found to hold nothing, by row of the store.
    """

    def __init__(
        self, folder: str | Path, key: Mapping[str, Any], num_rows: int, dim: int
    ) -> None:
        self.folder = Path(folder)
        self.key = json.loads(json.dumps(dict(key)))
        self.num_rows = num_rows
        self._shapes = {
            IMAGE_FILE: (np.float32, (num_rows, dim)),
            SPECTRUM_FILE: (np.float32, (num_rows, dim)),
            _FLAGS: (np.bool_, (num_rows, 2)),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self.done = 0
        self.faults: dict[int, str] = {}
        self._arrays = self._go_on() or self._begin()

    @property
    def flags(self) -> np.ndarray:
        """Whether each row has an image and a spectrum, boolean `(n, 2)`."""
        return np.array(self._arrays[_FLAGS])

    def write(self, image: np.ndarray, spectrum: np.ndarray, flags: np.ndarray) -> None:
        """Puts the next rows into place; `save` makes them last.

        Args:
            image: Vectors of images.
            spectrum: Vectors of spectra.
            flags: Whether each row has an image and a spectrum, `(rows, 2)`.
        """
        rows = slice(self.done, self.done + len(image))
        self._arrays[IMAGE_FILE][rows] = image
        self._arrays[SPECTRUM_FILE][rows] = spectrum
        self._arrays[_FLAGS][rows] = flags
        self.done = rows.stop

    def save(self) -> None:
        """Writes the arrays to disk, and then how far they go."""
        for array in self._arrays.values():
            array.flush()
        faults = {str(row): reason for row, reason in sorted(self.faults.items())}
        write_json(
            self.folder / _JOURNAL,
            {"key": self.key, "done": self.done, "faults": faults},
        )

    def take_their_place(self) -> None:
        """Gives the arrays their final names. The table that names them comes next."""
        self.save()
        self._arrays = {}
        # A table that describes other arrays would be wrong meanwhile.
        (self.folder / TABLE_FILE).unlink(missing_ok=True)
        for name in (IMAGE_FILE, SPECTRUM_FILE):
            self._path(name).replace(self.folder / name)

    def remove_journal(self) -> None:
        """Ends the run: nothing is left but the results."""
        (self.folder / _JOURNAL).unlink(missing_ok=True)
        self._path(_FLAGS).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{Path(name).stem}.partial.npy"

    def _go_on(self) -> dict[str, Any] | None:
        try:
            journal = json.loads((self.folder / _JOURNAL).read_text())
            if journal["key"] != self.key:
                return None
            arrays = {
                name: np.load(self._path(name), mmap_mode="r+") for name in self._shapes
            }
            done, faults = int(journal["done"]), dict(journal["faults"])
        except (OSError, ValueError, KeyError, TypeError):
            # Nothing that can be gone on with, of a run killed at its very start say.
            return None
        for name, (kind, shape) in self._shapes.items():
            if arrays[name].dtype != kind or arrays[name].shape != shape:
                return None
        self.done = done
        self.faults = {int(row): str(reason) for row, reason in faults.items()}
        return arrays

    def _begin(self) -> dict[str, Any]:
        (self.folder / _JOURNAL).unlink(missing_ok=True)
        return {
            name: np.lib.format.open_memmap(
                self._path(name), mode="w+", dtype=kind, shape=shape
            )
            for name, (kind, shape) in self._shapes.items()
        }
