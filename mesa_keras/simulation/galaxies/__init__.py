"""Simulated galaxies: an image and a spectrum of each, made from real photometry.

The fluxes and redshifts of 10,000 galaxies of the SDSS decide which mixture of
kcorrect's templates each one shines with; a part is moved to other redshifts. The
mixture gives magnitudes, the spectrum with the noise of DESI and, by published
relations, the size and shape for an image with the noise of the Legacy Surveys. All
randomness comes from a seed and the number of the object.

What it leaves out: dust of our Galaxy, active nuclei, spiral arms and mergers; the
fibre sees the same mixture of stars as the whole galaxy has; the noise of neighbouring
pixels is independent; populations fade with time but do not redden, so that moved
galaxies have the colours of near ones at rest.
"""

from mesa_keras.lazy_exports import lazy_exports

_MODULES = {
    "COLUMN_MEANINGS": "columns",
    "GALAXY_FACTS": "survey",
    "GalaxySimulation": "simulated_galaxy",
    "SimulatedGalaxy": "simulated_galaxy",
    "galaxy_simulation": "simulated_galaxy",
    "simulate_galaxies": "survey",
    "simulate_galaxy": "simulated_galaxy",
}

__all__ = sorted(_MODULES)

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
