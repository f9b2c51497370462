"""The stars of several tables, told apart though catalogues share their numbers.

"TIC 0261136679" and "261136679" are one star; "KIC 757450" and "TIC 757450" are two,
also where the tables and not the ids tell the catalogue. Where a number's catalogue is
not known, the number alone decides. Row numbers are no stars.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np

from mesa_keras.readers import CandidateTable, read_candidates, star_number

_ROW_NAME = re.compile(r"row \d+$")
# Catalogue, or `None` where it is not known, and number or name.
Star: TypeAlias = tuple[str | None, str]


class StarTable(Protocol):
    """Anything with stars: `MesaData`, or a `StarColumn`."""

    @property
    def star_id(self) -> np.ndarray:
        """Stars as written, shape `(rows,)`."""

    @property
    def star_catalogue(self) -> str | None:
        """Catalogue of numbers without a prefix, where it is known."""


@dataclass(frozen=True)
class StarColumn:
    """The stars of a table.

    Attributes:
        star_id: Stars as written, shape `(rows,)`.
        star_catalogue: "KIC", "TIC" or "EPIC", where the table tells it.
    """

    star_id: np.ndarray
    star_catalogue: str | None = None


def star_names(tables: Sequence[StarTable]) -> list[np.ndarray]:
    """Returns the stars of each table by names that can be compared among them.

    Args:
        tables: The tables.

    Returns:
        Text arrays `(rows,)`: equal where the star is the same, '' where a row names no
        star.
    """
    found = [stars_of(table) for table in tables]
    unknown = {star[1] for stars in found for star in stars if star and star[0] is None}
    return [
        np.array([_name(star, unknown) for star in stars], dtype=str) for stars in found
    ]


def stars_in(path: Path, columns: Mapping[str, str] | None = None) -> StarColumn:
    """Reads the stars of a table of candidates, and nothing of their light curves.

    Args:
        path: The table.
        columns: Our column name to the file's.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no table of candidates.
    """
    return table_stars(read_candidates(path, columns=columns, require_labels=False))


def table_stars(table: CandidateTable) -> StarColumn:
    """Returns the stars of a table as it was read."""
    return StarColumn(table.frame["star_id"].to_numpy(dtype=str), table.star_catalogue)


def star_groups(table: StarTable) -> np.ndarray:
    """Returns what keeps the rows of a star together, however it is written.

    Returns:
        Text array `(rows,)`: the alphabetically first spelling of the row's star in the
        table; a row that names no star is alone.
    """
    (names,) = star_names([table])
    spelling: dict[str, str] = {}
    for name, written in zip(names, map(str, table.star_id), strict=True):
        spelling[name] = min(written, spelling.get(name, written))
    return np.array(
        [
            spelling[name] if name else str(written)
            for name, written in zip(names, table.star_id, strict=True)
        ],
        dtype=str,
    )


def stars_of(table: StarTable) -> list[Star | None]:
    """Returns catalogue and number of each row's star, `None` for one without."""
    return [_star(str(name), table.star_catalogue) for name in table.star_id]


@dataclass(frozen=True)
class KnownStars:
    """The stars that a model was made from.

    Attributes:
        trained: Stars that its weights learned from.
        held_back: Stars for early stopping and calibration.
    """

    trained: frozenset[Star]
    held_back: frozenset[Star]

    @classmethod
    def of(
        cls, trained: Iterable[StarTable], held_back: Iterable[StarTable] = ()
    ) -> "KnownStars":
        """Collects the stars of tables; rows that name none are left out."""
        learned, kept = (
            frozenset(star for table in part for star in stars_of(table) if star)
            for part in (trained, held_back)
        )
        return cls(learned, kept)

    def trained_rows(self, table: StarTable) -> np.ndarray:
        """Returns which rows are of stars that were learned from, booleans."""
        return _rows_among(table, self.trained)

    def rows(self, table: StarTable) -> np.ndarray:
        """Returns which rows are of stars of either kind, booleans."""
        return _rows_among(table, self.trained | self.held_back)

    def with_earlier(self, earlier: "KnownStars | None") -> "KnownStars":
        """Adds the stars of an earlier pretraining; what was trained on stays so."""
        if earlier is None:
            return self
        trained = self.trained | earlier.trained
        return KnownStars(trained, (self.held_back | earlier.held_back) - trained)

    def to_json(self) -> dict[str, dict[str, str]]:
        """Returns what JSON holds in little space: stars by catalogue, a line each."""
        return {"trained": _lines(self.trained), "held_back": _lines(self.held_back)}

    @classmethod
    def from_json(cls, content: Mapping[str, Mapping[str, str]]) -> "KnownStars":
        """Reads what `to_json` made."""
        return cls(
            **{
                part: frozenset(
                    (catalogue or None, name)
                    for catalogue, text in content[part].items()
                    for name in text.split("\n")
                )
                for part in ("trained", "held_back")
            }
        )


def _star(star_id: str, catalogue: str | None) -> Star | None:
    if _ROW_NAME.match(star_id):
        return None
    found = star_number(star_id)
    if found is None:
        return None, star_id
    prefix, number = found
    return prefix or catalogue, number


def _name(star: Star | None, unknown: Collection[str]) -> str:
    if star is None:
        return ""
    catalogue, name = star
    return name if name in unknown else f"{catalogue} {name}"


def _rows_among(table: StarTable, known: Collection[Star]) -> np.ndarray:
    names = {name for _, name in known}

    def is_known(star: Star | None) -> bool:
        if star is None:
            return False
        if star[0] is None:
            return star[1] in names
        return star in known or (None, star[1]) in known

    return np.array([is_known(star) for star in stars_of(table)], dtype=bool)


def _lines(stars: Iterable[Star]) -> dict[str, str]:
    by_catalogue: dict[str, list[str]] = {}
    for catalogue, name in sorted(stars, key=lambda star: (star[0] or "", star[1])):
        by_catalogue.setdefault(catalogue or "", []).append(name)
    return {catalogue: "\n".join(names) for catalogue, names in by_catalogue.items()}
