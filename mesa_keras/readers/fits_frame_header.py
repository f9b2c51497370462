"""FITS header cards to plain values, those that break the rules included."""

import re
from typing import Any

from mesa_keras.readers.frame_header_keys import (
    EXPOSURE_KEYS,
    SET_TEMPERATURE_KEYS,
    TEMPERATURE_KEYS,
)

# Free text, of any length, that says nothing in a fixed place.
COMMENTARY = ("", "COMMENT", "HISTORY")
# What the numbers of one image mean says nothing of those of another.
OWN_KEYS = ("BSCALE", "BZERO", "BLANK")
_UNITS = (
    r"ms|(?:msec|millisec)(?:s|onds?)?|millisekunden"
    r"|us|(?:usec|microsec)(?:s|onds?)?|mins?|minutes?"
)
# "[ms] exposure time", "exposure time in ms", "exposure (ms)", "exposure, ms",
# "exposure time ms" and "ms"; without a unit it is in seconds.
UNIT = re.compile(
    rf"(?:\b(?:in|en) |\[)\s*({_UNITS})\b|[({{]\s*({_UNITS})\s*[)}}]"
    # "exposure time min" may be the least.
    rf"|(?:^|,|\b(?:exposure|time|duration)(?!\W*min))[ :]*({_UNITS})\.?\s*$",
    re.IGNORECASE,
)
# "[F] CCD temperature", "temperature (K)", "in Fahrenheit", "deg F", "degrees, K" and
# "K"; without one of these letters it is in degrees Celsius.
_SCALES = "f|fahrenheit|k|kelvins?"
DEGREES = re.compile(
    rf"(?:\b(?:in|en) |\[|°|\bdeg(?:rees?)?\.? ?)\s*({_SCALES})\b"
    rf"|[({{]\s*(?:°|deg(?:rees?)?)?\s*({_SCALES})\s*[)}}]"
    rf"|(?:^|,)\s*({_SCALES})\s*$|\b(fahrenheit|kelvins?)\b",
    re.IGNORECASE,
)
# What the comment says of a number, by keyword.
UNITS = {
    **dict.fromkeys(EXPOSURE_KEYS, UNIT),
    **dict.fromkeys((*TEMPERATURE_KEYS, *SET_TEMPERATURE_KEYS), DEGREES),
}


def header_dict(header: Any, primary: Any) -> dict[str, Any]:
    """An image's header completed with the primary header.

    Args:
        header: `astropy.io.fits.Header` of the image.
        primary: That of the file's first HDU; may be the same.

    Returns:
        Upper-case keywords (those of the HIERARCH convention without that word) to
        values; a value that astropy cannot parse as the text that stands in the card,
        an exposure time in other units than seconds, or a temperature in others than
        degrees Celsius, as text with its unit.
    """
    values: dict[str, Any] = {}
    for source in (header, primary):
        for card in source.cards:
            keyword = _keyword(card)
            if keyword in COMMENTARY or keyword in values:
                continue
            if source is not header and keyword in OWN_KEYS:
                continue
            value = _value(card)
            if value is not None:
                in_unit = keyword in UNITS and isinstance(value, (int, float))
                values[keyword] = (
                    _with_unit(card, value, UNITS[keyword]) if in_unit else value
                )
        if header is primary:
            break
    return values


def _keyword(card: Any) -> str:
    try:
        return str(card.keyword).upper()
    except ValueError:
        # A damaged card: its first eight letters are all there is.
        return str(card.image)[:8].strip().upper()


def _value(card: Any) -> Any:
    from astropy.io import fits

    try:
        value = card.value
    except (fits.VerifyError, ValueError, TypeError, IndexError):
        return _raw_text(card)
    if isinstance(value, fits.card.Undefined):
        return None
    return value.strip() if isinstance(value, str) else value


def _with_unit(card: Any, value: float, unit: re.Pattern[str]) -> Any:
    """A number with the unit that the comment names, else as it is."""
    try:
        match = unit.search(str(card.comment))
    except ValueError:
        return value
    return f"{value} {match[match.lastindex or 0].lower()}" if match else value


def _raw_text(card: Any) -> str | None:
    """The text between the sign of equality and the comment, without quotes."""
    _, _, text = str(card).partition("=")
    text = text.strip()
    if text.startswith("'") and text.count("'") > 1:
        return text[1 : text.index("'", 1)].strip() or None
    return text.split(" /", 1)[0].strip() or None
