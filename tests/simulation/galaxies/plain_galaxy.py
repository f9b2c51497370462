"""A galaxy of known light and shape, for tests."""

import numpy as np

from mesa_keras.simulation.galaxies.observing import Observation, draw_observation
from mesa_keras.simulation.galaxies.structure import Structure

FLUXES = np.array([60.0, 100.0, 150.0])
ROUND = Structure(
    early=False,
    bulge_fractions=np.array([0.2, 0.3, 0.4]),
    sersic_index=2.5,
    half_light_radius=1.5,
    half_light_radius_kpc=3.0,
    bulge_radius=0.6,
    disc_radius=1.7,
    bulge_axis_ratio=0.9,
    disc_axis_ratio=0.4,
    position_angle=0.0,
    bulge_twist=0.0,
)


def observation(seed: int = 0) -> Observation:
    return draw_observation(np.random.default_rng(seed))
