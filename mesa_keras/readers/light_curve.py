"""Raw light curves: Kepler and TESS SPOC FITS files, and plain CSV.

Times are days since the mission's reference: BKJD = BJD - 2454833 (Kepler, K2), BTJD =
BJD - 2457000 (TESS). From FITS files the pipeline's corrected flux (`PDCSAP_FLUX`) is
taken, where no quality flag is set.

References:
    Kepler Archive Manual (KDMC-10008-006), section 2.3.1; TESS Science Data Products
    Description Document (EXP-TESS-ARC-ICD-0014), section 5.
"""

import os
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.row_values import clean_number
from mesa_keras.readers.table_file import read_table

FITS_MAGIC = b"SIMPLE"
GZIP_MAGIC = b"\x1f\x8b"
TIME_SYSTEMS = {2454833: "BKJD", 2457000: "BTJD"}
TIME_OFFSETS_DAYS = {"BJD": 0.0, "BKJD": 2454833.0, "BTJD": 2457000.0}
# Full Julian dates are above this number since the year 1858.
FULL_JULIAN_DATE = 2_400_000.0


@dataclass(frozen=True)
class LightCurve:
    """One star's brightness over time.

    Attributes:
        time: Days, shape `(cadences,)`, finite and ascending.
        flux: Flux of each cadence; electrons per second from FITS files.
        flux_err: Its standard error, NaN where unknown.
        time_system: "BKJD", "BTJD", "BJD", or "unknown" for a CSV of small numbers.
        mission: "Kepler", "K2", "TESS" or "unknown".
        warnings: What a user should know about the file.
    """

    time: np.ndarray
    flux: np.ndarray
    flux_err: np.ndarray
    time_system: str
    mission: str
    warnings: tuple[str, ...]


def read_light_curve(path: str | os.PathLike[str]) -> LightCurve:
    """Reads a raw light curve, recognised by its first bytes.

    Args:
        path: A Kepler, K2 or TESS SPOC light-curve FITS file, or a CSV, CSV.gz or
            Parquet table with columns `time` [days], `flux` and perhaps `flux_err`.

    Returns:
        The usable cadences in order of time.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, holds no light curve, or no usable cadence.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    name = path.name.removesuffix(".gz")
    if path.is_file():
        with path.open("rb") as stream:
            start = stream.read(6)
        if start == FITS_MAGIC or (
            start[:2] == GZIP_MAGIC and name.endswith((".fits", ".fit"))
        ):
            return _read_fits(path)
    return _read_table(path)


def _read_fits(path: Path) -> LightCurve:
    from astropy.io import fits

    try:
        with warnings.catch_warnings():
            # Odd header cards do no harm; but astropy only warns where a file is
            # shorter than its header says, which is an error here.
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", message=".*truncated")
            with fits.open(path, memmap=False) as hdus:
                found = _fits_columns(hdus)
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
    if found is None:
        raise ValueError(
            f"{path}: no extension LIGHTCURVE with PDCSAP_FLUX, so not a Kepler or "
            "TESS light-curve file, or a truncated one."
        )
    return _usable(path, *found)


def _fits_columns(hdus: Any) -> tuple[Any, ...] | None:
    """Returns time, flux, its error, what is good, time system and mission."""
    hdu = next((hdu for hdu in hdus if hdu.name == "LIGHTCURVE"), None)
    if hdu is None or "PDCSAP_FLUX" not in hdu.columns.names:
        return None
    time, flux, flux_err = (
        np.array(hdu.data[name], dtype=np.float64)
        for name in ("TIME", "PDCSAP_FLUX", "PDCSAP_FLUX_ERR")
    )
    flag = "QUALITY" if "QUALITY" in hdu.columns.names else "SAP_QUALITY"
    good = np.array(hdu.data[flag]) == 0
    time += float(hdu.header.get("BJDREFF", 0.0))
    system = TIME_SYSTEMS.get(int(hdu.header.get("BJDREFI", 0)), "unknown")
    primary = hdus[0].header
    mission = str(primary.get("MISSION") or primary.get("TELESCOP") or "unknown")
    return time, flux, flux_err, good, system, mission.strip()


def _read_table(path: Path) -> LightCurve:
    frame = read_table(path)
    for name in ("time", "flux"):
        if name not in frame:
            raise ValueError(
                f"{path}: a light curve needs the columns 'time' and 'flux'; "
                f"'{name}' is missing."
            )
    faults: list[list[str]] = [[] for _ in range(len(frame))]
    time = clean_number(frame["time"], "time", faults)
    flux = clean_number(frame["flux"], "flux", faults)
    flux_err = np.full(time.shape, np.nan)
    if "flux_err" in frame:
        flux_err = clean_number(frame["flux_err"], "flux_err", faults)
    full = bool(np.isfinite(time).any() and np.nanmedian(time) > FULL_JULIAN_DATE)
    system = "BJD" if full else "unknown"
    good = np.ones(time.shape, dtype=bool)
    return _usable(path, time, flux, flux_err, good, system, "unknown")


def _usable(
    path: Path,
    time: np.ndarray,
    flux: np.ndarray,
    flux_err: np.ndarray,
    good: np.ndarray,
    time_system: str,
    mission: str,
) -> LightCurve:
    kept: Any = np.flatnonzero(good & np.isfinite(time) & np.isfinite(flux))
    if not kept.size:
        raise ValueError(f"{path}: no cadence has a time, a flux and no quality flag.")
    kept = kept[np.argsort(time[kept], kind="stable")]
    notes = []
    if kept.size < time.size / 2:
        notes.append(
            f"{path.name}: only {kept.size} of {time.size} cadences are usable"
        )
    if time_system == "unknown":
        notes.append(f"{path.name}: the reference of its times is not stated")
    return LightCurve(
        time[kept], flux[kept], flux_err[kept], time_system, mission, tuple(notes)
    )


def to_time_system(epoch: float, from_system: str | None, to_system: str) -> float:
    """Converts a time in days between BJD, BKJD and BTJD.

    A number above 2,400,000 is a full BJD, whatever `from_system` says; where one of
    the two systems is not known, they are taken to be the same.
    """
    if epoch > FULL_JULIAN_DATE:
        from_system = "BJD"
    if from_system not in TIME_OFFSETS_DAYS or to_system not in TIME_OFFSETS_DAYS:
        return epoch
    return epoch + TIME_OFFSETS_DAYS[from_system] - TIME_OFFSETS_DAYS[to_system]
