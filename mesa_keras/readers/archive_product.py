"""Light-curve files at MAST: what one row of its lists means, and which are wanted.

References:
    lightkurve.search (2.6), whose rules for names of files, quarters and cadences are
    followed; Kepler Archive Manual (KDMC-10008-006), section 2.1.3; TESS Archive
    Manual, section 2.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mesa_keras.readers.archive_star import Star

CADENCES = ("long", "short", "fast")
DEFAULT_AUTHORS = {"Kepler": ("Kepler",), "K2": ("K2",), "TESS": ("SPOC",)}
SHORT_SECONDS, LONG_SECONDS = 60.0, 200.0
_LIGHT_CURVE_FILE = re.compile(r"[\w.+-]+lc\.fits(\.gz)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Product:
    """A light-curve file at the archive.

    Attributes:
        star: Whose it is.
        name: Name of the file.
        address: Where it is fetched from.
        size: Bytes by the archive's list, `None` if it does not say.
        author: Who made it: "Kepler", "K2", "SPOC", "TESS-SPOC", "QLP", …
        cadence: "long" (200 s and more), "short" (60 s and more) or "fast".
        sequence: Quarter, campaign or sector, `None` if it does not say.
    """

    star: Star
    name: str
    address: str
    size: int | None
    author: str
    cadence: str
    sequence: int | None


@dataclass(frozen=True)
class Selection:
    """Which of a star's light curves are wanted.

    Attributes:
        authors: In order of preference: of each star come those of the first author
            who has any. Empty for the mission's own.
        cadence: One of `CADENCES`; `None` for short by SPOC, long by all others.
        sequences: Quarters, campaigns or sectors; empty for all.
    """

    authors: tuple[str, ...] = ()
    cadence: str | None = None
    sequences: tuple[int, ...] = ()

    def authors_of(self, star: Star) -> tuple[str, ...]:
        """Returns whose light curves of a star are wanted."""
        return self.authors or DEFAULT_AUTHORS[star.mission]

    def wants_author(self, star: Star, author: str) -> bool:
        """Whether light curves of a star by an author may be wanted."""
        return author.lower() in map(str.lower, self.authors_of(star))

    def cadence_of(self, author: str) -> str:
        """Returns which cadence of an author is wanted."""
        return self.cadence or ("short" if author.upper() == "SPOC" else "long")

    def takes(self, author: str, cadence: str, sequence: int | None) -> bool:
        """Whether a light curve is wanted, of an author who is."""
        in_sequence = not self.sequences or sequence in self.sequences
        return in_sequence and cadence == self.cadence_of(author)


def select(
    stars: Sequence[Star],
    selection: Selection,
    products: Sequence[Product],
    observations: Sequence[dict[str, Any]],
) -> tuple[list[Product], dict[Star, str]]:
    """Keeps what is wanted.

    Args:
        stars: The stars that were asked for.
        selection: Which light curves are wanted.
        products: What the archive has of them, by wanted authors.
        observations: Rows of its list of observations, by anybody.

    Returns:
        The files by star and name, and why there are none of the other stars.
    """
    kept: list[Product] = []
    absent: dict[Star, str] = {}
    for star in stars:
        for author in selection.authors_of(star):
            own = [
                product
                for product in products
                if product.star == star
                and product.author.lower() == author.lower()
                and selection.takes(author, product.cadence, product.sequence)
            ]
            if own:
                kept += sorted(own, key=lambda product: product.name)
                break
        else:
            absent[star] = _why_none(star, selection, observations)
    return kept, absent


def _why_none(
    star: Star, selection: Selection, observations: Sequence[dict[str, Any]]
) -> str:
    authors = selection.authors_of(star)
    others = sorted(
        {
            str(row["provenance_name"])
            for row in observations
            if row["target_name"] == star.target_name
        }
    )
    cadences = sorted({selection.cadence_of(author) for author in authors})
    wanted = f"{' or '.join(cadences)} light curve by {' or '.join(authors)}"
    has = f"observations by {', '.join(others)}" if others else "nothing of it"
    return f"no {wanted} in the archive, which has {has}"


def product_of(
    row: dict[str, Any], observation: dict[str, Any], star: Star, download: str
) -> Product | None:
    """Returns the light curve that a row is about, `None` for any other file.

    Args:
        row: Of MAST's list of products.
        observation: The row of its list of observations that it belongs to.
        star: Whose observation it is.
        download: Address that files are fetched from.
    """
    name, uri = str(row.get("productFilename")), row.get("dataURI")
    if not uri or not _LIGHT_CURVE_FILE.fullmatch(name):
        return None
    size = row.get("size")
    return Product(
        star=star,
        name=name,
        address=f"{download}?uri={quote(str(uri), safe=':/')}",
        size=int(size) if size else None,
        author=str(observation["provenance_name"]),
        cadence=_cadence(name, star, observation.get("t_exptime")),
        sequence=_sequence(row, observation),
    )


def _cadence(name: str, star: Star, seconds: float | None) -> str:
    found = re.search(r"_([ls])lc\.fits", name)
    if star.mission != "TESS" and found is not None:
        return "long" if found[1] == "l" else "short"
    if "fast-lc" in name or (seconds is not None and seconds < SHORT_SECONDS):
        return "fast"
    return "short" if seconds is not None and seconds < LONG_SECONDS else "long"


def _sequence(row: dict[str, Any], observation: dict[str, Any]) -> int | None:
    number = observation.get("sequence_number")
    if number is not None:
        return int(number)
    # Not filled in for Kepler, whose descriptions end in "- Q1".
    found = re.search(r"Q(\d+)\s*$", str(row.get("description")))
    return int(found[1]) if found is not None else None
