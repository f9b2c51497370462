"""The real galaxies that simulated ones are made from: 10,000 of the SDSS."""

import dataclasses
import functools
import warnings

import numpy as np

from mesa_keras.simulation.galaxies.templates import kcorrect_file

# Added to the catalogue's magnitudes to make them AB (Blanton & Roweis 2007, section
# 2.1), and errors of the zero points that are added to the photon noise.
_TO_AB = np.array([-0.036, 0.012, 0.010, 0.028, 0.040])
_ZERO_POINT_ERROR = np.array([0.05, 0.02, 0.02, 0.02, 0.03])
_RESPONSES = ("sdss_u0", "sdss_g0", "sdss_r0", "sdss_i0", "sdss_z0")


@dataclasses.dataclass(frozen=True)
class Sources:
    """Galaxies with their best mixture of templates.

    Attributes:
        ra: Right ascension in degrees, shape `(n,)`.
        dec: Declination in degrees, shape `(n,)`.
        redshift: Shape `(n,)`.
        magnitudes: SDSS u, g, r, i, z as AB magnitudes without the extinction of our
            Galaxy, shape `(n, 5)`; NaN where the flux is not positive.
        fitted: The same of the fitted mixture.
        coefficients: Of kcorrect's templates, not negative, shape `(n, 5)`.
    """

    ra: np.ndarray
    dec: np.ndarray
    redshift: np.ndarray
    magnitudes: np.ndarray
    fitted: np.ndarray
    coefficients: np.ndarray

    def __len__(self) -> int:
        return len(self.redshift)


@functools.cache
def load_sources() -> Sources:
    """Reads kcorrect's galaxies and fits its templates to their model fluxes.

    Raises:
        ImportError: If kcorrect is not installed.
    """
    path = kcorrect_file("test", "gst_tests_small.fits")
    from astropy.io import fits

    with fits.open(path) as hdus:
        table = hdus[1].data
        columns = {
            name: np.array(table[name], dtype=np.float64)
            for name in ("RA", "DEC", "Z", "MODELFLUX", "MODELFLUX_IVAR", "EXTINCTION")
        }
    # The fluxes are nanomaggies as observed: colours of red galaxies redden with the
    # extinction of their place, by 0.94 magnitudes for one expected.
    scale = 1e-9 * 10 ** (0.4 * (columns["EXTINCTION"] - _TO_AB))
    maggies = columns["MODELFLUX"] * scale
    variance = scale**2 / columns["MODELFLUX_IVAR"]
    variance += (_ZERO_POINT_ERROR * maggies) ** 2
    coefficients, fitted = _fit(columns["Z"], maggies, 1 / variance)
    return Sources(
        ra=columns["RA"],
        dec=columns["DEC"],
        redshift=columns["Z"],
        magnitudes=_magnitude(maggies),
        fitted=_magnitude(fitted),
        coefficients=coefficients,
    )


def _fit(
    redshift: np.ndarray, maggies: np.ndarray, ivar: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    with warnings.catch_warnings():
        # kcorrect leaves files open, and takes logarithms of 0.
        warnings.simplefilter("ignore")
        from kcorrect.kcorrect import Kcorrect  # type: ignore[import-untyped]

        fitter = Kcorrect(
            responses=list(_RESPONSES), redshift_range=[0.0, 0.7], nredshift=350
        )
        z = redshift.astype(np.float32)
        coefficients = fitter.fit_coeffs(redshift=z, maggies=maggies, ivar=ivar)
        fitted = fitter.reconstruct(redshift=z, coeffs=coefficients)
    return np.asarray(coefficients, np.float64), np.asarray(fitted, np.float64)


def _magnitude(maggies: np.ndarray) -> np.ndarray:
    return np.asarray(-2.5 * np.log10(np.where(maggies > 0, maggies, np.nan)))
