"""The NASA Exoplanet Archive's KOI, TOI and K2 tables, read as published.

Labels become the three dispositions of Kepler:

- KOI (`koi_disposition`): as they stand.
- TOI (`tfopwg_disp`): CP (confirmed) and KP (known planet) are CONFIRMED; PC (planet
  candidate) and APC (ambiguous candidate) CANDIDATE; FP (false positive) and FA (false
  alarm) FALSE POSITIVE.
- K2 (`disposition`): as they stand; REFUTED is FALSE POSITIVE.

Units become those of `KNOWN_COLUMNS`: depths in ppm (K2 gives percent), durations in
hours, epochs in BKJD = BJD - 2454833 (KOI, K2) or BTJD = BJD - 2457000 (TOI). A value
that the archive flags as a limit (`*lim` not 0) is no measurement and is missing.

References:
    Column definitions of the archive: https://exoplanetarchive.ipac.caltech.edu/docs/
    API_kepcandidate_columns.html, API_TOI_columns.html, API_k2pandc_columns.html
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

CONFIRMED, CANDIDATE, FALSE_POSITIVE = "CONFIRMED", "CANDIDATE", "FALSE POSITIVE"
BKJD_OFFSET_DAYS = 2454833.0
BTJD_OFFSET_DAYS = 2457000.0
PPM_PER_PERCENT = 1e4

# Columns of these tables that follow from the disposition: never inputs.
LEAKING_ARCHIVE_COLUMNS = (
    "soltype",
    "disp_refname",
    "disc_*",
    "discoverymethod",
    "pl_name",
    "pl_controv_flag",
    "pl_refname",
    "pl_pubdate",
    "pl_bmass*",
    "sy_pnum",
    "koi_comment",
    "koi_vet_*",
    "koi_disp_prov",
)


@dataclass(frozen=True, kw_only=True)
class ArchiveTable:
    """How one published table maps to our columns.

    Attributes:
        name: Name for messages.
        mission: Whose stars and numbers they are.
        required: Columns by which the header is recognised.
        columns: Our column to theirs; the first that exists is taken.
        scale: Factor from their unit to ours.
        offset: What is subtracted from their value.
        labels: Their label to ours.
        epoch_system: "BKJD" or "BTJD".
    """

    name: str
    mission: str
    required: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    labels: dict[str, str]
    epoch_system: str
    scale: dict[str, float] = field(default_factory=dict)
    offset: dict[str, float] = field(default_factory=dict)


_DISPOSITIONS = {label: label for label in (CONFIRMED, CANDIDATE, FALSE_POSITIVE)}

KOI = ArchiveTable(
    name="Kepler Objects of Interest",
    mission="Kepler",
    required=("kepid", "kepoi_name"),
    columns={
        "object_id": ("kepoi_name",),
        "star_id": ("kepid",),
        "label": ("koi_disposition",),
        "period": ("koi_period",),
        "epoch": ("koi_time0bk",),
        "duration": ("koi_duration",),
        "depth": ("koi_depth",),
        "planet_radius": ("koi_prad",),
        "impact": ("koi_impact",),
        "model_snr": ("koi_model_snr",),
        "equilibrium_temp": ("koi_teq",),
        "insolation": ("koi_insol",),
        "stellar_temp": ("koi_steff",),
        "stellar_radius": ("koi_srad",),
        "stellar_logg": ("koi_slogg",),
        "stellar_mass": ("koi_smass",),
        "magnitude": ("koi_kepmag",),
    },
    labels=_DISPOSITIONS,
    epoch_system="BKJD",
)

TOI = ArchiveTable(
    name="TESS Objects of Interest",
    mission="TESS",
    required=("tid", "toi"),
    columns={
        "object_id": ("toi",),
        "star_id": ("tid",),
        "label": ("tfopwg_disp",),
        "period": ("pl_orbper",),
        "epoch": ("pl_tranmid",),
        "duration": ("pl_trandurh",),
        "depth": ("pl_trandep",),
        "planet_radius": ("pl_rade",),
        "equilibrium_temp": ("pl_eqt",),
        "insolation": ("pl_insol",),
        "stellar_temp": ("st_teff",),
        "stellar_radius": ("st_rad",),
        "stellar_logg": ("st_logg",),
        "magnitude": ("st_tmag",),
    },
    labels={
        "CP": CONFIRMED,
        "KP": CONFIRMED,
        "PC": CANDIDATE,
        "APC": CANDIDATE,
        "FP": FALSE_POSITIVE,
        "FA": FALSE_POSITIVE,
    },
    epoch_system="BTJD",
    offset={"epoch": BTJD_OFFSET_DAYS},
)

K2 = ArchiveTable(
    name="K2 Planets and Candidates",
    mission="K2",
    required=("pl_name", "disposition", "default_flag"),
    columns={
        "object_id": ("pl_name",),
        "star_id": ("epic_hostname", "hostname"),
        "label": ("disposition",),
        "period": ("pl_orbper",),
        "epoch": ("pl_tranmid",),
        "duration": ("pl_trandur",),
        "depth": ("pl_trandep",),
        "planet_radius": ("pl_rade",),
        "impact": ("pl_imppar",),
        "equilibrium_temp": ("pl_eqt",),
        "insolation": ("pl_insol",),
        "stellar_temp": ("st_teff",),
        "stellar_radius": ("st_rad",),
        "stellar_logg": ("st_logg",),
        "stellar_mass": ("st_mass",),
        "magnitude": ("sy_kepmag", "sy_gaiamag"),
    },
    labels={**_DISPOSITIONS, "REFUTED": FALSE_POSITIVE},
    epoch_system="BKJD",
    scale={"depth": PPM_PER_PERCENT},
    offset={"epoch": BKJD_OFFSET_DAYS},
)


def recognize(columns: list[str]) -> ArchiveTable | None:
    """Returns the archive table with this header, `None` for any other table."""
    names = set(columns)
    for table in (KOI, TOI, K2):
        if names.issuperset(table.required):
            return table
    return None


def convert(frame: Any, table: ArchiveTable) -> tuple[Any, tuple[str, ...]]:
    """Turns a published table into our columns and units.

    The K2 table has a row for each published solution of an object. The archive's
    default solution (`default_flag` 1) is taken, the first row where an object has
    none; values of different solutions are never mixed.

    Args:
        frame: Table as read by `read_table`, cells as text or numbers.
        table: What `recognize` said.

    Returns:
        The frame with our columns first and theirs, as they were, after them; and what
        a user should know, as warnings.
    """
    notes = [f"read as the archive's table of {table.name}"]
    if "default_flag" in frame:
        rows = len(frame)
        frame = _one_row_per_object(frame, table.columns["object_id"][0])
        notes.append(
            f"kept the default solution of each object: {len(frame)} of {rows} rows"
        )
    ours: dict[str, Any] = {}
    for name, candidates in table.columns.items():
        theirs = next((c for c in candidates if c in frame), None)
        if theirs is None:
            continue
        ours[name] = _column(frame, name, theirs, table)
    rest = frame.drop(columns=[name for name in frame if name in ours])
    converted = pd.concat([pd.DataFrame(ours, index=frame.index), rest], axis=1)
    return converted, tuple(notes)


def _column(frame: Any, name: str, theirs: str, table: ArchiveTable) -> Any:
    values = frame[theirs]
    if name == "label":
        # A label that the archive may add later stays as it is, and is refused by
        # name where the labels are checked.
        text = values.astype("string").str.strip()
        return text.map(table.labels).fillna(text).astype(object)
    if pd.api.types.is_float_dtype(values) and name == "object_id":
        return values.map("{:.2f}".format)
    if f"{theirs}lim" in frame:
        limit = pd.to_numeric(frame[f"{theirs}lim"], errors="coerce").fillna(0)
        values = values.mask(limit != 0)
    scale, offset = table.scale.get(name, 1.0), table.offset.get(name, 0.0)
    if scale == 1.0 and offset == 0.0:
        return values
    number = pd.to_numeric(values, errors="coerce") * scale - offset
    # What is no number stays, so that its row is reported.
    return number.astype(object).where(number.notna(), values)


def _one_row_per_object(frame: Any, key: str) -> Any:
    flag = pd.to_numeric(frame["default_flag"], errors="coerce").fillna(0)
    order = flag.sort_values(ascending=False, kind="stable").index
    kept = frame.loc[order].drop_duplicates(key).index
    return frame.loc[kept.sort_values()].reset_index(drop=True)
