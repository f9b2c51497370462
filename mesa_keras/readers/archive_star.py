"""Stars as the archives name them: KIC (Kepler), EPIC (K2) and TIC (TESS)."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mesa_keras.readers.candidate_table import read_candidates
from mesa_keras.readers.star_catalogue import star_number
from mesa_keras.readers.table_rules import quoted

MISSION_OF = {"KIC": "Kepler", "EPIC": "K2", "TIC": "TESS"}
CATALOGUE_OF = {mission: catalogue for catalogue, mission in MISSION_OF.items()}
# lightkurve takes bare numbers below and between these as KIC and EPIC numbers.
FIRST_NUMBER_AFTER_KIC = 13161030
EPIC_NUMBERS = range(200000001, 252090718)


@dataclass(frozen=True, order=True)
class Star:
    """A star of one of the missions' input catalogues.

    Attributes:
        catalogue: "KIC", "EPIC" or "TIC".
        number: Its number there.
    """

    catalogue: str
    number: int

    def __str__(self) -> str:
        return f"{self.catalogue} {self.number}"

    @property
    def mission(self) -> str:
        """Whose light curves it has under this name."""
        return MISSION_OF[self.catalogue]

    @property
    def folder(self) -> str:
        """Name of the folder of its files."""
        return f"{self.catalogue}_{self.number}"

    @property
    def target_name(self) -> str:
        """Its name in MAST's list of observations."""
        prefix = {"KIC": "kplr", "EPIC": "ktwo"}.get(self.catalogue)
        return f"{prefix}{self.number:09d}" if prefix else str(self.number)


@dataclass(frozen=True)
class Wanted:
    """Whose light curves are asked for.

    Attributes:
        stars: Each once, in the order given.
        unknown: What is no star of a catalogue, to the reason.
        notes: What a user should know.
    """

    stars: tuple[Star, ...]
    unknown: Mapping[str, str]
    notes: tuple[str, ...]


def stars_from_ids(ids: Sequence[str], mission: str | None = None) -> Wanted:
    """Reads `KIC 11904151`, `TIC 261136679`, or bare numbers.

    A bare number is of the mission's catalogue. Without a mission it is guessed as
    lightkurve does, and a note says so: the same number is another star in another
    catalogue.

    Args:
        ids: The names.
        mission: "Kepler", "K2" or "TESS".

    Raises:
        ValueError: If there is none, one cannot be read, or is of another mission.
    """
    stars: list[Star] = []
    guessed: list[str] = []
    for name in filter(None, map(str.strip, ids)):
        found = star_number(name)
        if found is None or not int(found[1]):
            raise ValueError(
                f"'{name}' is no star: write KIC 11904151, EPIC 201367065, "
                "TIC 261136679, or the number with --mission."
            )
        catalogue, number = found[0], int(found[1])
        if mission and catalogue and MISSION_OF[catalogue] != mission:
            raise ValueError(f"'{name}' is no star of --mission {mission}.")
        if mission:
            catalogue = CATALOGUE_OF[mission]
        star = Star(catalogue or _guess(number), number)
        stars.append(star)
        if catalogue is None:
            guessed.append(str(star))
    if not stars:
        raise ValueError("no star is named; --ids takes names separated by commas.")
    notes = []
    if guessed:
        notes.append(
            f"taken for {quoted(guessed)}, as lightkurve would; write the catalogue "
            "before the number, or --mission, if another star is meant"
        )
    return Wanted(tuple(dict.fromkeys(stars)), {}, tuple(notes))


def stars_of_table(
    path: str | os.PathLike[str],
    mission: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Wanted:
    """Reads the stars of a table of candidates, the archive's own included.

    Args:
        path: The table.
        mission: Of which mission the star numbers are, where neither they nor the
            table says so.
        columns: Our column name to the file's.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no table, has no `star_id`, or the mission is not known.
    """
    table = read_candidates(path, columns=columns, require_labels=False)
    if not table.has_star_id:
        raise ValueError(
            f"{path}: the column 'star_id' is missing; map it from another column with "
            "--columns star_id=theirs."
        )
    default = CATALOGUE_OF[mission] if mission else table.star_catalogue
    stars: list[Star] = []
    unknown: dict[str, str] = {}
    for name in dict.fromkeys(table.frame["star_id"]):
        found = star_number(name)
        if found is None:
            unknown[name] = "is no number of KIC, EPIC or TIC"
            continue
        catalogue = found[0] or default
        if catalogue is None:
            raise ValueError(
                f"{path}: of which mission the star '{name}' is, is not said; name it "
                "with --mission Kepler, K2 or TESS."
            )
        if mission and MISSION_OF[catalogue] != mission:
            unknown[name] = f"is no star of {mission}"
            continue
        stars.append(Star(catalogue, int(found[1])))
    return Wanted(tuple(dict.fromkeys(stars)), unknown, ())


def _guess(number: int) -> str:
    if number < FIRST_NUMBER_AFTER_KIC:
        return "KIC"
    return "EPIC" if number in EPIC_NUMBERS else "TIC"
