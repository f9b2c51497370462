"""Dates and times of day as camera programs write them."""

import re
from datetime import date, datetime, timedelta
from typing import Any

# 2025-07-15, 2025/7/15, 2025.07.15, with or without a time of day.
ISO = re.compile(
    r"^\s*(?P<year>\d{4})(?P<sign>[-/:.])(?P<month>\d\d?)[-/:.](?P<day>\d\d?)"
    r"(?:[T ,]+(?P<time>.*))?$"
)
# 15.07.2025, 15/07/99.
OLD = re.compile(
    r"^\s*(?P<day>\d\d?)(?P<sign>[/.-])(?P<month>\d\d?)(?P=sign)(?P<year>\d{2}|\d{4})"
    r"(?:[T ,]+(?P<time>.*))?$"
)
# 20250715, 20250715T020000, 20250715 02:00; "20250715 0200" may be a frame's number.
PACKED = re.compile(
    r"^\s*(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T(?P<packed>\d{4}(?:\d\d)?)(?:[.,]\d*)?Z?|[T ]+(?P<time>\d\d?:.*))?\s*$"
)
CLOCK = re.compile(
    r"^\s*(\d\d?):(\d\d?)(?::(\d\d?)(?:[.,]\d*)?)?\s*([ap])?(?(4)\.?m\b)", re.IGNORECASE
)
# Since there are photographic plates.
YEARS = range(1850, 2200)


def day_of(value: Any) -> date | None:
    """The date that a header's value names, with or without a time of day.

    The year may stand first, or last: with two digits as in the FITS standard of old
    (DD/MM/YY, section 4.4.2) or in German (15.07.25), with four digits with any sign.
    Of numbers apart by dots the day is the first; by slashes or hyphens day and month
    stand in either order, so only a number above 12 tells, and of 05/07/2025 nothing
    is known.

    Args:
        value: A header's value.

    Returns:
        The date, or None where the value names none, or more than one.
    """
    match = _match(value)
    if match is None:
        return None
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    if match.re is OLD and year < 100:
        if match["sign"] == "-":
            # 05-07-09 may begin with the year as well.
            return None
        # The old form of the standard is of the twentieth century by definition, but
        # was written on.
        year += 1900 if year >= 50 else 2000
    elif match.re is OLD and month > 12:
        # Month before day, as in America.
        month, day = day, month
    elif match.re is OLD and match["sign"] != "." and day <= 12 and day != month:
        return None
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def clock_of(value: Any) -> timedelta | None:
    """The time of day in text such as 02:00, 2:00:00.5 or 2:00 PM, or None."""
    match = CLOCK.match(str(value if value is not None else ""))
    if match is None:
        return None
    hours, minutes, secs = (int(part or 0) for part in match.groups()[:3])
    if match[4]:
        hours = hours % 12 + (12 if match[4] in "pP" else 0)
    return timedelta(hours=hours, minutes=minutes, seconds=secs)


def moment_of(value: Any, clock: Any = None) -> datetime | None:
    """A date with its time of day, within it or given beside it.

    Args:
        value: A header's value for the date.
        clock: Another one for the time of day, which counts where the first has none.

    Returns:
        The moment, or None where date or time of day are not told.
    """
    day, match = day_of(value), _match(value)
    if day is None or match is None:
        return None
    packed = match.groupdict().get("packed")
    text = ":".join(re.findall("..", packed)) if packed else match["time"]
    time = clock_of(text)
    time = clock_of(clock) if time is None else time
    return None if time is None else datetime(day.year, day.month, day.day) + time


def is_iso(value: Any) -> bool:
    """Whether a date begins with its year, so that later ones sort behind."""
    match = _match(value)
    return match is not None and match.re is ISO and match["sign"] == "-"


def _match(value: Any) -> re.Match[str] | None:
    text = str(value if value is not None else "")
    found = (pattern.match(text) for pattern in (ISO, PACKED, OLD))
    return next((match for match in found if match), None)
