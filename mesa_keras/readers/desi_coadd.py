"""DESI coadds: the spectra of many objects, in three arms.

The files are described in the DESI data model,
https://desidatamodel.readthedocs.io/en/latest/DESI_SPECTRO_REDUX/SPECPROD/healpix/.
A coadd holds no redshifts; those of the pipeline stand in `redrock-*.fits` beside it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.galaxy_fits import find_table, galaxy_hdus, numbers, text

FLUX_UNIT = "1e-17 erg / (s cm2 Angstrom)"
ARMS = ("B", "R", "Z")
_PARTS = ("WAVELENGTH", "FLUX", "IVAR", "MASK")

# Bit of COADD_FIBERSTATUS with which a spectrum is as good as any (data model, page on
# bitmasks, `fibermask`): a positioner of restricted reach.
_HARMLESS_STATUS = 1 << 3


@dataclass(frozen=True)
class DesiCoadd:
    """The objects of a coadd; their spectra are read by `arms`.

    Attributes:
        path: The file.
        table: A row per spectrum in the order of the file: `object_id` (TARGETID),
            `ra`, `dec` [deg], `redshift` (NaN = unknown), `flux_g`, `flux_r`, `flux_z`
            [nanomaggy] where the file has them, and `reason`, which says why a spectrum
            is none of a target's, or is empty.
        wavelengths: Wavelengths of each arm in Angstrom, in vacuum, by its letter.
        warnings: What a user should know about the file.
    """

    path: Path
    table: pd.DataFrame
    wavelengths: Mapping[str, np.ndarray]
    warnings: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.table)

    def arms(
        self, start: int = 0, stop: int | None = None
    ) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Reads the spectra of some rows, arm by arm.

        Args:
            start: First row.
            stop: Row after the last; `None` reads to the end.

        Returns:
            Wavelength `(pixels,)`, flux in `FLUX_UNIT` and inverse variance, float32 of
            shape `(rows, pixels)`, of each arm. The inverse variance is 0 where the
            pixel is masked.

        Raises:
            GalaxyFileError: If the file cannot be read any more.
        """
        stop = len(self) if stop is None else min(stop, len(self))
        found = []
        with galaxy_hdus(self.path) as hdus:
            for arm, wavelength in self.wavelengths.items():
                flux, ivar, mask = (
                    np.asarray(hdus[f"{arm}_{part}"].section[start:stop])
                    for part in _PARTS[1:]
                )
                good = (mask == 0) & np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
                weight = np.where(good, ivar, 0.0).astype(np.float32)
                found.append((wavelength, flux.astype(np.float32), weight))
        return found


def read_desi_coadd(path: str | os.PathLike[str]) -> DesiCoadd:
    """Reads what a coadd holds, and redshifts from a redrock file beside it.

    Args:
        path: A `coadd-*.fits`, plain or gzipped.

    Returns:
        Its objects.

    Raises:
        FileNotFoundError: If there is no such file.
        GalaxyFileError: If it is no coadd, a damaged one, or the redrock file beside it
            is damaged.
    """
    path = Path(path)
    with galaxy_hdus(path) as hdus:
        names = {hdu.name.upper() for hdu in hdus}
        arms = [arm for arm in ARMS if f"{arm}_FLUX" in names]
        if not arms:
            raise GalaxyFileError(
                path, "no DESI coadd: it has no B_FLUX, R_FLUX, Z_FLUX"
            )
        for arm in arms:
            for part in _PARTS:
                if f"{arm}_{part}" not in names:
                    raise GalaxyFileError(path, f"its HDU {arm}_{part} is missing")
        table = _table(find_table(path, hdus, "TARGETID", "TARGET_RA").data)
        wavelengths = {arm: numbers(hdus[f"{arm}_WAVELENGTH"].data) for arm in arms}
        for arm in arms:
            _check_arm(path, hdus, arm, len(table), wavelengths[arm].size)
    notes = []
    if len(arms) < len(ARMS):
        notes.append(f"has only the arms {', '.join(arms)}")
    others = int((table["reason"] != "").sum())
    if others:
        notes.append(f"{others} of {len(table)} spectra are of no target")
    redshifts = path.with_name(path.name.replace("coadd", "redrock", 1))
    if redshifts != path and redshifts.exists():
        table["redshift"] = _redshifts(redshifts, table["object_id"].to_numpy())
    else:
        notes.append("has no redshifts, and there is no redrock file beside it")
    return DesiCoadd(
        path, table, wavelengths, tuple(f"{path.name}: {note}" for note in notes)
    )


def _table(fibers: Any) -> pd.DataFrame:
    names = {name.upper() for name in fibers.names}
    columns: dict[str, Any] = {
        "object_id": np.asarray(fibers["TARGETID"], dtype=np.int64),
        "ra": numbers(fibers["TARGET_RA"]),
        "dec": numbers(fibers["TARGET_DEC"]),
        "redshift": np.full(len(fibers), np.nan),
    }
    for band in "grz":
        if f"FLUX_{band.upper()}" in names:
            columns[f"flux_{band}"] = numbers(fibers[f"FLUX_{band.upper()}"])
    kinds = fibers["OBJTYPE"] if "OBJTYPE" in names else ["TGT"] * len(fibers)
    status = np.zeros(len(fibers), dtype=np.int64)
    if "COADD_FIBERSTATUS" in names:
        status = np.asarray(fibers["COADD_FIBERSTATUS"], dtype=np.int64)
    columns["reason"] = [
        _reason(text(kind), int(bits)) for kind, bits in zip(kinds, status, strict=True)
    ]
    return pd.DataFrame(columns)


def _reason(kind: str, status: int) -> str:
    if kind == "SKY":
        return "the fibre looked at the sky"
    if kind not in ("TGT", ""):
        return f"the fibre looked at {kind}, no target"
    if kind == "":
        return "the fibre had no target"
    bad = status & ~_HARMLESS_STATUS
    return f"the fibre was not right (COADD_FIBERSTATUS {status})" if bad else ""


def _check_arm(path: Path, hdus: Any, arm: str, rows: int, pixels: int) -> None:
    for part in _PARTS[1:]:
        shape = hdus[f"{arm}_{part}"].shape
        if shape != (rows, pixels):
            raise GalaxyFileError(
                path,
                f"its HDU {arm}_{part} must have shape ({rows}, {pixels}), and has "
                f"{shape}",
            )


def _redshifts(path: Path, ids: np.ndarray) -> np.ndarray:
    """Redshifts of the objects by a redrock file; NaN where it warns or has none."""
    with galaxy_hdus(path) as hdus:
        data = find_table(path, hdus, "TARGETID", "Z", "ZWARN").data
        z = np.where(np.asarray(data["ZWARN"]) == 0, numbers(data["Z"]), np.nan)
        known = dict(zip(np.asarray(data["TARGETID"], np.int64), z, strict=True))
    return np.array([known.get(object_id, np.nan) for object_id in ids])
