import numpy as np
import pytest

from mesa_keras.simulation.frames.flicker import lamp_flicker
from tests.simulation.frames.plain_shots import plain_camera, plain_shot


def shots(technology, number=20):
    for seed in range(number):
        camera = plain_camera(technology=technology, number=seed)
        yield plain_shot(camera, seed=seed)


def test_a_mechanical_shutter_sees_all_rows_at_once():
    for shot in shots("ccd"):
        np.testing.assert_array_equal(lamp_flicker(shot, 0.001), 1.0)


def test_a_rolling_shutter_shows_rows_of_its_own():
    swings = [np.ptp(lamp_flicker(shot, 0.001)) for shot in shots("cmos")]
    assert lamp_flicker(next(shots("cmos")), 0.001).shape == (64, 1)
    assert np.median(swings) > 0.05
    assert 0 < np.mean(np.array(swings) == 0) < 0.5


@pytest.mark.parametrize("seconds", [0.5, 2.0, 30.0])
def test_long_exposures_average_it_away(seconds):
    for shot in shots("cmos"):
        # The sinc falls below 1 / (pi * frequency * seconds).
        limit = 2 * 1.0 / (np.pi * 100 * seconds) + 1e-6
        assert np.ptp(lamp_flicker(shot, seconds)) <= limit


def test_light_is_never_negative():
    for shot in shots("cmos"):
        assert lamp_flicker(shot, 0.0001).min() >= 0
