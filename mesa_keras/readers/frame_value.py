"""Numbers as camera programs write them."""

import math
import re
from typing import Any

# 1.5, -10,0, 6,4E-05, 1.2D3, +.5; what follows may be a unit.
NUMBER = re.compile(r"\s*([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eEdD][-+]?\d+)?)")
# 1,200.5 and 1.200,5: with both signs, the first one groups digits.
GROUPED = re.compile(r"\s*[-+]?\d{1,3}(?:(?:,\d{3})+(?=\.)|(?:\.\d{3})+(?=,))")


def number(value: Any) -> float:
    """A header's value as a number, NaN where it is none.

    Decimal commas, thousands set apart, Fortran exponents and units after the number
    are read; booleans are not numbers. "1,200" alone is 1.2, as a decimal comma.
    """
    if isinstance(value, bool) or value is None:
        return math.nan
    if isinstance(value, (int, float)):
        return float(value)
    match = NUMBER.match(_ungrouped(str(value)))
    if match is None:
        return math.nan
    text = match.group(1).replace(",", ".").lower().replace("d", "e")
    return float(text)


def _ungrouped(text: str) -> str:
    """The text whose number has no sign between its thousands."""
    return GROUPED.sub(lambda found: re.sub("[.,]", "", found[0]), text, count=1)


# Times in other units than seconds, as text after the number.
UNITS = {
    **dict.fromkeys(("us", "µs", "μs", "usec", "usecs", "microsec", "microsecs"), 1e-6),
    **dict.fromkeys(("usecond", "useconds", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ms", "msec", "msecs", "millisec", "millisecs"), 1e-3),
    **dict.fromkeys(("msecond", "mseconds", "millisecond", "milliseconds"), 1e-3),
    "millisekunden": 1e-3,
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "stunden"), 3600.0),
}
# 00:05:00, 0:0:30.5, of hours, minutes and seconds.
CLOCK = re.compile(r"\s*(\d+):(\d\d?):(\d\d?(?:[.,]\d*)?)\s*$")
# 1m30s, 2 min 5 s, 0h05m30s, 1h30m.
PARTS = re.compile(
    r"\s*(?:(\d+)\s*h[a-z]*)?\s*(?:(\d+)\s*m(?:in[a-z]*)?)?"
    r"\s*(?:(\d+(?:[.,]\d*)?)\s*s[a-z]*)?\s*$"
)
FRACTION = re.compile(r"\s*(\d+)\s*/\s*(\d+)\s*(?:s|sec)?\s*$")


def seconds(value: Any) -> float:
    """A header's exposure time in seconds, NaN where it is none.

    Text may carry a unit ("500 ms", "1m30s"), be a fraction ("1/60") or a clock's
    reading ("00:05:00"), or use a decimal comma.
    """
    amount = number(value)
    if not isinstance(value, str) or math.isnan(amount):
        return amount
    value = _ungrouped(value)
    parts = CLOCK.match(value) or PARTS.match(value.lower())
    if parts:
        hours, minutes, secs = (number(part or "0") for part in parts.groups())
        return 3600.0 * hours + 60.0 * minutes + secs
    if ":" in value:
        # 1:30 may be minutes or hours.
        return math.nan
    fraction = FRACTION.match(value)
    if fraction and int(fraction.group(2)):
        return int(fraction.group(1)) / int(fraction.group(2))
    match = NUMBER.match(value)
    unit = value[match.end() :].strip(" .[]()").lower() if match else ""
    return amount * UNITS.get(unit, 1.0)


# -10 C, +5.5 °C, 263.15 [K], 14 deg F, "57.2 Fahrenheit".
DEGREES = re.compile(
    r"[^a-z]*(?:deg(?:rees?)?|grad)?[^a-z]*(c|celsius|f|fahrenheit|k|kelvin)[^a-z]*$",
    re.IGNORECASE,
)


def celsius(value: Any) -> float:
    """A header's temperature in degrees Celsius, NaN where it is none.

    Text may carry a unit. Without one, above 100 it is in kelvins; below 0 it is not,
    whatever the unit says.
    """
    degrees = number(value)
    text = _ungrouped(str(value))
    found = NUMBER.match(text)
    unit = DEGREES.match(text[found.end() :]) if found else None
    letter = unit[1][0].upper() if unit else ""
    if letter == "F":
        return (degrees - 32.0) / 1.8
    if (letter == "K" and degrees >= 0.0) or (not letter and degrees > 100.0):
        return degrees - 273.15
    return degrees
