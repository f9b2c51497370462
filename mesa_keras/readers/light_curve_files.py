"""Which star each light-curve file of a folder is of, without reading the light."""

import gzip
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesa_keras.readers.light_curve_fits import star_of_header
from mesa_keras.readers.star_catalogue import CATALOGUES, star_number

FITS_SUFFIXES = (".fits", ".fit", ".fits.gz", ".fit.gz")
TABLE_SUFFIXES = (".csv", ".csv.gz", ".ecsv", ".parquet")
# Products of the archive beside light curves: target pixels, data validation, …
_OTHER_PRODUCT = re.compile(r"(_tp|-targ|_fast-tp|_dvt|_dvr|_dvs|_dvm|_cbv|_ffi)[._]")
_NAMED = re.compile(rf"({'|'.join(CATALOGUES)})[ _-]*0*(\d+)", re.IGNORECASE)
_BLOCK, _CARD, _MOST_BLOCKS = 2880, 80, 40
_KEYS = ("MISSION", "TELESCOP", "TICID", "KEPLERID", "OBJECT")


@dataclass(frozen=True)
class LightCurveFolder:
    """The light-curve files of a folder and its subfolders.

    Attributes:
        path: The folder.
        by_star: Files by catalogue (`None` if unknown) and number, in order of name.
        by_name: Files of tables by their name without suffix.
        unknown: Files whose star is not told.
    """

    path: Path
    by_star: dict[tuple[str | None, str], list[Path]]
    by_name: dict[str, list[Path]]
    unknown: tuple[Path, ...]

    def find(
        self, object_id: str, star_id: str, catalogue: str | None = None
    ) -> list[Path]:
        """Returns the files of a candidate, none if there are none.

        Args:
            object_id: Its id, which a table may be named after.
            star_id: Its star: "TIC 261136679" or a number.
            catalogue: "KIC", "TIC" or "EPIC" of numbers without a prefix.

        Raises:
            ValueError: If stars of two catalogues have that number, and it is not told
                which is meant.
        """
        if object_id in self.by_name:
            return self.by_name[object_id]
        found = star_number(star_id)
        if found is None:
            return self.by_name.get(star_id, [])
        prefix, number = found[0] or catalogue, found[1]
        if prefix is not None:
            own = self.by_star.get((prefix, number), [])
            return sorted(own + self.by_star.get((None, number), []))
        kinds = [key for key in self.by_star if key[1] == number]
        if len({kind for kind, _ in kinds if kind is not None}) > 1:
            names = " and ".join(f"{kind} {number}" for kind, _ in kinds)
            raise ValueError(f"{self.path}: has files of {names}; which is {star_id}?")
        return sorted(path for key in kinds for path in self.by_star[key])


def find_light_curves(folder: str | os.PathLike[str]) -> LightCurveFolder:
    """Looks through a folder: stars of FITS files by header, of tables by name.

    Args:
        folder: Folder with FITS files, and tables named after their star ("TIC
            261136679.csv", "261136679.csv") or object.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it is no folder, or holds no light curve.
    """
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"{folder}: no such folder.")
    if not folder.is_dir():
        raise ValueError(f"{folder}: must be a folder of light-curve files.")
    by_star: dict[tuple[str | None, str], list[Path]] = {}
    by_name: dict[str, list[Path]] = {}
    unknown = []
    for path in sorted(folder.rglob("*")):
        name = path.name.lower()
        is_fits = name.endswith(FITS_SUFFIXES)
        if _OTHER_PRODUCT.search(name) or not (
            is_fits or name.endswith(TABLE_SUFFIXES)
        ):
            continue
        stem = path.name.removesuffix(".gz").rsplit(".", 1)[0]
        key = star_number(star_of_file(path)) if is_fits else _star_of_name(stem)
        if not is_fits:
            by_name.setdefault(stem, []).append(path)
        if key is not None:
            by_star.setdefault(key, []).append(path)
        elif is_fits:
            unknown.append(path)
    if not (by_star or by_name):
        raise ValueError(
            f"{folder}: no light curve; FITS files must name their star, tables have "
            "its number for a name."
        )
    return LightCurveFolder(folder, by_star, by_name, tuple(unknown))


def star_of_file(path: Path) -> str:
    """Returns "KIC 757450", "EPIC …" or "TIC …" of a FITS file, '' if it does not tell.

    Only the primary header is read, and no card of it but those that name the star.
    """
    header: dict[str, Any] = {}
    opened: Any = gzip.open if path.name.endswith(".gz") else open
    try:
        with opened(path, "rb") as stream:
            for _ in range(_MOST_BLOCKS):
                block = stream.read(_BLOCK)
                cards = [block[i : i + _CARD] for i in range(0, len(block), _CARD)]
                header |= dict(filter(None, map(_card, cards)))
                if len(block) < _BLOCK or any(c[:8] == b"END     " for c in cards):
                    break
        return star_of_header(header)
    except (OSError, EOFError, zlib.error, ValueError):
        return ""


def _card(card: bytes) -> tuple[str, str] | None:
    key = card[:8].decode("ascii", "replace").strip()
    if key not in _KEYS or card[8:10] != b"= ":
        return None
    text = card[10:].decode("ascii", "replace").strip()
    if text.startswith("'"):
        return key, text[1:].split("'", 1)[0].strip()
    return key, text.split("/", 1)[0].strip()


def _star_of_name(stem: str) -> tuple[str | None, str] | None:
    if found := _NAMED.search(stem):
        return found[1].upper(), found[2]
    return star_number(stem)
