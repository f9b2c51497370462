"""How the imaging survey saw a place on the sky: seeing and depth in each band."""

import dataclasses

import numpy as np

from mesa_keras.simulation.galaxies.bands import BANDS

# Median FWHM of the point spread function and 5 sigma depth for a point source of two
# exposures of DECaLS, in g, r and z (Dey et al. 2019, AJ 157, 168, sections 4 and 5 and
# table 3: 1.29, 1.18 and 1.11 arcsec; required 24.0, 23.4 and 22.5).
_SEEING = np.array([1.29, 1.18, 1.11])
_DEPTH = np.array([24.0, 23.4, 22.5])
# Electrons per nanomaggy in those exposures, for the photon noise of bright objects.
_ELECTRONS = np.array([3000.0, 2600.0, 1600.0])
MOFFAT_BETA = 3.2


@dataclasses.dataclass(frozen=True)
class Observation:
    """The images of one place; each array has shape `(3,)` for g, r and z.

    Attributes:
        seeing: FWHM of the point spread function in arcsec.
        depth: Magnitude of a point source that is seen at 5 sigma.
        electrons: Electrons per nanomaggy.
    """

    seeing: np.ndarray
    depth: np.ndarray
    electrons: np.ndarray


def draw_observation(rng: np.random.Generator) -> Observation:
    """Draws a place: its bands share a part of the night's quality."""
    shared = rng.normal()
    own = rng.normal(size=len(BANDS))
    seeing = _SEEING * np.exp(0.06 * shared + 0.09 * own)
    exposures = rng.normal(0.15, 0.15, size=len(BANDS)) + 0.1 * rng.normal()
    # A worse seeing costs depth: the noise of more pixels enters.
    depth = _DEPTH + exposures - 2.5 * np.log10(seeing / _SEEING)
    return Observation(
        seeing=np.clip(seeing, 0.8, 2.2),
        depth=np.clip(depth, _DEPTH - 0.7, _DEPTH + 0.9),
        electrons=_ELECTRONS * 10 ** (0.8 * exposures),
    )
