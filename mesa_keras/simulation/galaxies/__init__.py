"""Simulated galaxies: an image and a spectrum of each, made from real photometry."""

from mesa_keras.lazy_exports import lazy_exports

_MODULES = {
    "GALAXY_FACTS": "survey",
    "GalaxySimulation": "simulated_galaxy",
    "SimulatedGalaxy": "simulated_galaxy",
    "galaxy_simulation": "simulated_galaxy",
    "simulate_galaxies": "survey",
    "simulate_galaxy": "simulated_galaxy",
}

__all__ = sorted(_MODULES)

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
