"""Numbers from the headers of many camera programs, NaN where they say nothing."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from mesa_keras.readers.frame_header_keys import (
    AIRMASS_KEYS,
    BAYER_KEYS,
    BIT_DEPTH_KEYS,
    CAMERA_KEYS,
    DISPERSER_KEYS,
    ELECTRONS_KEYS,
    EXPOSURE_KEYS,
    FILTER_KEYS,
    FOCAL_KEYS,
    METRE_KEYS,
    MICROSECOND_KEYS,
    MILLIMETRE_KEYS,
    MILLISECOND_KEYS,
    PIXEL_KEYS,
    POINTING_KEYS,
    SET_TEMPERATURE_KEYS,
    STACK_KEYS,
    TEMPERATURE_KEYS,
)
from mesa_keras.readers.frame_night import moment_text, observing_night
from mesa_keras.readers.frame_value import celsius, number, seconds

__all__ = [
    "HEADER_VALUE_NAMES",
    "bayer_pattern",
    "bit_depth",
    "camera_name",
    "filter_name",
    "header_values",
    "moment_text",
    "named",
    "observing_night",
]

BAYER_PATTERNS = ("RGGB", "BGGR", "GRBG", "GBRG")
# 2, 2x2, 1 2, 2*2, 1 by 2, (1, 1), Bin2, "2x2 (average)".
BINNING = re.compile(
    r"^\s*(?:bin(?:ning)?)?\s*[(\[]?\s*(\d+)"
    r"\s*(?:(?:[x*,:/ ]|by)\s*(\d+))?\s*[)\]]?"
    r"\s*(?:[(\[]\s*[a-z][a-z -]*[)\]]|average|mean|sum(?:med)?|binn(?:ed|ing))?\s*$",
    re.IGNORECASE,
)
# The last are what programs write by themselves.
EMPTY_WORDS = (
    *("", "none", "unknown", "n/a", "na", "undefined", "null", "nan", "-", "?"),
    *("##nodata##", "untitled", "autosave image"),
)

# These missions give exposures in days.
DAY_MISSIONS = ("TESS", "KEPLER")
# No disperser, whatever follows: "Open (Lyot)", "<NO GRATING>", "CLEAR_2".
OUT_WORDS = re.compile(
    r"^<?(?:out|open|clear|free|mirror|imaging|home|park\w*|empty"
    r"|no[ _]?(?:ne|grating|grism|slit|mask))(?![a-z])",
    re.IGNORECASE,
)


def header_values(header: Mapping[str, Any]) -> dict[str, float]:
    """Reads what a header says about the exposure, as numbers.

    Args:
        header: Upper-case keywords to values, as in `Frame.header`. Numbers may stand
            as text, with decimal commas and units.

    Returns:
        Each of `HEADER_VALUE_NAMES`, NaN where the header has no usable value; the
        names that end in `_given` are 1 or 0.
    """
    return {name: float(read(header)) for name, read in _READERS.items()}


def _first(
    header: Mapping[str, Any],
    keys: Iterable[str],
    low: float = -math.inf,
    high: float = math.inf,
    read: Callable[[Any], float] = number,
) -> float:
    """The first number between `low` and `high` under these keywords, or NaN."""
    for key in keys:
        value = read(header.get(key))
        if low <= value <= high:
            return value
    return math.nan


def _exposure(header: Mapping[str, Any]) -> float:
    """Exposure time in seconds."""
    value = _first(header, EXPOSURE_KEYS, 0.0, 1e6, seconds)
    if math.isfinite(value):
        mission = str(header.get("TELESCOP", "")).upper()
        return value * 86400.0 if mission in DAY_MISSIONS else value
    value = 1e-6 * _first(header, MICROSECOND_KEYS, 0.0, 1e12)
    if math.isfinite(value):
        return value
    return 1e-3 * _first(header, MILLISECOND_KEYS, 0.0, 1e9)


def _binning(header: Mapping[str, Any], axis: int) -> float:
    """Pixels binned together along an axis: 0 horizontal, 1 vertical."""
    letter = "XY"[axis]
    keys = (
        *(f"{letter}BINNING", f"{letter}BIN", f"BIN{letter}", f"BIN_{letter}"),
        *(f"CCD{letter}BIN", f"BINAXIS{axis + 1}", f"CCDBIN{axis + 1}"),
        *(f"{letter}_BIN", f"ESO DET WIN1 BIN{letter}", f"{'HV'[axis]}BIN"),
        f"{'HV'[axis]}BINNING",
        *(f"DET{letter}BIN", f"CCDBIN{letter}", f"BIN-FCT{axis + 1}"),
        *(f"ESO DET BIN{letter}", f"{('COL', 'ROW')[axis]}BIN"),
    )
    value = _first(header, keys, 1, 64)
    if math.isfinite(value):
        return value
    for key in ("BINNING", "CCDSUM", "BIN", "CCDBIN", "BINMODE"):
        match = BINNING.match(str(header.get(key, "")))
        if match:
            value = float(match.group(1 + axis) or match.group(1))
            if 1 <= value <= 64:
                return value
    return math.nan


def _gain(header: Mapping[str, Any]) -> float:
    """Electrons per count; GAIN is that for CCDs, a setting for most CMOS cameras."""
    value = _first(header, ELECTRONS_KEYS, 1e-4, 200.0)
    if math.isfinite(value):
        return value
    value = _first(header, ("GAIN", "CCDGAIN", "GAIN1"), 1e-2, 50.0)
    # Programs for CMOS cameras write the setting beside an offset setting.
    setting = value.is_integer() and ("OFFSET" in header or "BLKLEVEL" in header)
    return math.nan if setting else value


def _gain_setting(header: Mapping[str, Any]) -> float:
    """The camera's own gain number, which has no unit."""
    if "OFFSET" in header or "BLKLEVEL" in header or "EGAIN" in header:
        return _first(header, ("GAIN", "GAINRAW"), 0.0, 1e5)
    return _first(header, ("GAINRAW", "ISOSPEED", "ISO"), 0.0, 1e6)


def _temperature(header: Mapping[str, Any], keys: Iterable[str]) -> float:
    return _first(header, keys, -200.0, 60.0, celsius)


def _pixel_size(header: Mapping[str, Any]) -> float:
    """Side of a pixel in micrometres."""
    for keys, unit in ((PIXEL_KEYS, 1.0), (MILLIMETRE_KEYS, 1e3), (METRE_KEYS, 1e6)):
        value = unit * _first(header, keys, 0.5 / unit, 100.0 / unit)
        if math.isfinite(value):
            return value
    return math.nan


def named(header: Mapping[str, Any], keys: Iterable[str]) -> str | None:
    """The first text under these keywords that is more than a word for nothing."""
    for key in keys:
        text = " ".join(str(header.get(key, "")).split())
        if text.lower() not in EMPTY_WORDS:
            return text
    return None


def _given(header: Mapping[str, Any], keys: Iterable[str]) -> float:
    if not header:
        return math.nan
    return float(named(header, keys) is not None)


def _disperser(header: Mapping[str, Any]) -> float:
    if not header:
        return math.nan
    found = (named(header, (key,)) for key in DISPERSER_KEYS)
    return float(any(text and not OUT_WORDS.match(text) for text in found))


_READERS: dict[str, Callable[[Mapping[str, Any]], float]] = {
    "exposure": _exposure,
    "binning_x": lambda header: _binning(header, 0),
    "binning_y": lambda header: _binning(header, 1),
    "gain": _gain,
    "gain_setting": _gain_setting,
    "ccd_temp": lambda header: _temperature(header, TEMPERATURE_KEYS),
    "set_temp": lambda header: _temperature(header, SET_TEMPERATURE_KEYS),
    "airmass": lambda header: _first(header, AIRMASS_KEYS, 1.0, 40.0),
    "focal_length": lambda header: _first(header, FOCAL_KEYS, 1.0, 1e6),
    "pixel_size": _pixel_size,
    "stacked": lambda header: _first(header, STACK_KEYS, 1, 1e5),
    "filter_given": lambda header: _given(header, FILTER_KEYS),
    "object_given": lambda header: _given(header, ("OBJECT", "TARGNAME", "OBJNAME")),
    "pointing_given": lambda header: _given(header, POINTING_KEYS),
    "disperser_given": _disperser,
}
HEADER_VALUE_NAMES = tuple(_READERS)


def camera_name(header: Mapping[str, Any]) -> str | None:
    """The camera or instrument that the header names, or None."""
    return named(header, CAMERA_KEYS)


def filter_name(header: Mapping[str, Any]) -> str | None:
    """The first filter that is no empty place in its wheel, else the place's name."""
    names = [text for key in FILTER_KEYS if (text := named(header, (key,)))]
    return next(
        (n for n in names if not OUT_WORDS.match(n)), names[0] if names else None
    )


def bayer_pattern(header: Mapping[str, Any]) -> str | None:
    """The colours of the mosaic's first two rows, such as "RGGB", or None."""
    for key in BAYER_KEYS:
        text = re.sub("[^A-Z]", "", str(header.get(key, "")).upper())
        if text in BAYER_PATTERNS:
            return text
    return None


def bit_depth(header: Mapping[str, Any], dtype: np.dtype) -> int | None:
    """Bits per value: the camera's where told and possible, else the file's.

    Args:
        header: The frame's header.
        dtype: Number type of its pixels.

    Returns:
        None for floats.
    """
    if dtype.kind not in "iu":
        return None
    stored = 8 * dtype.itemsize
    told = _first(header, BIT_DEPTH_KEYS, 1, stored)
    return int(told) if math.isfinite(told) and told.is_integer() else stored
