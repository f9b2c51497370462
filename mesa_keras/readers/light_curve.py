"""Light curves in memory: one star's brightness over time, with where it is from.

Times are days since the mission's reference: BKJD = BJD - 2454833 (Kepler, K2), BTJD =
BJD - 2457000 (TESS). A quarter, campaign or sector is a segment: its level, its
aperture and its neighbours' light are its own, and trends do not run on into the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class LightCurveSegment:
    """What is known of one quarter, campaign, sector or table.

    Attributes:
        name: "quarter 3", "campaign 5", "sector 1", or the file's name.
        source: The file's name, or "lightkurve".
        product: "Kepler", "K2", "SPOC", "QLP", "table" or "lightkurve".
        flux_column: Column that the flux is from.
        flux_unit: Unit in that column: "e-/s", "relative" or "unknown".
        level: Median flux in that unit.
        crowding: Target's part of the light in the aperture (CROWDSAP), NaN if unknown.
            The pipelines of Kepler and SPOC have taken the rest out of PDCSAP_FLUX.
        exposure_days: Time from one exposure to the next.
    """

    name: str
    source: str
    product: str = "table"
    flux_column: str = "flux"
    flux_unit: str = "unknown"
    level: float = float("nan")
    crowding: float = float("nan")
    exposure_days: float = float("nan")


@dataclass(frozen=True, kw_only=True)
class LightCurve:
    """One star's brightness over time.

    Attributes:
        time: Days, shape `(cadences,)`, finite and ascending.
        flux: Flux of each cadence, in `flux_unit`.
        flux_err: Its standard error, NaN where unknown.
        time_system: "BKJD", "BTJD", "BJD", or "unknown" for a table of small numbers.
        mission: "Kepler", "K2", "TESS" or "unknown".
        star_id: "KIC 757450", "EPIC 201367065", "TIC 261136679", '' where unknown.
        flux_unit: "e-/s", "relative" or "unknown". Stitched curves are relative: each
            segment was divided by its own median.
        segment: Place of each cadence's segment in `segments`, shape `(cadences,)`.
        segments: What is known of each segment.
        centroid: Column and row of the star's light, pixels, shape `(cadences, 2)`, NaN
            where unknown; `None` where the file has none. The spacecraft's motion is
            taken out where the file tells it.
        star_values: What a FITS header says of the star, by our names of columns:
            `stellar_temp`, `stellar_radius`, `stellar_logg`, `magnitude`.
        warnings: What a user should know about the file.
    """

    time: np.ndarray
    flux: np.ndarray
    flux_err: np.ndarray
    time_system: str
    mission: str = "unknown"
    star_id: str = ""
    flux_unit: str = "unknown"
    segment: np.ndarray
    segments: tuple[LightCurveSegment, ...]
    centroid: np.ndarray | None = None
    star_values: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.time)

    def crowding(self) -> float:
        """Mean of the segments' crowding by their cadences, NaN where none is known."""
        counts = np.bincount(self.segment, minlength=len(self.segments))
        values = np.array([part.crowding for part in self.segments])
        known = np.isfinite(values) & (counts > 0)
        if not known.any():
            return float("nan")
        return float(np.average(values[known], weights=counts[known]))

    def exposure_days(self) -> float:
        """Median over the cadences of the time from one exposure to the next.

        It is NaN where no segment tells, as of one cadence.
        """
        values = np.array([part.exposure_days for part in self.segments])[self.segment]
        known = values[np.isfinite(values)]
        return float(np.median(known)) if known.size else float("nan")


@dataclass(frozen=True, kw_only=True)
class Cadences:
    """All cadences of one segment as a file has them, usable or not.

    Attributes are those of `LightCurve`, and:
        good: Whether a cadence's flags allow its use.
        part: The segment; `level` and, where it is NaN, `exposure_days` are filled in.
    """

    time: np.ndarray
    flux: np.ndarray
    flux_err: np.ndarray
    good: np.ndarray
    part: LightCurveSegment
    time_system: str
    mission: str = "unknown"
    star_id: str = ""
    centroid: np.ndarray | None = None
    star_values: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = field(default=())


def usable_cadences(raw: Cadences) -> LightCurve:
    """Keeps cadences with a time, a flux and no fault, in order of time.

    Of several at one time the first counts: a cadence that stands twice in a file tells
    no more than once, and would halve the time between exposures.

    Raises:
        ValueError: If there is none. The message starts with what is wrong; the caller
            names the file.
    """
    finite = np.isfinite(raw.time) & np.isfinite(raw.flux)
    kept: Any = np.flatnonzero(raw.good & finite)
    if not kept.size:
        raise ValueError(
            f"no cadence has a time, a value of {raw.part.flux_column} and no quality "
            f"flag ({raw.time.size} cadences, {int(finite.sum())} with time and flux)."
        )
    time = raw.time[kept]
    if (np.diff(time) < 0).any():
        order = np.argsort(time, kind="stable")
        kept, time = kept[order], time[order]
    notes = list(raw.warnings)
    if kept.size < raw.time.size / 2:
        notes.append(
            f"{raw.part.source}: only {kept.size} of {raw.time.size} cadences are "
            "usable"
        )
    first = np.diff(time, prepend=-np.inf) > 0
    if not first.all():
        notes.append(
            f"{raw.part.source}: {int((~first).sum())} cadences at a time that another "
            "one has are left out"
        )
        kept, time = kept[first], time[first]
    if raw.time_system == "unknown":
        notes.append(f"{raw.part.source}: the reference of its times is not stated")
    facts = {**vars(raw.part), "level": float(np.median(raw.flux[kept]))}
    if not np.isfinite(raw.part.exposure_days) and time.size > 1:
        facts["exposure_days"] = float(np.median(np.diff(time)))
    return LightCurve(
        time=time,
        flux=raw.flux[kept],
        flux_err=raw.flux_err[kept],
        time_system=raw.time_system,
        mission=raw.mission,
        star_id=raw.star_id,
        flux_unit=raw.part.flux_unit,
        segment=np.zeros(kept.size, dtype=np.int64),
        segments=(LightCurveSegment(**facts),),
        centroid=None if raw.centroid is None else raw.centroid[kept],
        star_values=raw.star_values,
        warnings=tuple(notes),
    )
