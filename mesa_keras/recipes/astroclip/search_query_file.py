"""A new object from its own file: read, brought to what the model takes, embedded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.evaluation import measured_images, measured_spectra
from mesa_keras.preprocessing.galaxy_image import place_image, to_pixel_scale
from mesa_keras.preprocessing.spectrum import (
    air_to_vacuum,
    join_spectra,
    wavelength_grid,
)
from mesa_keras.readers.desi_coadd import read_desi_coadd
from mesa_keras.readers.galaxy_cutout import read_galaxy_cutout
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.sdss_spectrum import read_sdss_spectrum


@dataclass(frozen=True, eq=False, kw_only=True)
class QueryFile:
    """What a file holds, as the model takes it.

    Attributes:
        name: Name of the file, and of the object in it where it has several.
        vector: Unit vector, float32 `(dim,)`.
        model_fingerprint: What tells the model from others.
        image: Fluxes in g, r, z, `(height, width, 3)`, or `None`.
        flux: Flux on the model's grid, `(bins,)`, or `None`.
        ivar: Its inverse variance, or `None`.
        redshift: Redshift that the file gives, NaN where none.
        warnings: What the reader noted.
    """

    name: str
    vector: np.ndarray
    model_fingerprint: str
    image: np.ndarray | None = None
    flux: np.ndarray | None = None
    ivar: np.ndarray | None = None
    redshift: float = float("nan")
    warnings: tuple[str, ...] = ()


def embed_query_file(
    path: str | Path, model: Any, modality: str, target: int | None = None
) -> QueryFile:
    """Embeds a cut-out or a spectrum.

    Args:
        path: For `"image"` a FITS cut-out in g, r, z; for `"spectrum"` an SDSS `spec`
            file or a DESI coadd.
        model: Model of `python -m cli.train_astroclip`, or its file.
        modality: `"image"` or `"spectrum"`.
        target: TARGETID of the object, for a coadd of several.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is damaged, of another kind, or does not fit the model.
    """
    from mesa_keras.recipes.astroclip.embed import (
        embed_images,
        embed_spectra,
        model_fingerprint,
    )
    from mesa_keras.recipes.astroclip.model import model_schema
    from mesa_keras.training import open_model

    path = Path(path)
    if isinstance(model, (str, Path)):
        model = open_model(model)
    schema = model_schema(model)
    found: dict[str, Any]
    if modality == "image":
        found = _image(path, schema)
        vector = embed_images(model, found["image"][None])[0]
    else:
        found = _spectrum(path, schema, target)
        vector = embed_spectra(model, found["flux"][None], found["ivar"][None])[0]
    if not np.isfinite(vector).all():
        raise ValueError(f"{path}: holds no measured value to embed.")
    if not _is_measured(found):
        raise ValueError(
            f"{path}: as in a store, every band of an image must hold flux, and a "
            "spectrum a measured flux other than 0."
        )
    return QueryFile(vector=vector, model_fingerprint=model_fingerprint(model), **found)


def _is_measured(found: dict[str, Any]) -> bool:
    """Whether an import would call the image or spectrum valid."""
    if "image" in found:
        return bool(measured_images(found["image"][None])[0])
    return bool(measured_spectra(found["flux"][None], found["ivar"][None])[0])


def _image(path: Path, schema: dict[str, Any]) -> dict[str, Any]:
    cutout = read_galaxy_cutout(path)
    if not cutout.is_linear or cutout.unit != schema["image_unit"]:
        raise ValueError(
            f"{path}: pixels must be in {schema['image_unit']}, as the model's. "
            f"Received: {cutout.unit}"
        )
    # As an import brings it into a store, so that a file is found again by itself.
    scale, size = schema["pixel_scale"], schema["image_size"]
    try:
        image = to_pixel_scale(cutout.image, cutout.pixel_scale, scale)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    notes = list(cutout.warnings)
    if image is not cutout.image:
        before = f"{path.name}: its pixels of {cutout.pixel_scale:.4g} arcsec"
        notes.append(f"{before} were brought to {scale:g} arcsec, the model's")
    height, width = image.shape[:2]
    if min(height, width) < size:
        notes.append(
            f"{path.name}: has {height} x {width} of the {size} x {size} pixels that "
            "the model sees; the others are missing"
        )
        image = place_image(image, (max(height, size), max(width, size)))
    return {"name": path.name, "image": image, "warnings": tuple(notes)}


def _spectrum(path: Path, schema: dict[str, Any], target: int | None) -> dict[str, Any]:
    grid = wavelength_grid(**schema["wavelength"])
    try:
        return _sdss(path, grid)
    except GalaxyFileError as error:
        not_sdss = error
    try:
        return _desi(path, grid, target)
    except GalaxyFileError as error:
        raise ValueError(
            f"{path}: neither a spectrum of SDSS nor a coadd of DESI can be read. "
            f"({not_sdss}; {error})"
        ) from error


def _sdss(path: Path, grid: np.ndarray) -> dict[str, Any]:
    spectrum = read_sdss_spectrum(path)
    wavelength = spectrum.wavelength
    if spectrum.in_air:
        wavelength = air_to_vacuum(wavelength)
    flux, ivar = join_spectra([(wavelength, spectrum.flux, spectrum.ivar)], grid)
    return {
        "name": path.name,
        "flux": flux,
        "ivar": ivar,
        # As in an import: one that the archive doubts is none.
        "redshift": float("nan") if spectrum.redshift_warning else spectrum.redshift,
        "warnings": spectrum.warnings,
    }


def _desi(path: Path, grid: np.ndarray, target: int | None) -> dict[str, Any]:
    coadd = read_desi_coadd(path)
    ids = coadd.table["object_id"].to_numpy()
    rows = np.arange(len(ids)) if target is None else np.flatnonzero(ids == target)
    if len(rows) != 1:
        raise ValueError(
            f"{path}: `query_target` must name one of its {len(ids)} objects, such as "
            f"{', '.join(map(str, ids[:3]))}. Received: {target}"
        )
    row = int(rows[0])
    arms = [(w, flux[0], ivar[0]) for w, flux, ivar in coadd.arms(row, row + 1)]
    flux, ivar = join_spectra(arms, grid)
    entry = coadd.table.iloc[row]
    notes = (f"{path.name}: {entry['reason']}",) if entry["reason"] else ()
    return {
        "name": f"{path.name} {entry['object_id']}",
        "flux": flux,
        "ivar": ivar,
        "redshift": float(entry["redshift"]),
        "warnings": (*coadd.warnings, *notes),
    }
