"""The light of kcorrect's galaxies, for tests."""

import numpy as np

from mesa_keras.simulation.galaxies.bands import band_fluxes
from mesa_keras.simulation.galaxies.sources import load_sources
from mesa_keras.simulation.galaxies.stellar_light import (
    StellarLight,
    draw_light,
    moved_coefficients,
)
from mesa_keras.simulation.galaxies.templates import load_templates


def light_of(number: int, redshift: float | None = None, seed: int = 0) -> StellarLight:
    sources = load_sources()
    own = float(sources.redshift[number])
    coefficients = sources.coefficients[number]
    if redshift is not None:
        coefficients = moved_coefficients(coefficients, own, redshift)
    rng = np.random.default_rng(seed)
    return draw_light(
        rng, coefficients, redshift or own, load_templates(), band_fluxes()
    )
