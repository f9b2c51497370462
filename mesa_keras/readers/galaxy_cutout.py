"""Cut-outs of galaxies in several bands: FITS of linear flux, and JPEG of a picture."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.galaxy_fits import galaxy_hdus, text
from mesa_keras.readers.pair_store_settings import IMAGE_UNIT

BANDS = ("g", "r", "z")
JPEG_UNIT = "level of a JPEG, 0 to 255"
FITS_SUFFIXES = (".fits", ".fit", ".fits.gz", ".fits.fz")
JPEG_SUFFIXES = (".jpeg", ".jpg")
# Not per square arcsecond: such pixels would be brighter or fainter by their area.
_IS_UNIT = re.compile(r"nanomagg(y|ie)s?( ?(/ ?|per )pix(el)?)?$", re.IGNORECASE)
# Larger than any cut-out; a decoder takes three bytes for each pixel.
_MAX_JPEG_PIXELS = 1 << 26


@dataclass(frozen=True)
class GalaxyCutout:
    """An image around a galaxy.

    Attributes:
        path: The file.
        image: float32 of shape `(height, width, 3)`, bands g, r, z; NaN = missing. Rows
            go as in the file: in FITS the first is usually the southernmost, in JPEG
            the northernmost.
        unit: Unit of the pixels.
        is_linear: Whether they are linear in flux.
        pixel_scale: Size of a pixel in arcsec; NaN where the file does not tell.
        ra: Right ascension of the middle in degrees; NaN where unknown.
        dec: Declination of the middle in degrees; NaN where unknown.
        warnings: What a user should know about the file.
    """

    path: Path
    image: np.ndarray
    unit: str
    is_linear: bool
    pixel_scale: float
    ra: float
    dec: float
    warnings: tuple[str, ...]


def is_cutout_name(name: str) -> bool:
    """Whether a file of this name may be a cut-out."""
    return name.lower().endswith((*FITS_SUFFIXES, *JPEG_SUFFIXES))


def read_galaxy_cutout(path: str | os.PathLike[str]) -> GalaxyCutout:
    """Reads a cut-out, FITS or JPEG by its first bytes.

    FITS files are those of the Legacy Surveys' cut-out service: one image
    `(bands, height, width)` in nanomaggies, whose bands stand in `BANDS` or `BAND0`,
    `BAND1` and so on, counted from 0 or 1. Of more bands, g, r and z are taken.

    Args:
        path: The file.

    Returns:
        The cut-out.

    Raises:
        FileNotFoundError: If there is no such file.
        GalaxyFileError: If it holds no image of these bands, or is damaged.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file.")
    if path.is_dir():
        raise GalaxyFileError(path, "is a folder")
    with path.open("rb") as stream:
        start = stream.read(3)
    return _read_jpeg(path) if start == b"\xff\xd8\xff" else _read_fits(path)


def _read_fits(path: Path) -> GalaxyCutout:
    with galaxy_hdus(path) as hdus:
        for hdu in hdus:
            if getattr(hdu, "is_image", False) and len(hdu.shape) == 3:
                break
        else:
            raise GalaxyFileError(path, "holds no image of several bands")
        header = {**hdus[0].header, **hdu.header}
        cube = np.asarray(hdu.data, dtype=np.float32)
        scale, center = _geometry(hdu.header, cube.shape)
    notes = []
    bands = _bands(header)
    if not bands:
        if len(cube) != len(BANDS):
            raise GalaxyFileError(
                path, f"has {len(cube)} bands, and its header does not name them"
            )
        bands = list(BANDS)
        notes.append("the header names no bands: taken for g, r, z")
    if len(bands) != len(cube) or not set(BANDS) <= set(bands):
        raise GalaxyFileError(
            path,
            f"must hold the bands g, r, z; its header names {', '.join(bands)} and "
            f"there are {len(cube)}",
        )
    image = np.stack([cube[bands.index(band)] for band in BANDS], axis=-1)
    image[~np.isfinite(image)] = np.nan
    unit = text(header.get("BUNIT", ""))
    if unit and not _IS_UNIT.match(unit):
        raise GalaxyFileError(path, f"its pixels must be in nanomaggies, not in {unit}")
    if not np.isfinite(scale):
        notes.append("the header tells no pixel scale")
    return GalaxyCutout(
        path=path,
        image=image,
        unit=IMAGE_UNIT,
        is_linear=True,
        pixel_scale=scale,
        ra=center[0],
        dec=center[1],
        warnings=tuple(f"{path.name}: {note}" for note in notes),
    )


def _bands(header: dict[str, Any]) -> list[str]:
    """Names of the planes, in their order, or nothing."""
    first = 0 if "BAND0" in header else 1
    numbered: list[str] = []
    while f"BAND{first + len(numbered)}" in header:
        numbered.append(text(header[f"BAND{first + len(numbered)}"]).lower())
    joined = text(header.get("BANDS", "")).lower()
    return numbered or [letter for letter in joined if letter.isalpha()]


def _geometry(header: Any, shape: tuple[int, ...]) -> tuple[float, tuple[float, float]]:
    """Pixel scale in arcsec, and position of the middle in degrees; NaN = unknown."""
    from astropy.wcs import WCS

    unknown = (float("nan"), float("nan"))
    named = float(header.get("PIXSCALE", np.nan))
    if not text(header.get("CTYPE1", "")).upper().startswith("RA"):
        return named, unknown
    wcs = WCS(header, naxis=2)
    scale = float(np.sqrt(wcs.proj_plane_pixel_area().to_value("arcsec2")))
    height, width = shape[-2:]
    ra, dec = wcs.all_pix2world((width - 1) / 2, (height - 1) / 2, 0)
    return scale, (float(ra), float(dec))


def _read_jpeg(path: Path) -> GalaxyCutout:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=("JPEG",)) as picture:
            if picture.size[0] * picture.size[1] > _MAX_JPEG_PIXELS:
                raise GalaxyFileError(path, f"too large for a cut-out: {picture.size}")
            pixels = np.asarray(picture.convert("RGB"), dtype=np.float32)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise GalaxyFileError(
            path, f"damaged or truncated JPEG file ({error})"
        ) from error
    return GalaxyCutout(
        path=path,
        image=np.ascontiguousarray(pixels[..., ::-1]),
        unit=JPEG_UNIT,
        is_linear=False,
        pixel_scale=float("nan"),
        ra=float("nan"),
        dec=float("nan"),
        warnings=(
            f"{path.name}: a JPEG is stretched, its levels are not linear in flux; "
            "blue, green and red stand for g, r and z",
        ),
    )
