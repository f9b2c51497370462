"""Numbers from the headers of many camera programs, NaN where they say nothing."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from mesa_keras.readers.frame_night import observing_night
from mesa_keras.readers.frame_value import number, seconds

__all__ = [
    "HEADER_VALUE_NAMES",
    "bayer_pattern",
    "bit_depth",
    "camera_name",
    "header_values",
    "named",
    "observing_night",
]

BAYER_PATTERNS = ("RGGB", "BGGR", "GRBG", "GBRG")
BAYER_KEYS = ("BAYERPAT", "BAYRPAT", "BAYERPATTERN", "COLORTYP", "CFAPAT", "CFA")
BIT_DEPTH_KEYS = ("BITDEPTH", "ADCBITS", "BITSPIX", "BITSPERSAMPLE", "BITCAMPX")
CAMERA_KEYS = (
    *("INSTRUME", "CAMERA", "CAMNAME", "CAMID", "DETECTOR", "DETNAM", "CCDNAME"),
    *("MODEL", "ESO DET NAME"),
)
BINNING = re.compile(r"^\s*(\d+)\s*(?:[xX,: ]\s*(\d+))?\s*$")
EMPTY_WORDS = ("", "none", "unknown", "n/a", "na", "undefined", "null", "nan", "-", "?")

# The first keyword that holds a usable number counts.
EXPOSURE_KEYS = (
    *("EXPTIME", "EXPOSURE", "EXP_TIME", "EXP-TIME", "EXPOS", "EXPT", "EXPTIM"),
    *("ITIME", "TEXPTIME", "EXPREQ", "REXPTIME", "ELAPTIME", "XPOSURE", "TRUITIME"),
    *("ESO DET WIN1 DIT1", "ESO DET DIT", "INTTIME", "INT_TIME", "DARKTIME"),
    *("EXPOSED", "SHUTTER", "TELAPSE"),
)
MICROSECOND_KEYS = ("EXPOINUS", "EXPUS", "EXPTIMUS", "EXP_US")
MILLISECOND_KEYS = ("EXPTIMMS", "EXPMS", "EXP_MS", "EXPOSMS")
# These missions give exposures in days.
DAY_MISSIONS = ("TESS", "KEPLER")
TEMPERATURE_KEYS = (
    *("CCD-TEMP", "CCDTEMP", "CCD_TEMP", "CCDATEMP", "DET-TEMP", "DETTEMP", "DET_TEMP"),
    *("CAMTEMP", "CAM-TEMP", "CAM_TEMP", "TEMPERAT", "CHIPTEMP", "SENSTEMP", "CCDTMP"),
    *("TEMP-CCD", "TEMP_CCD", "TEMPCCD", "CCDTEMPE", "DETECTEM", "SENSOR-T", "TEMP"),
    *("ESO DET WIN1 TEMP", "ESO INS TEMP1 VAL"),
)
SET_TEMPERATURE_KEYS = (
    *("SET-TEMP", "SETTEMP", "SET_TEMP", "CCD-TSET", "CCDSTEMP", "TEMPSET", "CCDTSET"),
    *("TARGTEMP", "TSETPNT", "SETPOINT", "CCDPSTMP"),
)
ELECTRONS_KEYS = (
    *("EGAIN", "EPERDN", "E-GAIN", "CONVGAIN", "CVF", "EADU", "EPADU", "GAIN_E"),
    *("ESO DET OUT1 CONAD", "ATODGAIN"),
)
AIRMASS_KEYS = (
    *("AIRMASS", "AIRM", "SECZ", "AM", "AMSTART", "AIRMASS1", "ESO TEL AIRM START"),
    *("TELAM", "SECANT"),
)
FILTER_KEYS = (
    *("FILTER", "FILTERS", "FILTER1", "FILTERID", "FILTNAM", "FILTNAME", "INSFILTE"),
    *("FILT", "FILTER01", "FILTER2", "WFFBAND", "ESO INS FILT1 NAME"),
)
FOCAL_KEYS = ("FOCALLEN", "FOCAL", "FOCALLENGTH", "FOCLEN", "FL")
PIXEL_KEYS = ("XPIXSZ", "PIXSIZE1", "XPIXSIZE", "PIXSIZE", "PIXSZ", "XPIXELSZ")
POINTING_KEYS = ("OBJCTRA", "RA", "OBJRA", "TELRA", "CRVAL1", "RA_OBJ", "TARGRA")
STACK_KEYS = ("NCOMBINE", "STACKCNT", "SNAPSHOT", "NCOMB", "NUMFRAME", "COMBINED")
DISPERSER_KEYS = (
    *("GRATING", "GRISM", "GRATID", "GRISMID", "DISPERSR", "DISPERSE", "GRTNAME"),
    *("SLIT", "SLITNAME", "SLITWID", "SLITSIZE", "DISPAXIS", "GRATPOS", "CENWAVE"),
    *("ESO INS GRIS1 NAME", "ESO INS SLIT1 NAME", "ESO INS GRAT1 NAME"),
)
OUT_WORDS = ("out", "open", "clear", "free", "mirror", "imaging")


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


def _celsius(value: Any) -> float:
    degrees = number(value)
    text = str(value).strip().upper()
    if degrees > 100.0 or text.endswith("K"):
        return degrees - 273.15
    return degrees


def _temperature(header: Mapping[str, Any], keys: Iterable[str]) -> float:
    return _first(header, keys, -200.0, 60.0, _celsius)


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
    return float(any(text and text.lower() not in OUT_WORDS for text in found))


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
    "pixel_size": lambda header: _first(header, PIXEL_KEYS, 0.5, 100.0),
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
