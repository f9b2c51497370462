"""SDSS spectra: `spec-PLATE-MJD-FIBER.fits`, with the archive's redshift and lines.

The files are described in the SDSS data model,
https://data.sdss.org/datamodel/files/SPECTRO_REDUX/RUN2D/spectra/lite/PLATE4/spec.html.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.galaxy_fits import find_table, galaxy_hdus, numbers, text

FLUX_UNIT = "1e-17 erg / (s cm2 Angstrom)"

# Bits of `and_mask` (SDSS bitmask SPPIXMASK): set where no exposure has a right value.
# Bright sky and mere neighbours of bad pixels are left to the inverse variance.
BAD_PIXEL_BITS = {
    "NOPLUG": 0,
    "BADTRACE": 1,
    "BADFLAT": 2,
    "BADARC": 3,
    "LOWFLAT": 17,
    "FULLREJECT": 18,
    "SCATTEREDLIGHT": 20,
    "CROSSTALK": 21,
    "NOSKY": 22,
    "NODATA": 24,
    "BADFLUXFACTOR": 26,
    "REDMONSTER": 28,
}
_BAD = sum(1 << bit for bit in BAD_PIXEL_BITS.values())
_LINE_COLUMNS = {
    "linename": "name",
    "linewave": "wavelength",
    "linez": "redshift",
    "linez_err": "redshift_error",
    "linesigma": "sigma",
    "linearea": "area",
    "linearea_err": "area_error",
}


@dataclass(frozen=True)
class SdssSpectrum:
    """A coadded spectrum of SDSS or BOSS.

    Attributes:
        path: The file.
        name: Plate, day and fibre, such as "0266-51630-0168".
        object_id: The same as one number, 266516300168.
        wavelength: Centres of the pixels in Angstrom, in vacuum unless `in_air`,
            shape `(pixels,)`.
        flux: In `FLUX_UNIT`, float32.
        ivar: Inverse variance, 0 where a pixel is bad, float32.
        redshift: The archive's redshift; NaN where the file has none.
        redshift_error: Its error; NaN where the fit failed.
        redshift_warning: The archive's ZWARNING; 0 where it trusts the redshift.
        source_class: GALAXY, QSO or STAR, by the archive.
        ra: Right ascension in degrees.
        dec: Declination in degrees.
        lines: The archive's line fits: `name`, `wavelength` at rest [Angstrom],
            `redshift` and its error, `sigma` [km/s], `area` [1e-17 erg/s/cm2] and its
            error. An error below 0 means that the line was not fitted. May be empty.
        in_air: Whether the header says that wavelengths are in air.
        provenance: Survey, run of the pipeline and ids of the archive.
        warnings: What a user should know about the file.
    """

    path: Path
    name: str
    object_id: int
    wavelength: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray
    redshift: float
    redshift_error: float
    redshift_warning: int
    source_class: str
    ra: float
    dec: float
    lines: pd.DataFrame
    in_air: bool
    provenance: dict[str, Any]
    warnings: tuple[str, ...]


def read_sdss_spectrum(path: str | os.PathLike[str]) -> SdssSpectrum:
    """Reads a `spec-*.fits` file, full or lite.

    Args:
        path: The file, plain or gzipped.

    Returns:
        The spectrum.

    Raises:
        FileNotFoundError: If there is no such file.
        GalaxyFileError: If it is no such file, or a damaged one.
    """
    path = Path(path)
    with galaxy_hdus(path) as hdus:
        header = hdus[0].header
        coadd = find_table(path, hdus, "loglam", "flux", "ivar").data
        source = _source(path, hdus)
        lines = _lines(hdus)
        wavelength = 10.0 ** numbers(coadd["loglam"])
        flux = numbers(coadd["flux"])
        ivar = numbers(coadd["ivar"])
        has_mask = "AND_MASK" in {name.upper() for name in coadd.names}
        mask = np.asarray(coadd["and_mask"], np.int64) if has_mask else None
        in_air = header.get("VACUUM", True) is False
        unit = text(header.get("BUNIT", ""))
    if wavelength.size < 2 or not (np.diff(wavelength) > 0).all():
        raise GalaxyFileError(path, "its wavelengths do not increase")
    bad = ~(np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0))
    if mask is not None:
        bad |= (mask & _BAD) != 0
    ivar = np.where(bad, 0.0, ivar)
    notes = _notes(path, source, ivar, unit, in_air, mask is not None)
    plate, day, fibre = (int(source[name]) for name in ("PLATE", "MJD", "FIBERID"))
    return SdssSpectrum(
        path=path,
        name=f"{plate:04d}-{day}-{fibre:04d}",
        object_id=int(f"{plate}{day:05d}{fibre:04d}"),
        wavelength=wavelength,
        flux=flux.astype(np.float32),
        ivar=ivar.astype(np.float32),
        redshift=float(source.get("Z", np.nan)),
        redshift_error=_error(source.get("Z_ERR", np.nan)),
        redshift_warning=int(source.get("ZWARNING", 0)),
        source_class=text(source.get("CLASS", "")),
        ra=float(source.get("PLUG_RA", np.nan)),
        dec=float(source.get("PLUG_DEC", np.nan)),
        lines=lines,
        in_air=in_air,
        provenance={
            "survey": text(source.get("SURVEY", "")),
            "run2d": text(source.get("RUN2D", "")),
            "specobjid": text(source.get("SPECOBJID", "")),
            "subclass": text(source.get("SUBCLASS", "")),
        },
        warnings=tuple(notes),
    )


def _source(path: Path, hdus: Any) -> dict[str, Any]:
    """The only row of the table about the object, by upper-case column."""
    table = find_table(path, hdus, "PLATE", "MJD", "FIBERID", "Z").data
    if len(table) != 1:
        raise GalaxyFileError(
            path, f"its table of the object has {len(table)} rows instead of one"
        )
    return {name.upper(): table[name][0] for name in table.names}


def _lines(hdus: Any) -> pd.DataFrame:
    for hdu in hdus:
        names = {n.upper() for n in getattr(getattr(hdu, "columns", None), "names", ())}
        if names.issuperset(name.upper() for name in _LINE_COLUMNS):
            columns = {
                ours: [text(cell) for cell in hdu.data[theirs]]
                if ours == "name"
                else numbers(hdu.data[theirs])
                for theirs, ours in _LINE_COLUMNS.items()
            }
            return pd.DataFrame(columns)
    return pd.DataFrame(columns=list(_LINE_COLUMNS.values()))


def _error(value: Any) -> float:
    error = float(value)
    return error if error > 0 else float("nan")


def _notes(
    path: Path,
    source: dict[str, Any],
    ivar: np.ndarray,
    unit: str,
    in_air: bool,
    masked: bool,
) -> list[str]:
    notes = []
    if not (ivar > 0).any():
        notes.append("no pixel is measured")
    if int(source.get("ZWARNING", 0)):
        notes.append(f"the archive doubts its redshift (ZWARNING {source['ZWARNING']})")
    kind = text(source.get("CLASS", ""))
    if kind not in ("GALAXY", ""):
        notes.append(f"the archive takes the object for a {kind}")
    if unit and not unit.replace(" ", "").upper().startswith("1E-17ERG"):
        notes.append(f"the flux is in {unit}, not in {FLUX_UNIT}")
    if in_air:
        notes.append("the wavelengths are in air")
    if not masked:
        notes.append("the file has no and_mask")
    return [f"{path.name}: {note}" for note in notes]
