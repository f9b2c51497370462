import pytest

from mesa_keras.simulation.galaxies import GalaxySimulation, galaxy_simulation


@pytest.fixture(scope="session")
def simulation() -> GalaxySimulation:
    return galaxy_simulation(0, 0.3)
