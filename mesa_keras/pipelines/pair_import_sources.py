"""Which files and rows of tables belong to which galaxy."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.readers.desi_coadd import DesiCoadd, read_desi_coadd
from mesa_keras.readers.galaxy_cutout import (
    FITS_SUFFIXES,
    JPEG_SUFFIXES,
    is_cutout_name,
)
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.table_file import read_table

_SDSS_NAME = re.compile(r"spec-(\d+)-(\d{5})-(\d+)$")
_SPECTRUM_NAME = re.compile(r"(spec-\d+-\d{5}-\d+|coadd-.*)\.fits(\.gz)?$")
_OTHER_NAME = re.compile(r"redrock-.*\.fits(\.gz)?$")
# Columns of a table that are not simply carried into the index.
_KNOWN = ("object_id", "name", "ra", "dec", "redshift", "split", "source_id")
_OURS = ("image_valid", "spectrum_valid", "reason")


@dataclass
class Source:
    """Where image and spectrum of a galaxy come from.

    Attributes:
        object_id: Id in the store.
        spectrum: An SDSS file, or a coadd and the row in it.
        image: A cut-out.
        facts: What tables tell of it, by column of the index.
    """

    object_id: int
    spectrum: Path | tuple[DesiCoadd, int] | None = None
    image: Path | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sources:
    """All galaxies of an import, in the order of the store.

    Attributes:
        by_id: They themselves.
        faults: What could not be read at all, by file.
        warnings: What a user should know.
    """

    by_id: dict[int, Source] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def of(self, object_id: int) -> Source:
        """The galaxy of this id, new at the end of the store if need be."""
        return self.by_id.setdefault(object_id, Source(object_id))


def find_files(places: Iterable[str | Path], kind: str) -> list[Path]:
    """Lists files; of a folder, those whose names look right, subfolders included.

    Args:
        places: Files and folders.
        kind: `spectra` (`spec-*.fits`, `coadd-*.fits`) or `images` (other FITS, JPEG).

    Raises:
        FileNotFoundError: If a place does not exist, or there is no such file in a
            folder.
    """
    found: list[Path] = []
    for place in map(Path, places):
        if place.is_dir():
            files = sorted(path for path in place.rglob("*") if path.is_file())
            chosen = [path for path in files if _is_kind(path.name, kind)]
            if not chosen:
                raise FileNotFoundError(f"{place}: the folder holds no {kind}.")
            found += chosen
        elif place.exists():
            found.append(place)
        else:
            raise FileNotFoundError(f"{place}: no such file or folder.")
    return list(dict.fromkeys(found))


def gather_sources(
    spectra: Iterable[Path], images: Iterable[Path], table: Path | None
) -> Sources:
    """Joins files and rows of a table by object.

    `spec-PLATE-MJD-FIBER` is object PLATE MJD FIBER written as one number, a name of
    digits is that number, an object of a coadd its TARGETID; any other name is found in
    the table's column `name`, or gets a number made from its letters.

    Args:
        spectra: SDSS spectra and DESI coadds (`coadd-*`).
        images: Cut-outs.
        table: Table with `object_id` or `name`, and other columns; its rows come first.

    Raises:
        ValueError: If an object has two images, spectra or rows, or the table has
            neither of the two columns.
    """
    sources = Sources()
    names: dict[str, int] = {}
    if table is not None:
        _add_table(sources, names, table)
    for path in spectra:
        if path.name.startswith("coadd"):
            _add_coadd(sources, path)
        else:
            source = sources.of(_id_of(_stem(path), names))
            _refuse_second(source.spectrum, path, "spectra", source.object_id)
            source.spectrum = path
    for path in images:
        source = sources.of(_id_of(_stem(path), names))
        _refuse_second(source.image, path, "images", source.object_id)
        source.image = path
    return sources


def _is_kind(name: str, kind: str) -> bool:
    is_spectrum = bool(_SPECTRUM_NAME.match(name))
    if kind == "spectra":
        return is_spectrum
    return is_cutout_name(name) and not is_spectrum and not _OTHER_NAME.match(name)


def _stem(path: Path) -> str:
    name = path.name
    for suffix in sorted((*FITS_SUFFIXES, *JPEG_SUFFIXES), key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return path.stem


def _id_of(name: str, names: dict[str, int]) -> int:
    if name in names:
        return names[name]
    if sdss := _SDSS_NAME.match(name):
        plate, day, fibre = map(int, sdss.groups())
        number = int(f"{plate}{day:05d}{fibre:04d}")
    else:
        number = int(name) if name.isdecimal() else -1
    if 0 <= number <= np.iinfo(np.int64).max:
        return number
    digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8)
    return int.from_bytes(digest.digest(), "big") >> 2


def _refuse_second(first: Any, second: Path, kind: str, object_id: int) -> None:
    if first is not None:
        there = first[0].path if isinstance(first, tuple) else first
        raise ValueError(
            f"object {object_id} has two {kind}, {there} and {second}: name one."
        )


def _add_coadd(sources: Sources, path: Path) -> None:
    try:
        coadd = read_desi_coadd(path)
    except GalaxyFileError as error:
        sources.faults[path.name] = error.reason
        return
    sources.warnings += coadd.warnings
    for row, facts in enumerate(coadd.table.to_dict("records")):
        source = sources.of(int(facts.pop("object_id")))
        _refuse_second(source.spectrum, path, "spectra", source.object_id)
        source.spectrum = (coadd, row)
        if not np.isfinite(facts["redshift"]):
            del facts["redshift"]
        # What the user's own table says goes before.
        source.facts = {**facts, **source.facts}


def _add_table(sources: Sources, names: dict[str, int], path: Path) -> None:
    table = read_table(path)
    if "object_id" not in table and "name" not in table:
        raise ValueError(
            f"{path}: needs a column 'object_id' or 'name'; it has "
            f"{', '.join(map(str, table.columns))}."
        )
    columns = {name: _typed(table[name], path) for name in table if name not in _OURS}
    for row in range(len(table)):
        facts = {
            name: values[row]
            for name, values in columns.items()
            if not pd.isna(values[row])
        }
        name = str(facts.pop("name", ""))
        object_id = facts.pop("object_id", None)
        if object_id is None and not name:
            raise ValueError(f"{path}: row {row} has neither object_id nor name.")
        number = _id_of(name, {}) if object_id is None else int(object_id)
        if number in sources.by_id:
            raise ValueError(
                f"{path}: object {number} stands in two rows, the second is row {row}."
            )
        if name:
            names[name] = number
        sources.of(number).facts = facts


def _typed(column: Any, path: Path) -> list[Any]:
    """Numbers where all cells are; ids and known numbers must be."""
    name = column.name
    if name in ("object_id", "source_id"):
        return [_integer(cell, name, row, path) for row, cell in enumerate(column)]
    if name in ("name", "split"):
        return [str(cell).strip() if pd.notna(cell) else None for cell in column]
    numbers = pd.to_numeric(column, errors="coerce")
    # Dates would be nanoseconds, and a missing one the lowest number there is.
    wrong = column.notna() & (numbers.isna() | (column.dtype.kind in "mM"))
    if not wrong.any() and (name in _KNOWN or not _has_long_ids(column, numbers)):
        return [float(value) for value in numbers]
    if name in _KNOWN:
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{path}: column '{name}' must hold numbers. "
            f"Received: {column.iloc[row]!r} in row {row}"
        )
    return [str(cell) if pd.notna(cell) else None for cell in column]


def _has_long_ids(column: Any, numbers: Any) -> bool:
    """Whether whole numbers would lose their last digits as floats."""
    large = column[numbers.abs() > 1 << 53]
    return any(str(cell).strip().lstrip("-").isdecimal() for cell in large)


def _integer(cell: Any, name: str, row: int, path: Path) -> int | None:
    if pd.isna(cell):
        return None
    whole, _, part = str(cell).strip().partition(".")
    if whole.removeprefix("-").isdecimal() and not part.strip("0"):
        number = int(whole)
        # A float is right up to 53 bits only: beyond, an id has lost its last digits.
        if abs(number) < (1 << 63 if "." not in str(cell) else 1 << 53):
            return number
    raise ValueError(
        f"{path}: column '{name}' must hold integers of 64 bits, written without a "
        f"point. Received: {cell!r} in row {row}"
    )
