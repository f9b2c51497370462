"""Rows of a store of galaxy pairs as the arrays of a batch, checked as they come."""

import threading
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from mesa_keras.evaluation import measured_images, measured_spectra, pair_validity
from mesa_keras.readers import PairStore

Arrays: TypeAlias = dict[str, np.ndarray]

MODALITIES = ("image", "spectrum")
_NO_IMAGE = "image holds no flux, or lacks a band"
_NO_SPECTRUM = "spectrum holds no measured flux other than 0"


def valid_rows(
    store: PairStore,
    rows: Any = None,
    redshift_range: tuple[float, float] = (0.0, 0.8),
) -> np.ndarray:
    """Rows of valid pairs, as far as the index and the files' sizes tell.

    Args:
        store: The store.
        rows: Rows to choose from; `None` takes all.
        redshift_range: Lowest and highest redshift, both included.

    Returns:
        The valid ones among `rows`, in their order, int64.
    """
    rows = np.arange(store.num_rows) if rows is None else np.asarray(rows, np.int64)
    valid, _ = pair_validity(store.index, redshift_range)
    valid &= ~(store.damaged_images | store.damaged_spectra)
    return np.asarray(rows[valid[rows]])


class PairReader:
    """Reads rows of a store and tells which of them hold what they should.

    Args:
        store: The store.
        modalities: What to read, of `MODALITIES`.
        columns: Columns of the index to give with each row.
        faults: Filled with the reason of each row whose index promises something that
            is not there.

    Raises:
        ValueError: If a modality or column is unknown, or a column holds no numbers.
    """

    def __init__(
        self,
        store: PairStore,
        modalities: Sequence[str] = MODALITIES,
        columns: Sequence[str] = (),
        faults: dict[int, str] | None = None,
    ) -> None:
        if not modalities or not set(modalities) <= set(MODALITIES):
            raise ValueError(
                f"`modalities` must be some of {MODALITIES}. "
                f"Received: {tuple(modalities)}"
            )
        self.store = store
        self.modalities = tuple(m for m in MODALITIES if m in modalities)
        self.faults: dict[int, str] = {} if faults is None else faults
        self.columns = {name: self._column(name) for name in columns}
        self._flags = {m: store.index[f"{m}_valid"].to_numpy() for m in self.modalities}
        self._lock = threading.Lock()

    def specification(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Type and shape of a row of each array that `read` returns, in order."""
        settings = self.store.settings
        bins = (len(self.store.wavelengths),)
        shape = (*settings["image_shape"], len(settings["bands"]))
        arrays: dict[str, tuple[str, tuple[int, ...]]] = {}
        if "image" in self.modalities:
            arrays["image"] = ("float16", shape)
        if "spectrum" in self.modalities:
            arrays |= {"flux": ("float32", bins), "ivar": ("float32", bins)}
        for modality in self.modalities:
            arrays[f"{modality}_valid"] = ("bool", ())
        for name, values in self.columns.items():
            arrays[name] = (values.dtype.name, ())
        return arrays

    def read(self, rows: np.ndarray) -> Arrays:
        """Reads rows.

        Args:
            rows: Rows of the store.

        Returns:
            The arrays of `specification`. `*_valid` is the flag of the index, and false
            where nothing was found besides.
        """
        arrays: Arrays = {}
        found: Arrays = {}
        if "image" in self.modalities:
            arrays["image"] = self.store.images(rows)
            found["image"] = measured_images(arrays["image"])
        if "spectrum" in self.modalities:
            flux, ivar = self.store.spectra(rows)
            arrays |= {"flux": flux, "ivar": ivar}
            found["spectrum"] = measured_spectra(flux, ivar)
        for modality, there in found.items():
            promised = self._flags[modality][rows]
            arrays[f"{modality}_valid"] = promised & there
            if (promised & ~there).any():
                self._note(modality, rows[promised & ~there])
        for name, values in self.columns.items():
            arrays[name] = values[rows]
        return arrays

    def _note(self, modality: str, rows: np.ndarray) -> None:
        image = modality == "image"
        lost = self.store.damaged_images if image else self.store.damaged_spectra
        plain = _NO_IMAGE if image else _NO_SPECTRUM
        with self._lock:
            for row in rows:
                reason = f"{modality} is in a damaged file" if lost[row] else plain
                known = self.faults.get(int(row), reason)
                both = known if reason in known else f"{known}; {reason}"
                self.faults[int(row)] = both

    def _column(self, name: str) -> np.ndarray:
        index = self.store.index
        if name not in index or index[name].dtype.kind not in "fiub":
            raise ValueError(
                "`columns` must name columns of numbers of the index. "
                f"Received: {name!r}"
            )
        values = index[name].to_numpy()
        kind = "float32" if values.dtype.kind == "f" else values.dtype
        return np.asarray(values, dtype=kind)
