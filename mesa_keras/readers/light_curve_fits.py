"""Light-curve files of the archive, and those that lightkurve writes.

The archive's are of Kepler, K2, TESS SPOC and TESS QLP.

References:
    Kepler Archive Manual (KDMC-10008-006), section 2.3.1; K2 Handbook (KSCI-19116),
    section 2; TESS Science Data Products Description Document (EXP-TESS-ARC-ICD-0014),
    section 5; Huang et al. 2020, RNAAS 4, 204 and 206 (QLP).
"""

import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.light_curve import Cadences, LightCurveSegment
from mesa_keras.readers.light_curve_quality import usable
from mesa_keras.readers.light_curve_time import (
    TIME_OFFSETS_DAYS,
    system_of_numbers,
    time_system_of,
)

SPOC_FLUX = "PDCSAP_FLUX"
LIGHTKURVE_FLUX = "FLUX"
# The pipeline's own detrended flux is not the first choice: it is made without knowing
# where the transits are, and takes part of them away.
QLP_FLUX = ("SYS_RM_FLUX", "SAP_FLUX")
QLP_ERRORS = ("KSPSAP_FLUX_ERR", "DET_FLUX_ERR")
_QLP_ONLY = {"KSPSAP_FLUX", "DET_FLUX"}
_CENTROIDS = (("MOM_CENTR1", "MOM_CENTR2"), ("SAP_X", "SAP_Y"))
_MOTION = ("POS_CORR1", "POS_CORR2")
# Of curves in time; those that it folded, and cubes of pixels, have others.
_LIGHTKURVE_CREATOR = "lightkurve.LightCurve."
_CATALOGUES = {"KEPLER": "KIC", "K2": "EPIC", "TESS": "TIC"}
# Our column to the keywords of Kepler's and TESS's headers, in the same units.
_STAR_KEYWORDS = {
    "stellar_temp": ("TEFF",),
    "stellar_radius": ("RADIUS",),
    "stellar_logg": ("LOGG",),
    "magnitude": ("KEPMAG", "TESSMAG"),
}


def read_fits_cadences(path: Path, flux_column: str | None, quality: str) -> Cadences:
    """Reads all cadences of one file.

    Args:
        path: The file, perhaps gzipped.
        flux_column: Column of the flux; `None` takes PDCSAP_FLUX, of QLP files
            SYS_RM_FLUX (from sector 56 on) or SAP_FLUX, of lightkurve's FLUX.
        quality: See `light_curve_quality.usable`.

    Raises:
        ValueError: If the file is damaged, or holds no light curve that we know.
    """
    from astropy.io import fits

    try:
        with warnings.catch_warnings():
            # Odd header cards do no harm; but astropy only warns where a file is
            # shorter than its header says, which is an error here.
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", message=".*truncated")
            with fits.open(path, memmap=False) as hdus:
                table = _light_curve_table(hdus)
                if table is None:
                    held = ", ".join(hdu.name or "PRIMARY" for hdu in hdus)
                else:
                    columns = {name.upper() for name in table.columns.names}
                    product = _product(hdus[0].header, columns)
                    flux = flux_column or _default_flux(columns, product)
                    if flux in columns:
                        return _cadences(path, hdus, table, product, flux, quality)
    except (
        *(OSError, EOFError, zlib.error, Warning, fits.VerifyError),
        # What astropy raises on headers and tables with damaged bytes.
        *(ArithmeticError, AssertionError, AttributeError),
        *(LookupError, TypeError, ValueError),
    ) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(
            f"{path}: damaged or truncated FITS file ({reason})."
        ) from error
    if table is None:
        raise ValueError(
            f"{path}: no table with TIME and {SPOC_FLUX} or SAP_FLUX, so no light "
            "curve of Kepler, K2, TESS, QLP or lightkurve, or a truncated one; it "
            f"holds {held}."
        )
    raise ValueError(f"{path}: no column {flux}; it has {', '.join(sorted(columns))}.")


def _light_curve_table(hdus: Any) -> Any | None:
    fluxes = {SPOC_FLUX, "SAP_FLUX"}
    if _of_lightkurve(hdus[0].header):
        fluxes.add(LIGHTKURVE_FLUX)
    for hdu in hdus:
        columns = getattr(hdu, "columns", None)
        names = set() if columns is None else {name.upper() for name in columns.names}
        if "TIME" in names and names & fluxes:
            return hdu
    return None


def _of_lightkurve(primary: Any) -> bool:
    """Whether `LightCurve.to_fits` wrote the file: what it holds may be processed."""
    return str(primary.get("CREATOR", "")).startswith(_LIGHTKURVE_CREATOR)


def _product(primary: Any, columns: set[str]) -> str:
    if _of_lightkurve(primary):
        return "lightkurve"
    if columns & _QLP_ONLY or "QLP" in str(primary.get("ORIGIN", "")).upper():
        return "QLP"
    mission = _mission(primary)
    return mission if mission in ("Kepler", "K2") else "SPOC"


def _mission(primary: Any) -> str:
    name = str(primary.get("MISSION") or primary.get("TELESCOP") or "unknown")
    return name.strip()


def _default_flux(columns: set[str], product: str) -> str:
    if product == "lightkurve":
        return LIGHTKURVE_FLUX
    if product != "QLP":
        return SPOC_FLUX
    return next((name for name in QLP_FLUX if name in columns), QLP_FLUX[-1])


def _cadences(
    path: Path, hdus: Any, table: Any, product: str, flux: str, quality: str
) -> Cadences:
    primary, header, data = hdus[0].header, table.header, table.data
    columns = {name.upper() for name in table.columns.names}

    def column(name: str) -> np.ndarray:
        if name not in columns:
            return np.full(len(data), np.nan)
        return np.array(data[name], dtype=np.float64)

    errors = QLP_ERRORS if product == "QLP" else ()
    error = next((n for n in (f"{flux}_ERR", *errors) if n in columns), "")
    flag = next((n for n in ("SAP_QUALITY", "QUALITY") if n in columns), None)
    flags = np.zeros(len(data), int) if flag is None else np.array(data[flag])
    reference = header_number(header.get("BJDREFI", primary.get("BJDREFI")))
    if product == "lightkurve":
        named = str(table.columns["TIME"].unit or "").strip().upper()
        reference = TIME_OFFSETS_DAYS.get(named, reference)
    time, system = _in_a_system(
        column("TIME") + float(header.get("BJDREFF") or 0.0), reference
    )
    unit = str(table.columns[flux].unit or "").strip().lower()
    return Cadences(
        time=time,
        flux=column(flux),
        flux_err=column(error),
        good=usable(flags, product, quality),
        part=LightCurveSegment(
            name=segment_name(primary) or path.name,
            source=path.name,
            product=product,
            flux_column=flux,
            # QLP divides by the median and names no unit.
            flux_unit="e-/s" if unit in ("e-/s", "electron / s") else "relative",
            crowding=header_number(header.get("CROWDSAP")),
            exposure_days=header_number(header.get("TIMEDEL")),
        ),
        time_system=system,
        mission=_mission(primary),
        star_id=star_of_header(primary),
        centroid=_centroid(columns, column),
        star_values=star_values_of_header(primary),
    )


def _in_a_system(time: np.ndarray, reference_day: float) -> tuple[np.ndarray, str]:
    """Returns times and their system; those since another day become full BJD."""
    if reference_day > 0:
        system = time_system_of(reference_day)
        if system != "unknown":
            return time, system
        time = time + reference_day
    return time, system_of_numbers(time)


def star_of_header(primary: Any) -> str:
    """Returns "KIC 757450", "EPIC …" or "TIC …" of a primary header, '' if unknown."""
    if primary.get("TICID"):
        return f"TIC {int(primary['TICID'])}"
    if primary.get("KEPLERID"):
        catalogue = "EPIC" if _mission(primary) == "K2" else "KIC"
        return f"{catalogue} {int(primary['KEPLERID'])}"
    name = str(primary.get("OBJECT") or "").strip()
    # lightkurve writes the number alone.
    catalogue = _CATALOGUES.get(_mission(primary).upper(), "")
    return f"{catalogue} {int(name)}" if catalogue and name.isdecimal() else name


def star_values_of_header(primary: Any) -> dict[str, float]:
    """Returns temperature, radius, gravity and magnitude where a header has them."""
    return {
        column: value
        for column, keys in _STAR_KEYWORDS.items()
        for value in [header_number(primary.get(key)) for key in keys]
        if np.isfinite(value)
    }


def segment_name(header: Any) -> str:
    """Returns "quarter 3", "campaign 5" or "sector 1" of a header, '' if unknown."""
    for key in ("CAMPAIGN", "QUARTER", "SECTOR"):
        value = header.get(key)
        if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
            return f"{key.lower()} {value}"
    return ""


def header_number(value: Any) -> float:
    """Returns a number of a header, NaN where it holds none."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else float("nan")


def _centroid(columns: set[str], column: Any) -> np.ndarray | None:
    for names in _CENTROIDS:
        if columns.issuperset(names):
            place = np.column_stack([column(name) for name in names])
            if columns.issuperset(_MOTION):
                place -= np.column_stack([column(name) for name in _MOTION])
            return place if np.isfinite(place).any() else None
    return None
