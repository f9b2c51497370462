import dataclasses

import numpy as np
import pytest

from mesa_keras.simulation.injection import Injection

PLANET = Injection(
    period=4.0, epoch=1.0, radius_ratio=0.1, scaled_semimajor_axis=10.0, impact=0.2
)
TIME = np.arange(0.0, 16.0, 0.001)


def depth_at(injection, time):
    return 1e6 * (1 - injection.flux(np.array([time]))[0])


def test_planet():
    assert depth_at(PLANET, 1.0) == pytest.approx(PLANET.depth())
    assert PLANET.depth() == pytest.approx(1.2e4, rel=0.03)
    inside = PLANET.flux(TIME) < 1
    assert inside.mean() == pytest.approx(PLANET.duration() / 24 / 4, rel=0.02)
    assert depth_at(PLANET, 3.0) == 0
    assert np.isnan(PLANET.flux([np.nan])[0])
    assert PLANET.flux([1.0], 0.3)[0] > PLANET.flux([1.0])[0]


def test_binary():
    binary = dataclasses.replace(
        PLANET,
        secondary_depth=300.0,
        secondary_phase=0.3,
        odd_even_difference=500.0,
        dilution=0.1,
    )
    assert binary.depth() == pytest.approx(PLANET.depth() / 10)
    assert depth_at(binary, 2.2) == pytest.approx(300)
    assert depth_at(binary, 1.0) - depth_at(binary, 5.0) == pytest.approx(500)
    both = (depth_at(binary, 1.0) + depth_at(binary, 5.0)) / 2
    assert both == pytest.approx(binary.depth())


def test_rejects():
    with pytest.raises(ValueError, match="`radius_ratio` must be 0 or more"):
        dataclasses.replace(PLANET, radius_ratio=-1.0).flux(TIME)
