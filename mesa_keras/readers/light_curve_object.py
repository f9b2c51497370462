"""Light curves that lightkurve has in memory."""

import re
from typing import Any

import numpy as np

from mesa_keras.readers.light_curve import (
    Cadences,
    LightCurve,
    LightCurveSegment,
    usable_cadences,
)
from mesa_keras.readers.light_curve_columns import flux_unit, plain_column, time_values
from mesa_keras.readers.light_curve_fits import (
    header_number,
    segment_name,
    star_of_header,
    star_values_of_header,
)

_CENTROID = ("centroid_col", "centroid_row")
_MOTION = ("pos_corr1", "pos_corr2")


def from_lightkurve(curve: Any) -> LightCurve:
    """Takes over a `lightkurve.LightCurve`, whose quality cuts are kept as they are.

    Args:
        curve: The object, not folded: `time` must be points in time.

    Returns:
        Its cadences with a time and a flux, as one segment.

    Raises:
        TypeError: If it is no light curve in time.
        ValueError: If no cadence is usable, or the flux is magnitudes.
    """
    from astropy.time import Time

    time, names = getattr(curve, "time", None), set(getattr(curve, "colnames", ()))
    # A folded one has differences of time, which are no Julian dates.
    if "flux" not in names or not isinstance(time, Time):
        raise TypeError(
            "`curve` must be a lightkurve.LightCurve in time, not folded. "
            f"Received: {type(curve).__name__}"
        )
    flux = curve["flux"]
    days, system = time_values(time)
    meta = dict(getattr(curve, "meta", {}))
    mission = str(meta.get("MISSION") or meta.get("TELESCOP") or "unknown").strip()
    label = str(meta.get("LABEL") or meta.get("OBJECT") or "lightkurve")
    errors = plain_column(curve["flux_err"]) if "flux_err" in names else None
    raw = Cadences(
        time=days,
        flux=plain_column(flux),
        flux_err=np.full(days.shape, np.nan) if errors is None else errors,
        good=np.ones(days.shape, dtype=bool),
        part=LightCurveSegment(
            name=segment_name(meta) or label,
            source=re.sub(r"\s+", " ", label),
            product="lightkurve",
            flux_column=str(meta.get("FLUX_ORIGIN") or "flux"),
            flux_unit=flux_unit(
                getattr(flux, "unit", None), f"lightkurve object {label}"
            ),
            crowding=header_number(meta.get("CROWDSAP")),
        ),
        time_system=system,
        mission=mission,
        star_id=star_of_header(meta),
        centroid=_centroid(curve, names),
        star_values=star_values_of_header(meta),
    )
    try:
        return usable_cadences(raw)
    except ValueError as error:
        raise ValueError(f"lightkurve object {label}: {error}") from error


def _centroid(curve: Any, names: set[str]) -> np.ndarray | None:
    """Place of the light, without the spacecraft's motion, as of a file."""
    if not names.issuperset(_CENTROID):
        return None
    place, motion = (
        np.column_stack([plain_column(curve[name]) for name in pair])
        if names.issuperset(pair)
        else 0.0
        for pair in (_CENTROID, _MOTION)
    )
    place = np.asarray(place - motion)
    return place if np.isfinite(place).any() else None
