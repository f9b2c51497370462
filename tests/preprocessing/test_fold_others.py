import pytest

from mesa_keras.preprocessing import Ephemeris
from mesa_keras.preprocessing.fold_others import other_planets

OWN = Ephemeris(period=5.0, epoch=2.0, duration=3.0)


@pytest.mark.parametrize(
    ("period", "epoch", "is_planet"),
    [
        (7.3, 2.0, True),
        (5.1, 2.0, True),
        (10.05, 3.0, True),  # near a resonance
        (10.0, 4.0, True),  # twice the period, beside all transits
        (5.0, 4.5, False),  # the secondary eclipse as an event of its own
        (5.0001, 4.5, False),
        (10.0, 2.0, False),  # every second eclipse
        (2.5, 2.0, False),  # primary and secondary together
    ],
)
def test_the_same_signal_is_no_other_planet(period, epoch, is_planet):
    event = Ephemeris(period=period, epoch=epoch, duration=2.5)
    found = other_planets(OWN, [event], 0.0, 400.0)
    assert found == ([event] if is_planet else [])


def test_one_shared_transit_is_chance():
    event = Ephemeris(period=7.3, epoch=2.0, duration=2.5)
    assert other_planets(OWN, [event], 0.0, 6.0) == [event]
    assert other_planets(OWN, [], 0.0, 6.0) == []


def test_a_planet_of_a_day_is_another_than_one_of_weeks():
    # Kepler-10: of the transits of c a third or more have one of b beside them.
    inner = Ephemeris(period=0.8375, epoch=131.57, duration=1.81)
    for epoch in (162.26, 162.4, 162.5, 162.7):
        outer = Ephemeris(period=45.2943, epoch=epoch, duration=6.9)
        assert other_planets(outer, [inner], 131.5, 1591.0) == [inner]
        assert other_planets(inner, [outer], 131.5, 1591.0) == [outer]
