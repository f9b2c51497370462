"""HDF5 of galaxy images and spectra, as the published DESI x Legacy Survey set.

The published file has groups `0` to `9`, each with `images`, `spectra`, `redshifts` and
`targetids`; its users take the last fifth of each group for tests. Groups named for
splits, a file without groups, and names in the singular are read as well.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.hdf5_file import open_hdf5

# Part of each numbered group of the published file that its users train on.
PUBLISHED_TRAIN_PART = 0.8

_NAMES = {
    "image": ("image", "images"),
    "spectrum": ("spectrum", "spectra"),
    "redshift": ("redshift", "redshifts"),
    "targetid": ("targetid", "targetids"),
}
_IVAR_NAMES = ("ivar", "ivars", "spectrum_ivar")
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}


@dataclass(frozen=True)
class DesiPairs:
    """The objects of such a file; images and spectra are read by `read`.

    Attributes:
        path: The file.
        object_id: Its target ids, int64 of shape `(n,)`, group after group.
        redshift: Redshifts, NaN = unknown, shape `(n,)`.
        split: `train`, `validation` or `test` of each object; empty text where the file
            does not tell.
        image_shape: Height, width and number of bands.
        num_bins: Bins of a spectrum.
        has_ivar: Whether the file holds inverse variances.
        groups: Path of each group and its number of objects.
        warnings: What a user should know about the file.
    """

    path: Path
    object_id: np.ndarray
    redshift: np.ndarray
    split: np.ndarray
    image_shape: tuple[int, int, int]
    num_bins: int
    has_ivar: bool
    groups: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.object_id)

    def read(
        self, start: int, stop: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Reads some rows.

        Args:
            start: First row, counted over all groups.
            stop: Row after the last.

        Returns:
            Images float32 `(rows, height, width, bands)`, flux float32 `(rows, bins)`,
            and inverse variance of the same shape, `None` where the file has none.

        Raises:
            GalaxyFileError: If the file is damaged there.
        """
        found: dict[str, list[np.ndarray]] = {"image": [], "spectrum": [], "ivar": []}
        with open_hdf5(self.path) as file:
            first = 0
            for name, count in self.groups:
                part = slice(max(start - first, 0), max(min(stop - first, count), 0))
                first += count
                if part.start >= part.stop:
                    continue
                datasets = _datasets(file[name])
                for kind in found.keys() & datasets.keys():
                    array = np.asarray(datasets[kind][part], dtype=np.float32)
                    found[kind].append(self._in_order(kind, array))
        images, flux = (np.concatenate(found[kind]) for kind in ("image", "spectrum"))
        return images, flux, np.concatenate(found["ivar"]) if self.has_ivar else None

    def _in_order(self, kind: str, array: np.ndarray) -> np.ndarray:
        """Rows of one group, which has axes of its own: bands last, spectra plain."""
        if kind != "image":
            return array.reshape(len(array), self.num_bins)
        if array.shape[1:] == self.image_shape:
            return array
        return np.moveaxis(array, 1, -1)


def read_desi_pairs(path: str | os.PathLike[str]) -> DesiPairs:
    """Reads what such a file holds; images and spectra stay in it.

    Args:
        path: The file.

    Returns:
        Its objects.

    Raises:
        FileNotFoundError: If there is no such file.
        GalaxyFileError: If it is no such file, is damaged, or groups differ in shape.
        ImportError: If h5py is not installed.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    with open_hdf5(path) as file:
        names = list(_group_names(file))
        if not names:
            raise GalaxyFileError(
                path,
                "holds no group with the datasets image, spectrum, redshift, targetid",
            )
        parts = [_Part.of(path, name, _datasets(file[name])) for name in names]
    for part in parts[1:]:
        if part.has_ivar != parts[0].has_ivar:
            having, without = (names[0], part.name)[:: 1 if parts[0].has_ivar else -1]
            raise GalaxyFileError(
                path,
                f"its groups must be alike: {having} has inverse variances, and "
                f"{without} has none",
            )
        if part.shape != parts[0].shape:
            raise GalaxyFileError(
                path,
                f"its groups must be alike: {names[0]} has images and spectra of shape "
                f"{parts[0].shape}, and {part.name} of {part.shape}",
            )
    notes = []
    if not parts[0].has_ivar:
        notes.append("has no inverse variances")
    if any(part.published for part in parts):
        notes.append("its last fifth of each group is for tests, as published")
    return DesiPairs(
        path=path,
        object_id=np.concatenate([part.object_id for part in parts]),
        redshift=np.concatenate([part.redshift for part in parts]),
        split=np.concatenate([part.split for part in parts]),
        image_shape=parts[0].shape[0],
        num_bins=parts[0].shape[1],
        has_ivar=parts[0].has_ivar,
        groups=tuple((part.name, len(part.object_id)) for part in parts),
        warnings=tuple(f"{path.name}: {note}" for note in notes),
    )


@dataclass(frozen=True)
class _Part:
    """What is known of a group."""

    name: str
    object_id: np.ndarray
    redshift: np.ndarray
    split: np.ndarray
    shape: tuple[tuple[int, int, int], int]
    has_ivar: bool
    published: bool

    @classmethod
    def of(cls, path: Path, name: str, datasets: dict[str, Any]) -> "_Part":
        ids = np.asarray(datasets["targetid"]).reshape(-1)
        if ids.dtype.kind not in "iu":
            raise GalaxyFileError(
                path, f"targetid of group {name} must hold integers, not {ids.dtype}"
            )
        if ids.size and ids.max() > np.iinfo(np.int64).max:
            raise GalaxyFileError(
                path,
                f"targetid of group {name} must fit 64 bits with a sign, and "
                f"{ids.max()} does not",
            )
        counts = {kind: len(dataset) for kind, dataset in datasets.items()}
        if len(set(counts.values())) > 1 or not len(ids):
            raise GalaxyFileError(
                path,
                f"the datasets of group {name} must have as many rows, at least one: "
                + ", ".join(f"{kind} {count}" for kind, count in counts.items()),
            )
        image, spectrum = datasets["image"].shape[1:], datasets["spectrum"].shape[1:]
        if len(image) != 3 or spectrum[1:] not in ((), (1,)):
            raise GalaxyFileError(
                path,
                f"images of group {name} must have shape (n, height, width, bands) and "
                f"spectra (n, bins): they have {(len(ids), *image)} and "
                f"{(len(ids), *spectrum)}",
            )
        # Bands may stand first: no cut-out is three pixels wide.
        first = image[0] == 3 != image[-1]
        height, width, bands = (*image[1:], image[0]) if first else image
        redshift = np.asarray(datasets["redshift"], dtype=np.float64).reshape(-1)
        leaf = name.rstrip("/").rsplit("/", 1)[-1].lower()
        split = np.full(len(ids), _SPLITS.get(leaf, ""), dtype=object)
        if leaf.isdigit():
            border = int(PUBLISHED_TRAIN_PART * len(ids))
            split[:border], split[border:] = "train", "test"
        return cls(
            name=name,
            object_id=ids.astype(np.int64),
            redshift=redshift,
            split=split,
            shape=((height, width, bands), spectrum[0]),
            has_ivar="ivar" in datasets,
            published=leaf.isdigit(),
        )


def _group_names(file: Any) -> Iterator[str]:
    """Groups with all datasets, by number where they are numbered."""
    found = ["/"] if _datasets(file) else []

    def visit(name: str, item: Any) -> None:
        if hasattr(item, "keys") and _datasets(item):
            found.append(name)

    file.visititems(visit)
    yield from sorted(
        found, key=lambda name: (0, int(name), "") if name.isdigit() else (1, 0, name)
    )


def _datasets(group: Any) -> dict[str, Any]:
    """The datasets of a group by our names; empty where one is missing."""
    found = {}
    for kind, names in {**_NAMES, "ivar": _IVAR_NAMES}.items():
        for name in names:
            if name in group and hasattr(group[name], "shape"):
                found[kind] = group[name]
                break
    return found if found.keys() >= _NAMES.keys() else {}
