"""Arrays of galaxies from their files: one grid, one pixel scale, one size."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mesa_keras.pipelines.pair_import_sources import Source
from mesa_keras.preprocessing import (
    air_to_vacuum,
    join_spectra,
    place_image,
    resample_spectrum,
    to_pixel_scale,
    wavelength_grid,
)
from mesa_keras.readers.desi_coadd import DesiCoadd
from mesa_keras.readers.galaxy_cutout import GalaxyCutout, read_galaxy_cutout
from mesa_keras.readers.galaxy_file_error import GalaxyFileError
from mesa_keras.readers.sdss_spectrum import read_sdss_spectrum


class PairArrays:
    """Reads the arrays of galaxies, and what their files tell besides.

    Args:
        settings: Settings of the store.
        is_picture: Whether the images are pictures, not linear in flux.
        faults: Filled with what could not be read, by file.
        warnings: Filled with what a user should know.

    Attributes:
        reasons: Why image or spectrum of an object is missing, by its id and `image` or
            `spectrum`, as far as reading tells.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        is_picture: bool,
        faults: dict[str, str],
        warnings: list[str],
    ) -> None:
        self.settings = settings
        self.is_picture = is_picture
        self.faults = faults
        self.warnings = warnings
        self.grid = wavelength_grid(**settings["wavelength"])
        self.reasons: dict[int, dict[str, str]] = {}

    def read(
        self, sources: Sequence[Source]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Reads the arrays of some galaxies, and completes their `facts`.

        Args:
            sources: The galaxies.

        Returns:
            Images `(n, height, width, bands)`, flux and inverse variance `(n, bins)`;
            NaN and 0 where there is nothing.
        """
        shape = (*self.settings["image_shape"], len(self.settings["bands"]))
        images = np.full((len(sources), *shape), np.nan, dtype=np.float32)
        flux = np.full((len(sources), self.grid.size), np.nan, dtype=np.float32)
        ivar = np.zeros_like(flux)
        coadds: dict[Path, tuple[DesiCoadd, list[int], list[int]]] = {}
        for row, source in enumerate(sources):
            if isinstance(source.spectrum, Path):
                self._sdss(source, source.spectrum, flux[row], ivar[row])
            elif source.spectrum is not None:
                coadd, place = source.spectrum
                _, rows, places = coadds.setdefault(coadd.path, (coadd, [], []))
                rows.append(row)
                places.append(place)
            if source.image is not None:
                self._image(source, source.image, images[row])
        for coadd, rows, places in coadds.values():
            found = [sources[row] for row in rows]
            flux[rows], ivar[rows] = self._coadd(coadd, found, np.array(places))
        return images, flux, ivar

    def _image(self, source: Source, path: Path, into: np.ndarray) -> None:
        try:
            cutout = read_galaxy_cutout(path)
            if cutout.is_linear == self.is_picture:
                raise GalaxyFileError(path, "its content is not what its name says")
            image = self._scaled(cutout)
        except (GalaxyFileError, OSError) as error:
            self._fault(source, "image", path, error)
            return
        into[:] = place_image(image, into.shape[:2])
        self.warnings += cutout.warnings
        for name in ("ra", "dec"):
            value = getattr(cutout, name)
            if np.isfinite(value):
                source.facts.setdefault(name, value)

    def _scaled(self, cutout: GalaxyCutout) -> np.ndarray:
        """The image on the pixel scale of the store; a picture as it is."""
        if not cutout.is_linear:
            return cutout.image
        wanted = self.settings["pixel_scale"]
        try:
            return to_pixel_scale(cutout.image, cutout.pixel_scale, wanted)
        except ValueError as error:
            raise GalaxyFileError(cutout.path, str(error)) from error

    def _sdss(
        self, source: Source, path: Path, flux: np.ndarray, ivar: np.ndarray
    ) -> None:
        try:
            spectrum = read_sdss_spectrum(path)
        except (GalaxyFileError, OSError) as error:
            self._fault(source, "spectrum", path, error)
            return
        wavelength = spectrum.wavelength
        if spectrum.in_air:
            wavelength = air_to_vacuum(wavelength)
        flux[:], ivar[:] = resample_spectrum(
            wavelength, spectrum.flux, spectrum.ivar, self.grid
        )
        self.warnings += spectrum.warnings
        trusted = spectrum.redshift_warning == 0
        redshift = spectrum.redshift if trusted else np.nan
        found = {"ra": spectrum.ra, "dec": spectrum.dec, "redshift": redshift}
        for name, value in found.items():
            if np.isfinite(value):
                source.facts.setdefault(name, value)

    def _coadd(
        self, coadd: DesiCoadd, sources: Sequence[Source], places: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        first = int(places.min())
        try:
            arms = coadd.arms(first, int(places.max()) + 1)
        except (GalaxyFileError, OSError) as error:
            for source in sources:
                self._fault(source, "spectrum", coadd.path, error)
            shape = (len(sources), self.grid.size)
            return np.full(shape, np.nan), np.zeros(shape)
        for source in sources:
            if why := source.facts.pop("reason", ""):
                self.reasons.setdefault(source.object_id, {})["spectrum"] = why
        chosen = [(w, f[places - first], i[places - first]) for w, f, i in arms]
        return join_spectra(chosen, self.grid)

    def _fault(
        self, source: Source, modality: str, path: Path, error: Exception
    ) -> None:
        reason = getattr(error, "reason", None) or str(error)
        self.faults[path.name] = reason
        why = f"{modality} cannot be read: {reason}"
        self.reasons.setdefault(source.object_id, {})[modality] = why
