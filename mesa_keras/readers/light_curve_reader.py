"""Reads raw light curves: the archive's FITS files, tables, lightkurve's objects."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mesa_keras.readers.light_curve import Cadences, LightCurve, usable_cadences
from mesa_keras.readers.light_curve_fits import read_fits_cadences
from mesa_keras.readers.light_curve_object import from_lightkurve
from mesa_keras.readers.light_curve_quality import check_quality
from mesa_keras.readers.light_curve_stitch import stitch
from mesa_keras.readers.light_curve_table import read_table_cadences
from mesa_keras.readers.light_curve_time import check_time_system

FITS_MAGIC = b"SIMPLE"
GZIP_MAGIC = b"\x1f\x8b"


def read_light_curve(
    source: Any,
    *,
    flux_column: str | None = None,
    quality: str = "recommended",
    columns: Mapping[str, str] | None = None,
    time_system: str | None = None,
) -> LightCurve:
    """Reads a raw light curve; a file is recognised by its first bytes.

    Args:
        source: A light-curve FITS file of Kepler, K2, TESS SPOC or TESS QLP, or written
            by lightkurve's `to_fits`, whose cuts are kept; a CSV, CSV.gz, ECSV or
            Parquet table with columns `time` [days], `flux` and perhaps `flux_err`,
            `quality`, `segment`; or a `lightkurve.LightCurve`.
        flux_column: Column of the flux; `None` takes PDCSAP_FLUX, of QLP files
            SYS_RM_FLUX or SAP_FLUX, and of tables `flux`.
        quality: "recommended" leaves out the cadences that the mission's manual says to
            leave out, "strict" every flagged one, "none" keeps all.
        columns: Our name of a table's column to the file's.
        time_system: "BJD", "BKJD" or "BTJD" of a table that does not tell.

    Returns:
        The usable cadences in order of time, flux in the file's unit; of a table with
        several segments the relative flux of each.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If `source` is neither a path nor a light curve.
        ValueError: If the file is damaged, holds no light curve, or no usable cadence.
    """
    if not isinstance(source, (str, os.PathLike)):
        return from_lightkurve(source)
    check_quality(quality)
    if time_system is not None:
        check_time_system(time_system)
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    if path.is_dir():
        raise ValueError(f"{path}: is a folder; a light curve is a file in it.")
    if path.is_file() and _is_fits(path):
        return _usable(path, read_fits_cadences(path, flux_column, quality))
    parts = read_table_cadences(
        path,
        columns={
            **({} if flux_column is None else {"flux": flux_column}),
            **(columns or {}),
        },
        time_system=time_system,
        keep_flagged=quality == "none",
    )
    curves = [_usable(path, part) for part in parts]
    return curves[0] if len(curves) == 1 else stitch(curves)


def read_light_curves(
    sources: Sequence[Any],
    *,
    flux_column: str | None = None,
    quality: str = "recommended",
    columns: Mapping[str, str] | None = None,
    time_system: str | None = None,
) -> LightCurve:
    """Reads the quarters, campaigns or sectors of one star and stitches them.

    The arguments are those of `read_light_curve`, of which `sources` are several; the
    result is relative flux, each segment divided by its own median.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a file cannot be read, or they do not belong together.
    """
    return stitch(
        [
            read_light_curve(
                source,
                flux_column=flux_column,
                quality=quality,
                columns=columns,
                time_system=time_system,
            )
            for source in sources
        ]
    )


def read_whole_light_curves(
    sources: Sequence[Any], **options: Any
) -> tuple[LightCurve, list[str]]:
    """Reads those files of one star that are whole, and stitches them.

    One damaged quarter of many is no reason to see nothing of a star.

    Args:
        sources: As of `read_light_curves`.
        **options: Its other arguments.

    Returns:
        The light curve, and why files are not in it.

    Raises:
        ValueError: If no file can be read, or those that can do not belong together.
    """
    curves, faults = [], []
    for source in sources:
        try:
            curves.append(read_light_curve(source, **options))
        except (OSError, ValueError) as error:
            faults.append(str(error))
    if not curves and faults:
        raise ValueError("; ".join(faults))
    return stitch(curves), faults


def _is_fits(path: Path) -> bool:
    with path.open("rb") as stream:
        start = stream.read(len(FITS_MAGIC))
    name = path.name.removesuffix(".gz")
    packed = start[:2] == GZIP_MAGIC and name.endswith((".fits", ".fit"))
    return start == FITS_MAGIC or packed


def _usable(path: Path, raw: Cadences) -> LightCurve:
    try:
        return usable_cadences(raw)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
