"""The night in which a frame was taken, from the clocks that headers carry."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from mesa_keras.readers.frame_date import clock_of, day_of, is_iso, moment_of
from mesa_keras.readers.frame_value import number

NIGHT_KEYS = ("DAY-OBS", "NIGHT", "NIGHTID", "OBSNIGHT", "DTCALDAT")
LOCAL_KEYS = ("DATE-LOC", "LOCTIME", "DATE-LT", "LOCAL-DT", "TIME-LOC")
DATE_KEYS = (
    *("DATE-OBS", "DATE_OBS", "DATEOBS", "DATE-BEG", "DATE-STA", "DATE-AVG"),
    *("DATE-END", "UTC-OBS", "TDATEOBS", "UTDATE", "UT-DATE", "UTSHUT", "STRTIME"),
    "FRAME",
)
TIME_KEYS = (
    *("TIME-OBS", "TIME_OBS", "UT", "UTC", "UTSTART", "UT-START", "UTCSTART"),
    *("TTIMEOBS", "EXPSTART", "TIME-BEG", "UTC-OBS", "UT-TIME", "UT_TIME", "UTIME"),
    *("UT-STR", "UT-OBS", "UTOBS", "UT_OBS", "UT_START", "TIMEOBS", "TAIHMS"),
)
MJD_KEYS = (
    *("MJD-OBS", "MJD_OBS", "MJD", "MJDSTART", "MJD-BEG", "MJDOBS", "MJDATE"),
    "MJD-STR",
)
JD_KEYS = ("JD", "JD-OBS", "JULDAT", "JUL-DATE", "JD_UTC", "OBSJD", "JD-BEG")
LONGITUDE_KEYS = (
    *("SITELONG", "LONG-OBS", "LONGITUD", "OBSGEO-L", "OBS-LONG", "GEOLON"),
    *("LONGITUDE", "OBSLONG", "OBSERLON", "ESO TEL GEOLON"),
)
_MOMENT_KEYS = ("DATE-OBS", "DATE_OBS", "DATE-LOC", "DATE-BEG")
ANGLE = re.compile(r"^([-+]?)(\d+)[: ](\d+)(?:[: ]([\d.]+))?")
# 70d44m00s, 070*44'00"
LETTERED = re.compile(r"^([-+]?\d+)\s*[D*]\s*(\d+)\s*[M']\s*")
MJD_ZERO = datetime(1858, 11, 17)
HALF_DAY = timedelta(hours=12)


def observing_night(header: Mapping[str, Any]) -> str | None:
    """The date on which the night began: from noon to noon.

    The camera's local time counts before universal time. Universal time is moved to the
    observatory's longitude where the header tells it; without, a night far from
    Greenwich may fall into two.

    Args:
        header: Upper-case keywords to values.

    Returns:
        An ISO date, or None where the header names no usable date. A date without a
        time of day is returned as it is.
    """
    for key in NIGHT_KEYS:
        night = day_of(header.get(key))
        if night is not None:
            return night.isoformat()
    for key in LOCAL_KEYS:
        moment = moment_of(header.get(key))
        if moment is not None:
            return (moment - HALF_DAY).date().isoformat()
    shift = timedelta(hours=_longitude(header) / 15.0)
    clock = _first_clock(header, TIME_KEYS)
    for key in DATE_KEYS:
        moment = moment_of(header.get(key), clock)
        if moment is not None:
            return (moment + shift - HALF_DAY).date().isoformat()
    julian = _julian(header)
    if julian is not None:
        return (julian + shift - HALF_DAY).date().isoformat()
    days = (day_of(header.get(key)) for key in DATE_KEYS)
    return next((night.isoformat() for night in days if night), None)


def moment_text(header: Mapping[str, Any]) -> str | None:
    """When the frame was taken, as its header tells.

    Keywords of dates count first, then the Julian day, which is universal time, and
    last the camera's local time.

    Args:
        header: Upper-case keywords to values.

    Returns:
        The first date with a time of day, in the header's own words where both stand in
        one keyword and the year first, else as ISO text; else the first date alone;
        None where there is neither.
    """
    texts = {key: str(header.get(key) or "").strip() for key in _MOMENT_KEYS}
    dates = texts | {key: str(header.get(key) or "").strip() for key in DATE_KEYS}
    told = _told(dates.values(), _first_clock(header, TIME_KEYS))
    julian = _julian(header)
    if told is None and julian is not None:
        # A day in 64 bits is exact to a millisecond, not beyond.
        rounded = (julian + timedelta(milliseconds=500)).replace(microsecond=0)
        told = rounded.isoformat()
    if told is None:
        told = _told((str(header.get(key) or "").strip() for key in LOCAL_KEYS), None)
    if told is None:
        told = _told(dates.values(), _first_clock(header, LOCAL_KEYS))
    if told is not None:
        return told
    # When the file was written, which was mostly soon after.
    alone = (*texts.values(), str(header.get("DATE") or "").strip())
    return next((text for text in alone if re.search(r"\d", text)), None)


def _told(texts: Iterable[str], clock: Any) -> str | None:
    """The first of these dates that has a time of day, its own or the clock's."""
    for text in texts:
        moment = moment_of(text, clock)
        if moment is not None:
            own = is_iso(text) and moment_of(text) is not None
            return text if own else moment.isoformat()
    return None


def _first_clock(header: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((header[key] for key in keys if clock_of(header.get(key))), None)


def _julian(header: Mapping[str, Any]) -> datetime | None:
    """The moment that a Julian day names."""
    for keys, offset in ((MJD_KEYS, 0.0), (JD_KEYS, 2400000.5)):
        for key in keys:
            days = number(header.get(key)) - offset
            # Whole days have no time of day: they are but dates.
            if 10000.0 < days < 100000.0 and days % 1.0 not in (0.0, 0.5):
                return MJD_ZERO + timedelta(days=days)
    return None


def _longitude(header: Mapping[str, Any]) -> float:
    """Degrees east of Greenwich, 0 where unknown."""
    for key in LONGITUDE_KEYS:
        value = header.get(key)
        side, text = "", str(value).strip().upper()
        if isinstance(value, str) and text:
            # "W 70 44", "70.7 W"
            side = next((end for end in (text[0], text[-1]) if end in "EW"), "")
            text = LETTERED.sub(r"\1:\2:", text.strip("EW "))
        match = ANGLE.match(text) if isinstance(value, str) else None
        if match:
            sign, degrees, minutes, secs = match.groups()
            angle = int(degrees) + int(minutes) / 60 + float(secs or 0) / 3600
            angle *= -1 if sign == "-" else 1
        else:
            angle = number(text if isinstance(value, str) else value)
        angle = -abs(angle) if side == "W" else angle
        if math.isfinite(angle) and abs(angle) <= 360:
            return (angle + 180.0) % 360.0 - 180.0
    return 0.0
