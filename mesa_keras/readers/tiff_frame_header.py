"""TIFF tags to header values under the names that FITS headers use."""

import re
from typing import Any

from mesa_keras.readers.frame_value import number

# Tags of the TIFF and EXIF standards, and the FITS keyword of the same meaning.
TEXT_TAGS = {
    "Model": "INSTRUME",
    "UniqueCameraModel": "INSTRUME",
    "Software": "SWCREATE",
    "Artist": "OBSERVER",
    "DateTimeOriginal": "DATE-LOC",
    "DateTime": "DATE-LOC",
}
NUMBER_TAGS = {
    "ExposureTime": "EXPTIME",
    "FocalLength": "FOCALLEN",
    "ISOSpeedRatings": "ISOSPEED",
    "PhotographicSensitivity": "ISOSPEED",
}
MOSAIC_COLOURS = "RGB"
# A FITS header in the description, as "ASTRO-TIFF" and some camera programs write it.
CARD = re.compile(r"^\s*([A-Z][A-Z0-9_-]{1,7})\s*=\s*(.+?)\s*$")
EXIF_TIME = re.compile(r"^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")


def tiff_header(page: Any) -> dict[str, Any]:
    """Header values of a TIFF page.

    Args:
        page: `tifffile.TiffPage`.

    Returns:
        Upper-case FITS keywords to values: the cards in the image description, then
        what the tags add.
    """
    header = description_cards(page.description or "")
    header.setdefault("BITSPERSAMPLE", int(page.bitspersample))
    tags = {tag.name: tag.value for tag in page.tags}
    for exif in ("ExifTag", "EXIFIFD"):
        if isinstance(tags.get(exif), dict):
            tags = {**tags[exif], **tags}
    for name, keyword in TEXT_TAGS.items():
        text = str(tags.get(name) or "").strip("\x00 ")
        if text:
            header.setdefault(keyword, _iso_time(text))
    for name, keyword in NUMBER_TAGS.items():
        value = tags.get(name)
        if isinstance(value, tuple) and len(value) == 2 and value[1]:
            value = value[0] / value[1]
        if value is not None and number(value) == number(value):
            header.setdefault(keyword, number(value))
    pattern = tags.get("CFAPattern")
    if isinstance(pattern, (bytes, tuple)) and len(pattern) == 4 and max(pattern) < 3:
        header.setdefault("BAYERPAT", "".join(MOSAIC_COLOURS[i] for i in pattern))
    return header


def description_cards(text: str) -> dict[str, Any]:
    """Reads the FITS cards in a description, one a line or 80 letters each."""
    lines = text.splitlines()
    if len(lines) == 1 and len(text) >= 160:
        lines = [text[i : i + 80] for i in range(0, len(text), 80)]
    cards: dict[str, Any] = {}
    for line in lines:
        match = CARD.match(line)
        if match:
            cards.setdefault(match.group(1), _card_value(match.group(2)))
    return cards


def _card_value(text: str) -> Any:
    if text.startswith("'") and text.count("'") > 1:
        return text[1 : text.index("'", 1)].strip()
    text = text.split(" /", 1)[0].strip()
    if text in ("T", "F"):
        return text == "T"
    try:
        return int(text)
    except ValueError:
        # Numbers with decimal commas stay text, as in FITS headers that hold them.
        return number(text) if re.fullmatch(r"[-+.\dEeDd]+", text) else text


def _iso_time(text: str) -> str:
    match = EXIF_TIME.match(text)
    if match is None:
        return text
    return "{}-{}-{}T{}".format(*match.groups())
