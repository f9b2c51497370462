"""Distances in the cosmology of Planck 2018, as tables that are cheap to read."""

import functools

import numpy as np

_GRID = np.concatenate([[1e-4], np.linspace(0.001, 1.1, 1100)])


def distance_modulus(redshift: np.ndarray | float) -> np.ndarray:
    """Apparent minus absolute magnitude without K correction, for 0.001 to 1.1."""
    # The modulus goes with the logarithm of the redshift, nearly.
    return np.asarray(np.interp(np.log(redshift), np.log(_GRID), _tables()[0]))


def kpc_per_arcsec(redshift: np.ndarray | float) -> np.ndarray:
    """Length in kpc that an arcsec spans, for redshifts from 0.001 to 1.1."""
    return np.asarray(np.interp(redshift, _GRID, _tables()[1]))


@functools.cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    from astropy.cosmology import Planck18

    kpc = Planck18.kpc_proper_per_arcmin(_GRID).value / 60
    return np.asarray(Planck18.distmod(_GRID).value), np.asarray(kpc)
