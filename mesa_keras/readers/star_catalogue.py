"""Which catalogue the numbers of a table's stars are from.

The same number is another star in the Kepler Input Catalog (KIC), the TESS Input
Catalog (TIC) and K2's Ecliptic Plane Input Catalog (EPIC).
"""

import re
from collections.abc import Collection, Mapping

CATALOGUES = ("KIC", "TIC", "EPIC")
# Words of a column's name that only one mission's tables use.
_WORDS = {
    "KIC": {"kic", "kepid", "koi", "kepoi", "kepler", "kepmag"},
    "TIC": {
        "tic",
        "ticid",
        "tid",
        "toi",
        "tess",
        "tfopwg",
        "tmag",
        "sector",
        "sectors",
    },
    "EPIC": {"epic", "k2", "campaign", "campaigns"},
}
# Names copied from a page have blanks of several kinds.
_ID = re.compile(rf"(?:({'|'.join(CATALOGUES)})[\s_-]*)?0*(\d+)$", re.IGNORECASE)


def star_catalogue(
    names: Collection[str], columns: Mapping[str, str], missions: Collection[str] = ()
) -> str | None:
    """Returns the catalogue of star numbers without a prefix, `None` if unknown.

    What the name of the column says that `star_id` is read from goes first, then the
    missions named in the table, then columns that only one mission's tables have.

    Args:
        names: Columns of the file.
        columns: Our column name to the file's.
        missions: Names of missions that stand in the table.
    """
    own = _told_by([columns.get("star_id", "")])
    return own or _told_by(missions) or _told_by(names)


def star_number(star_id: str) -> tuple[str | None, str] | None:
    """Returns prefix and number of "KIC 0757450" or "757450", `None` for a name."""
    found = _ID.match(star_id)
    if found is None:
        return None
    prefix, number = found.groups()
    return prefix and prefix.upper(), number


def _told_by(names: Collection[str]) -> str | None:
    words = {word for name in names for word in re.split(r"[^a-z0-9]+", name.lower())}
    told = [catalogue for catalogue in CATALOGUES if words & _WORDS[catalogue]]
    return told[0] if len(told) == 1 else None
