"""Columns of light curves as plain numbers: masks, units of time and flux."""

from typing import Any

import numpy as np

OWN_TIME_FORMATS = ("bkjd", "btjd")


def time_values(time: Any) -> tuple[np.ndarray, str]:
    """Returns numbers and system of an `astropy.time.Time`: BKJD, BTJD or BJD.

    Times that are masked are NaN: what stands under a mask is no time.
    """
    own = time.format in OWN_TIME_FORMATS
    values: Any = time.value if own else time.jd
    numbers = np.array(getattr(values, "unmasked", values), dtype=np.float64)
    if time.masked:
        numbers[np.asarray(time.mask, dtype=bool)] = np.nan
    return numbers, time.format.upper() if own else "BJD"


def days(column: Any) -> np.ndarray:
    """Returns times as days: a column in seconds or hours is converted."""
    from astropy import units

    values, unit = plain_column(column), getattr(column, "unit", None)
    if unit is None or not unit.is_equivalent(units.day):
        return values
    return np.asarray(values * unit.to(units.day))


def plain_column(column: Any) -> np.ndarray:
    """Returns a column or quantity without unit; numbers are NaN where masked."""
    values: Any = getattr(column, "value", column)
    mask = getattr(column, "mask", None)
    values = getattr(values, "unmasked", values)
    if np.ma.isMaskedArray(values):
        mask, values = np.ma.getmaskarray(values), values.data
    plain = np.array(values)
    if plain.dtype.kind in "fiu":
        plain = plain.astype(np.float64)
        if mask is not None and np.ndim(mask):
            plain[np.asarray(mask, dtype=bool)] = np.nan
    return plain


def flux_unit(unit: Any, source: str) -> str:
    """Returns our word for a unit of astropy.

    Args:
        unit: The unit, `None` where there is none.
        source: What has it, for messages.

    Raises:
        ValueError: If it is magnitudes: their logarithm grows where light is lost, and
            transits would be taken for flares.
    """
    text = "" if unit is None else str(unit)
    if "mag" in text.lower():
        raise ValueError(
            f"{source}: the flux must be linear, as 10**(-0.4 * magnitude). "
            f"Received: unit '{text}'"
        )
    if unit is not None and text in ("", "dimensionless"):
        return "relative"
    return {"electron / s": "e-/s", "e-/s": "e-/s"}.get(text, text or "unknown")
